#include "server/flags.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/number.h"
#include "server/memory_limit.h"

namespace narthex::server {
namespace {

using enum FlagKind;
using enum FlagUse;

constexpr FlagSpec kTable[] = {
    {"agent", kBool, "false", kRefused, "Run in agent mode."},
    {"alertmanager.drain-notification-queue-on-shutdown", kBool, "true", kIgnored,
     "Send all queued alerts before the server ends."},
    {"alertmanager.notification-batch-size", kInt, "256", kIgnored, "Alerts per request to an Alertmanager."},
    {"alertmanager.notification-queue-capacity", kInt, "10000", kIgnored, "Alerts that may wait to be sent."},
    {"auto-gomaxprocs", kBool, "true", kIgnored, "Concerns Go's scheduler."},
    {"auto-gomemlimit", kBool, "true", kIgnored, "Concerns Go's garbage collector."},
    {"auto-gomemlimit.ratio", kFloat, "0.9", kIgnored, "Concerns Go's garbage collector."},
    {"config.auto-reload", kBool, "false", kServed, "Reload the configuration when one of its files changes."},
    {"config.auto-reload-interval", kDuration, "30s", kServed,
     "How often to look for a changed configuration; at least 1s."},
    {"config.file", kString, "prometheus.yml", kServed, "The configuration file."},
    {"enable-feature", kList, "", kServed, "Comma-separated names of features to enable."},
    {"log.format", kString, "logfmt", kServed, "Shape of log lines.", "logfmt,json"},
    {"log.level", kString, "info", kServed, "Least severe log lines to print.", "debug,info,warn,error"},
    {"query.lookback-delta", kDuration, "5m", kServed, "How old the newest sample of a series may be in a query."},
    {"query.max-concurrency", kInt, "20", kServed, "Queries that run at once."},
    {"query.max-samples", kInt, "50000000", kServed, "Samples that one query may hold in memory."},
    {"query.timeout", kDuration, "2m", kServed, "How long a query may take."},
    {"rules.alert.for-grace-period", kDuration, "10m", kIgnored, "Shortest 'for' to restore after a restart."},
    {"rules.alert.for-outage-tolerance", kDuration, "1h", kIgnored, "Longest outage to restore 'for' after."},
    {"rules.alert.resend-delay", kDuration, "1m", kIgnored, "How long to wait before sending an alert again."},
    {"rules.max-concurrent-evals", kInt, "4", kIgnored, "Independent rules that are evaluated at once."},
    {"scrape.adjust-timestamps", kBool, "true", kServed,
     "Move scrape timestamps by up to the tolerance, to align them."},
    {"scrape.discovery-reload-interval", kDuration, "5s", kIgnored,
     "How long to gather changes of discovered targets."},
    {"scrape.timestamp-tolerance", kDuration, "2ms", kServed, "See --scrape.adjust-timestamps."},
    {"storage.agent.no-lockfile", kBool, "false", kAgentOnly, "Agent mode only."},
    {"storage.agent.path", kString, "data-agent/", kAgentOnly, "Agent mode only."},
    {"storage.agent.retention.max-time", kDuration, "0s", kAgentOnly, "Agent mode only."},
    {"storage.agent.retention.min-time", kDuration, "0s", kAgentOnly, "Agent mode only."},
    {"storage.agent.wal-compression", kBool, "true", kAgentOnly, "Agent mode only."},
    {"storage.agent.wal-compression-type", kString, "snappy", kAgentOnly, "Agent mode only.", "snappy,zstd"},
    {"storage.agent.wal-segment-size", kSize, "0", kAgentOnly, "Agent mode only."},
    {"storage.agent.wal-truncate-frequency", kDuration, "0s", kAgentOnly, "Agent mode only."},
    {"storage.memory-budget", kMemoryBudget, "", kServed,
     "Memory of the process, as bytes (512MB) or percent of the cgroup's limit, or of the machine's memory if there is "
     "none: new series are refused before it is used up. 0: no budget. Without it: 80% of the cgroup's limit, if it "
     "has "
     "one."},
    {"storage.remote.flush-deadline", kDuration, "1m", kIgnored, "How long to send samples at the end."},
    {"storage.remote.read-concurrent-limit", kInt, "10", kIgnored, "Remote reads served at once."},
    {"storage.remote.read-max-bytes-in-frame", kInt, "1048576", kIgnored, "Bytes of one frame of a remote read."},
    {"storage.remote.read-sample-limit", kInt, "50000000", kIgnored, "Samples that one remote read may return."},
    {"storage.sync-interval", kDuration, "1s", kServed,
     "How often the log goes to the disk: what a power cut may cost. 0s: every batch."},
    {"storage.tsdb.allow-overlapping-compaction", kBool, "true", kIgnored, "Concerns Prometheus's block format."},
    {"storage.tsdb.block-reload-interval", kDuration, "1m", kIgnored, "Concerns Prometheus's block format."},
    {"storage.tsdb.delay-compact-file.path", kString, "", kIgnored, "Concerns Prometheus's block format."},
    {"storage.tsdb.delayed-compaction.max-percent", kInt, "10", kIgnored, "Concerns Prometheus's block format."},
    {"storage.tsdb.head-chunks-write-queue-size", kInt, "0", kIgnored, "Concerns Prometheus's block format."},
    {"storage.tsdb.max-block-chunk-segment-size", kSize, "0", kIgnored, "Concerns Prometheus's block format."},
    {"storage.tsdb.max-block-duration", kDuration, "0s", kServed,
     "Segments are merged into ones of so much time, at most 24 windows. 0s: 24 windows."},
    {"storage.tsdb.min-block-duration", kDuration, "1h", kServed,
     "Length of a window, which becomes a segment: 1m to 1d. A data folder keeps the one that it was made with."},
    {"storage.tsdb.no-lockfile", kBool, "false", kIgnored, "The lock of the data folder is always taken."},
    {"storage.tsdb.path", kString, "data/", kServed, "The folder of the stored samples."},
    {"storage.tsdb.retention.size", kSize, "0", kServed,
     "Bytes to keep on disk, the log included; the oldest go first. 0: no limit. The configuration file wins."},
    {"storage.tsdb.retention.time", kDuration, "0s", kServed,
     "How long to keep samples. 0s: 15d, or no limit if there is one on their size. The configuration file wins."},
    {"storage.tsdb.samples-per-chunk", kInt, "120", kIgnored, "Concerns Prometheus's block format."},
    {"storage.tsdb.wal-compression", kBool, "true", kIgnored, "Concerns Prometheus's block format."},
    {"storage.tsdb.wal-compression-type", kString, "snappy", kIgnored, "Concerns Prometheus's block format.",
     "snappy,zstd"},
    {"storage.tsdb.wal-segment-size", kSize, "0", kIgnored, "Concerns Prometheus's block format."},
    {"web.config.file", kString, "", kRefused, "TLS and passwords of the HTTP server."},
    {"web.console.libraries", kString, "console_libraries", kIgnored, "Console libraries."},
    {"web.console.templates", kString, "consoles", kIgnored, "Console templates."},
    {"web.cors.origin", kString, ".*", kServed, "Origins that browsers may call the API from: an anchored regex."},
    {"web.enable-admin-api", kBool, "false", kServed, "Enable the API endpoints that delete and snapshot."},
    {"web.enable-lifecycle", kBool, "false", kServed, "Enable shutdown and reload by HTTP request."},
    {"web.enable-otlp-receiver", kBool, "false", kIgnored, "Receive OTLP metrics."},
    {"web.enable-remote-write-receiver", kBool, "false", kServed, "Receive remote writes at /api/v1/write."},
    {"web.external-url", kString, "", kServed, "The URL under which the server is reached from outside."},
    {"web.listen-address", kList, "0.0.0.0:9090", kServed, "Address to listen on. Repeatable."},
    {"web.max-connections", kInt, "512", kServed, "HTTP connections open at once."},
    {"web.max-notifications-subscribers", kInt, "16", kServed, "Subscribers of live notifications."},
    {"web.page-title", kString, "Narthex", kServed, "Title of the pages."},
    {"web.read-timeout", kDuration, "5m", kServed, "How long an idle connection is kept."},
    {"web.remote-write-receiver.accepted-protobuf-messages", kList,
     "prometheus.WriteRequest,io.prometheus.write.v2.Request", kServed, "Remote write messages to accept. Repeatable."},
    {"web.route-prefix", kString, "", kServed, "Prefix of all paths. Default: the path of --web.external-url."},
    {"web.search.max-limit", kInt, "10000", kIgnored, "Largest limit of a search."},
    {"web.user-assets", kString, "", kIgnored, "Static files to serve under /user."},
};

const FlagSpec* find_spec(std::string_view name) {
  const auto* at = std::lower_bound(std::begin(kTable), std::end(kTable), name,
                                    [](const FlagSpec& spec, std::string_view key) { return spec.name < key; });
  return at != std::end(kTable) && at->name == name ? at : nullptr;
}

constexpr double kTwo63 = 9223372036854775808.0;

// Also "5e7", as the reference reads it; what follows the point is cut off.
Result<int64_t> parse_integer(std::string_view text) {
  int64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    auto number = parse_float(text);
    if (!number || !(std::abs(*number) < kTwo63)) return invalid("not an integer: \"" + std::string(text) + "\"");
    value = static_cast<int64_t>(*number);
  }
  if (value < 0) return invalid("must not be negative: \"" + std::string(text) + "\"");
  return value;
}

Result<> check_choice(std::string_view choices, const std::string& value) {
  if (choices.empty()) return {};
  if (("," + std::string(choices) + ",").find("," + value + ",") != std::string::npos) return {};
  return invalid("must be one of " + std::string(choices) + ", got '" + value + "'");
}

Result<> check_value(const FlagSpec& spec, const std::string& value) {
  switch (spec.kind) {
    case kInt:
      if (auto parsed = parse_integer(value); !parsed) return parsed.error();
      return {};
    case kFloat:
      if (auto parsed = parse_float(value); !parsed) return parsed.error();
      return {};
    case kDuration:
      if (auto parsed = parse_duration(value); !parsed) return parsed.error();
      return {};
    case kSize:
      if (auto parsed = parse_flag_size(value); !parsed) return parsed.error();
      return {};
    case kMemoryBudget:
      if (auto parsed = parse_memory_budget(value, std::nullopt, machine_memory()); !parsed) return parsed.error();
      return {};
    default:
      return check_choice(spec.choices, value);
  }
}

Result<> check_use(const FlagSpec& spec, bool given, const std::string& value) {
  if (!given) return {};
  if (spec.use == kAgentOnly) {
    return Error{Code::kUnsupported,
                 "The following flag(s) can only be used in agent mode: [\"--" + std::string(spec.name) + "\"]"};
  }
  if (spec.use == kRefused && value != spec.fallback) {
    return Error{Code::kUnsupported, "flag '--" + std::string(spec.name) +
                                         "': this version cannot do it, and starting without it would not be what you "
                                         "asked for: " +
                                         std::string(spec.help)};
  }
  return {};
}

std::string joined(const std::vector<std::string>& values) {
  std::string out;
  for (const std::string& value : values) out.append(out.empty() ? "" : ",").append(value);
  return out;
}

}  // namespace

Result<int64_t> parse_flag_size(std::string_view text) {
  const auto wrong = [&] { return invalid("not a size: \"" + std::string(text) + "\""); };
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number < 0) return wrong();
  std::string_view unit = text.substr(static_cast<size_t>(end - text.data()));
  if (unit.empty() || unit == "B") return number;
  const size_t power = std::string_view("KMGTPE").find(unit[0]);
  if (power == std::string_view::npos || (unit.substr(1) != "B" && unit.substr(1) != "iB")) return wrong();
  const double bytes = std::ldexp(static_cast<double>(number), 10 * (static_cast<int>(power) + 1));
  if (!(bytes < kTwo63)) return wrong();
  return static_cast<int64_t>(bytes);
}

std::span<const FlagSpec> flag_table() { return kTable; }

FlagValues::FlagValues() {
  for (const FlagSpec& spec : kTable) {
    Value value;
    if (spec.kind != kList || !spec.fallback.empty()) value.values.emplace_back(spec.fallback);
    values_.emplace(spec.name, std::move(value));
  }
}

const std::string& FlagValues::text(std::string_view name) const { return list(name).front(); }

const std::vector<std::string>& FlagValues::list(std::string_view name) const {
  return values_.find(name)->second.values;
}

int64_t FlagValues::integer(std::string_view name) const { return *parse_integer(text(name)); }

Duration FlagValues::duration(std::string_view name) const { return *parse_duration(text(name)); }

int64_t FlagValues::size(std::string_view name) const { return *parse_flag_size(text(name)); }

bool FlagValues::given(std::string_view name) const { return values_.find(name)->second.given; }

void FlagValues::set(std::string_view name, std::vector<std::string> values) {
  values_.find(name)->second = {std::move(values), true};
}

Result<> FlagValues::check() const {
  for (const auto& [name, value] : values_) {
    const FlagSpec& spec = *find_spec(name);
    for (const std::string& text : value.values) {
      if (auto ok = check_value(spec, text); !ok) {
        return prefixed("invalid value for flag '--" + name + "': ", ok.error());
      }
      if (auto ok = check_use(spec, value.given, text); !ok) return ok.error();
    }
  }
  return {};
}

std::vector<std::string> FlagValues::without_effect() const {
  std::vector<std::string> names;
  for (const auto& [name, value] : values_) {
    if (value.given && find_spec(name)->use == kIgnored) names.push_back("--" + name);
  }
  return names;
}

std::vector<std::pair<std::string, std::string>> FlagValues::all() const {
  std::vector<std::pair<std::string, std::string>> out;
  for (const auto& [name, value] : values_) out.emplace_back(name, joined(value.values));
  return out;
}

}  // namespace narthex::server
