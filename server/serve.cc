#include "server/serve.h"

#include <ostream>

namespace narthex::server {

int serve(const FlagValues&, Io& io) {
  io.err << "narthex: this build has the command line only\n";
  return 1;
}

}  // namespace narthex::server
