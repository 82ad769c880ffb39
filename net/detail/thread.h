// What every thread of net/ does first.
#pragma once

#include <string>

namespace narthex::net {

// Gives the calling thread its name (cut to the 15 bytes that the kernel keeps) and blocks all signals on it: they are
// for the main thread, and a peer that hangs up must be an error code (EPIPE), not SIGPIPE.
void prepare_thread(const std::string& name);

}  // namespace narthex::net
