#include "server/serve.h"

#include <memory>
#include <string>

#include "base/clock.h"
#include "base/log.h"
#include "server/auto_reload.h"
#include "server/features.h"
#include "server/server.h"
#include "server/signals.h"
#include "web/version.h"

namespace narthex::server {
namespace {

constexpr int kFailed = 1;
constexpr int kBadConfiguration = 2;

LogLevel log_level(const std::string& name) {
  if (name == "debug") return LogLevel::kDebug;
  if (name == "warn") return LogLevel::kWarn;
  if (name == "error") return LogLevel::kError;
  return LogLevel::kInfo;
}

std::unique_ptr<Log> make_log(const FlagValues& flags) {
  const LogFormat format = flags.text("log.format") == "json" ? LogFormat::kJson : LogFormat::kLogfmt;
  return make_stderr_log(log_level(flags.text("log.level")), format);
}

void warn_of_flags_without_effect(const FlagValues& flags, Log& log) {
  std::string names;
  auto add = [&](const std::string& name) { names.append(names.empty() ? "" : " ").append(name); };
  const EnabledFeatures features = read_features(flags.list("enable-feature"));
  for (const std::string& name : flags.without_effect()) add(name);
  for (const std::string& name : features.without_effect) add("--enable-feature=" + name);
  if (!names.empty()) log.warn("These flags have no effect in this version", {{"flags", names}});
  for (const std::string& name : features.unknown) log.warn("Unknown option for --enable-feature", {{"option", name}});
}

void run_until_terminated(Server& server, Log& log) {
  while (wait_for_signal() == Signal::kReload) {
    // What failed was logged; the old configuration goes on.
    static_cast<void>(server.configuration().reload());
  }
  log.info("Received an OS signal or a request to end, exiting gracefully...");
}

// Null if it was not asked for.
std::unique_ptr<AutoReload> start_auto_reload(Server& server, const FlagValues& flags, Log& log) {
  if (!flags.flag("config.auto-reload") && !read_features(flags.list("enable-feature")).auto_reload) return nullptr;
  return std::make_unique<AutoReload>(server.configuration(), flags.duration("config.auto-reload-interval"), log);
}

}  // namespace

int serve(const FlagValues& flags, Io&) { return serve_by(system_clock(), flags); }

int serve_by(const Clock& clock, const FlagValues& flags) {
  block_signals();
  const auto log = make_log(flags);
  log->info("Starting Narthex", {{"version", std::string(version())}});
  warn_of_flags_without_effect(flags, *log);
  Server server(flags, clock, *log);
  auto config = server.configuration().load();
  if (!config) return kBadConfiguration;
  if (auto started = server.start(std::move(*config)); !started) {
    log->error("Cannot start", {{"err", started.error().str()}});
    return kFailed;
  }
  log->info("Server is ready to receive web requests.");
  {
    const auto auto_reload = start_auto_reload(server, flags, *log);
    run_until_terminated(server, *log);
  }
  server.stop();
  log->info("See you next time!");
  return 0;
}

}  // namespace narthex::server
