// The command line of the one binary: a server with Prometheus's flags, or one of the subcommands.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "server/commands/command.h"
#include "server/flags.h"

namespace narthex::server {

// `narthex, version 0.1.0 (compatible with Prometheus 3.14.0)`
std::string version_line();

// Parses `arguments` (without the program's name) and does what they ask: prints help or version, runs a subcommand,
// or calls `serve` with the checked flags. Returns the process's exit code: 2 for a command line that makes no sense
// (`Error parsing command line arguments: …` and the usage on io.err), 3 for flags of a mode that this is not.
int run_command_line(std::vector<std::string> arguments, Io& io,
                     const std::function<int(const FlagValues&, Io&)>& serve);

}  // namespace narthex::server
