#include <iostream>

#include "server/command_line.h"
#include "server/serve.h"

// Read by jemalloc, where it is the allocator. By default it spreads threads over four arenas per CPU, each with pages
// of its own that are partly used: 7.8 KB per idle target instead of 5.2 KB. Most allocations are served from the
// threads' caches, so two arenas suffice.
extern "C" {
extern const char* const malloc_conf;
const char* const malloc_conf = "narenas:2";
}

int main(int argc, char** argv) {
  narthex::server::Io io{std::cin, std::cout, std::cerr};
  return narthex::server::run_command_line({argv + 1, argv + argc}, io, narthex::server::serve);
}
