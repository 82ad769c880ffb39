// `narthex tsdb repair`: builds the database of a data folder anew from what can still be read.
#include "storage/repair.h"

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

void print_json(const storage::RepairReport& report, Io& io) {
  std::string out = fmt::format("{{\"segments\":{},\"commits\":{},\"kept\":", report.segments, report.commits);
  append_json_string(out, report.kept);
  out += ",\"lost\":[";
  for (const std::string& text : report.lost) {
    if (out.back() != '[') out += ',';
    append_json_string(out, text);
  }
  io.out << out << "]}\n";
}

int run(const Options& options, Io& io) {
  const auto report = storage::repair(options.folder, tsdb_log());
  if (!report) return cannot_ask(io, report.error());
  if (options.format == "json") {
    print_json(*report, io);
    return report->lost.empty() ? 0 : 1;
  }
  io.out << fmt::format("rebuilt with {} segments and {} commits of the log; the old database is in {}\n",
                        report->segments, report->commits, report->kept);
  for (const std::string& text : report->lost) io.out << "lost: " << text << "\n";
  return report->lost.empty() ? 0 : 1;
}

}  // namespace

void register_tsdb_repair(CLI::App& root, Dispatch& dispatch) {
  auto options = std::make_shared<Options>();
  CLI::App* command = command_group(root, "tsdb", "Look at a data folder, and mend it.")
                          .add_subcommand("repair", "Build a damaged data folder's database anew.");
  add_folder(*command, options->folder);
  add_format(*command, options->format);
  command->callback([options, &dispatch] { dispatch.run = [options](Io& io) { return run(*options, io); }; });
}

}  // namespace narthex::server
