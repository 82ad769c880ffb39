#include <iostream>

#include "server/command_line.h"
#include "server/serve.h"

int main(int argc, char** argv) {
  narthex::server::Io io{std::cin, std::cout, std::cerr};
  return narthex::server::run_command_line({argv + 1, argv + argc}, io, narthex::server::serve);
}
