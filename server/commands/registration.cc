// The list of all subcommands, and what they share.
#include "server/commands/command.h"

namespace narthex::server {

CLI::App& command_group(CLI::App& root, const std::string& name, const std::string& description) {
  auto same_name = [&](const CLI::App* command) { return command->get_name() == name; };
  for (CLI::App* group : root.get_subcommands(same_name)) return *group;
  return *root.add_subcommand(name, description)->require_subcommand(1);
}

void add_format(CLI::App& command, std::string& format) {
  format = "text";
  command.add_option("--format", format, "Shape of the output: text or json")->check(CLI::IsMember({"text", "json"}));
}

void register_check_config(CLI::App& root, Dispatch& dispatch);
void register_relabel(CLI::App& root, Dispatch& dispatch);
void register_scrape(CLI::App& root, Dispatch& dispatch);
void register_serve(CLI::App& root, Dispatch& dispatch);
void register_test_relabel(CLI::App& root, Dispatch& dispatch);
void register_tsdb_analyze(CLI::App& root, Dispatch& dispatch);
void register_tsdb_dump(CLI::App& root, Dispatch& dispatch);
void register_tsdb_import(CLI::App& root, Dispatch& dispatch);
void register_tsdb_repair(CLI::App& root, Dispatch& dispatch);
void register_tsdb_verify(CLI::App& root, Dispatch& dispatch);

void register_commands(CLI::App& root, Dispatch& dispatch) {
  register_check_config(root, dispatch);
  register_relabel(root, dispatch);
  register_scrape(root, dispatch);
  register_serve(root, dispatch);
  register_test_relabel(root, dispatch);
  register_tsdb_analyze(root, dispatch);
  register_tsdb_dump(root, dispatch);
  register_tsdb_import(root, dispatch);
  register_tsdb_repair(root, dispatch);
  register_tsdb_verify(root, dispatch);
}

}  // namespace narthex::server
