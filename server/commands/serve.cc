// `narthex serve`: the same as no subcommand at all; its flags are those of the root.
#include "server/commands/command.h"

namespace narthex::server {

void register_serve(CLI::App& root, Dispatch& dispatch) {
  CLI::App* command = root.add_subcommand("serve", "Be the server (also without a subcommand).");
  command->fallthrough();
  command->callback([&dispatch] { dispatch.run = nullptr; });
}

}  // namespace narthex::server
