// The server's life, from checked flags to the exit code.
#pragma once

#include "base/clock.h"
#include "server/commands/command.h"
#include "server/flags.h"

namespace narthex::server {

// Blocks until a signal or a fatal error ends it. 0: asked to end; 1: data folder or address unusable; 2: bad
// configuration.
int serve(const FlagValues& flags, Io& io);
// The same by a clock of the caller's.
int serve_by(const Clock& clock, const FlagValues& flags);

}  // namespace narthex::server
