#include "server/commands/tsdb/data_folder.h"

#include <filesystem>
#include <ostream>

#include "base/clock.h"
#include "base/quote.h"
#include "promql/engine.h"

namespace narthex::server {

Log& tsdb_log() {
  static const std::unique_ptr<Log> log = make_stderr_log(LogLevel::kWarn, LogFormat::kLogfmt);
  return *log;
}

Result<std::unique_ptr<storage::Store>> open_data_folder(const std::string& path, bool create) {
  std::error_code ignored;
  if (!create && !std::filesystem::exists(std::filesystem::path(path) / "FORMAT", ignored)) {
    return Error{Code::kNotFound, "there is no store in " + go_quote(path)};
  }
  storage::Options options;
  options.path = path;
  options.window_ms = 0;            // whatever it has
  options.limits.retention_ms = 0;  // whoever looks must not lose anything by it
  return storage::Store::open(options, system_clock(), tsdb_log());
}

Result<std::vector<std::vector<Matcher>>> parse_selectors(const std::vector<std::string>& texts) {
  std::vector<std::vector<Matcher>> sets;
  for (const std::string& text : texts) {
    auto matchers = promql::parse_selector(text);
    if (!matchers) return prefixed("--match " + go_quote(text) + ": ", matchers.error());
    sets.push_back(std::move(*matchers));
  }
  if (sets.empty()) sets.emplace_back();
  return sets;
}

int cannot_ask(Io& io, const Error& error) {
  io.err << error.str() << "\n";
  return 2;
}

void add_folder(CLI::App& command, std::string& folder) {
  folder = "data";
  command.add_option("folder", folder, "Data folder. Default: data");
}

}  // namespace narthex::server
