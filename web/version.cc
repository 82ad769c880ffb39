#include "web/version.h"

namespace narthex {

std::string_view version() { return NARTHEX_VERSION; }

}  // namespace narthex
