// `narthex tsdb verify`: reads and decodes everything in a data folder.
#include <fmt/format.h>

#include <ostream>

#include "base/quote.h"
#include "server/commands/tsdb/data_folder.h"

namespace narthex::server {
namespace {

struct Options {
  std::string folder;
  std::string format;
};

void print_json(const std::vector<std::string>& damage, Io& io) {
  std::string out = "{\"damage\":[";
  for (const std::string& text : damage) {
    if (out.back() != '[') out += ',';
    append_json_string(out, text);
  }
  io.out << out << "]}\n";
}

int run(const Options& options, Io& io) {
  const auto store = open_data_folder(options.folder, false);
  if (!store) return cannot_ask(io, store.error());
  const std::vector<std::string> damage = (*store)->verify();
  if (options.format == "json") {
    print_json(damage, io);
    return damage.empty() ? 0 : 1;
  }
  for (const std::string& text : damage) io.out << text << "\n";
  if (damage.empty()) io.out << fmt::format("{} is sound\n", options.folder);
  return damage.empty() ? 0 : 1;
}

}  // namespace

void register_tsdb_verify(CLI::App& root, Dispatch& dispatch) {
  auto options = std::make_shared<Options>();
  CLI::App* command = command_group(root, "tsdb", "Look at a data folder, and mend it.")
                          .add_subcommand("verify", "Read and decode everything in a data folder.");
  add_folder(*command, options->folder);
  add_format(*command, options->format);
  command->callback([options, &dispatch] { dispatch.run = [options](Io& io) { return run(*options, io); }; });
}

}  // namespace narthex::server
