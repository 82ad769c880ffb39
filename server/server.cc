#include "server/server.h"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "base/regex.h"
#include "server/addresses.h"
#include "server/cpu_quota.h"
#include "server/features.h"
#include "server/fqdn.h"
#include "server/memory_limit.h"
#include "server/process_stats.h"
#include "server/retention.h"
#include "server/signals.h"
#include "server/windows.h"

namespace narthex::server {
namespace {

// Requests under way may finish for that long; with everything after it we stay below five seconds.
constexpr int64_t kStopGraceNs = 2'000'000'000;

// For everything that is no query: probes, metrics, metadata, pages.
constexpr int kQuickWorkers = 2;

// One decodes a remote write while another one's is stored.
constexpr int kWriteWorkers = 2;

// More queries at once than this would be threads without CPUs.
constexpr int64_t kMaxQueryWorkers = 256;

net::ServerOptions http_options(const FlagValues& flags) {
  net::ServerOptions options;
  options.listen = flags.list("web.listen-address");
  options.worker_threads = kQuickWorkers;
  options.max_connections = static_cast<size_t>(flags.integer("web.max-connections"));
  options.idle_timeout_ns = flags.duration("web.read-timeout").ns;
  return options;
}

config::Defaults config_defaults(const FlagValues& flags) {
  config::Defaults defaults;
  defaults.extra_scrape_metrics = read_features(flags.list("enable-feature")).scrape.extra_scrape_metrics;
  return defaults;
}

storage::Options storage_options(const FlagValues& flags, const WindowLengths& lengths) {
  storage::Options options;
  options.window_ms = lengths.window_ms;
  options.overlap_ms = lengths.overlap_ms;
  options.merge_windows = lengths.merge_windows;
  options.path = flags.text("storage.tsdb.path");
  options.sync_interval_ms = flags.duration("storage.sync-interval").ms();
  options.memory_budget =
      *parse_memory_budget(flags.text("storage.memory-budget"), cgroup_memory_limit(), machine_memory());
  return options;
}

// Without the feature there are none to keep; those of an earlier run go.
size_t kept_exemplars(const FlagValues& flags, const config::Config& config) {
  if (!read_features(flags.list("enable-feature")).scrape.exemplar_storage) return 0;
  return static_cast<size_t>(std::max<int64_t>(config.max_exemplars, 0));
}

scrape::ManagerOptions manager_options(const FlagValues& flags, const config::Config& config) {
  scrape::ManagerOptions options;
  options.fqdn = fully_qualified_name(machine_name());
  options.external_labels = config.global.external_labels;
  options.adjust_timestamps = flags.flag("scrape.adjust-timestamps");
  options.timestamp_tolerance = flags.duration("scrape.timestamp-tolerance");
  options.reactors = reactor_count(usable_cpus());
  const ScrapeFeatures features = read_features(flags.list("enable-feature")).scrape;
  options.features.exemplar_storage = features.exemplar_storage;
  options.features.start_timestamps = features.st_storage;
  options.features.type_and_unit_labels = features.type_and_unit_labels;
  return options;
}

Result<> receiver_options(const FlagValues& flags, remote::ReceiverOptions& options) {
  constexpr char kMessages[] = "web.remote-write-receiver.accepted-protobuf-messages";
  if (auto accepted = remote::accept_only(flags.list(kMessages), options); !accepted) {
    return prefixed(std::string("--") + kMessages + ": ", accepted.error());
  }
  const ScrapeFeatures features = read_features(flags.list("enable-feature")).scrape;
  options.exemplars = features.exemplar_storage;
  options.start_timestamps = features.st_storage;
  options.type_and_unit_labels = features.type_and_unit_labels;
  return {};
}

promql::EngineOptions engine_options(const FlagValues& flags, int64_t evaluation_interval_ms) {
  promql::EngineOptions options;
  options.lookback_ms = flags.duration("query.lookback-delta").ms();
  options.timeout_ms = flags.duration("query.timeout").ms();
  options.max_samples = flags.integer("query.max-samples");
  options.default_subquery_step_ms = evaluation_interval_ms;
  options.features = read_features(flags.list("enable-feature")).promql;
  return options;
}

// Known to the millisecond.
int64_t nanoseconds(double seconds) { return std::llround(seconds * 1000) * 1'000'000; }

// The port as written in "host:port"; 0 if there is none.
uint16_t written_port(const std::string& address) {
  const size_t colon = address.rfind(':');
  return colon == std::string::npos ? uint16_t{0} : static_cast<uint16_t>(std::atoi(address.c_str() + colon + 1));
}

}  // namespace

Server::Server(const FlagValues& flags, const Clock& clock, Log& log)
    : flags_(flags),
      clock_(clock),
      log_(log),
      configuration_(flags.text("config.file"), config_defaults(flags), clock, log),
      notifications_(clock, static_cast<size_t>(flags.integer("web.max-notifications-subscribers"))) {
  configuration_.on_reload(
      [this](bool done) { done ? notifications_.end(web::kReloadFailed) : notifications_.begin(web::kReloadFailed); });
}

Server::~Server() { stop(); }

Result<web::Settings> Server::web_settings() {
  auto addresses = resolve_addresses(flags_.text("web.external-url"), flags_.text("web.route-prefix"),
                                     written_port(flags_.list("web.listen-address").front()), machine_name());
  if (!addresses) return addresses.error();
  auto cors = compile_anchored(flags_.text("web.cors.origin"));
  if (!cors) return prefixed("--web.cors.origin: ", cors.error());
  external_url_ = addresses->external_url;
  web::Settings settings;
  settings.clock = &clock_;
  settings.route_prefix = addresses->route_prefix;
  settings.page_title = flags_.text("web.page-title");
  settings.cors_origin = *cors;
  settings.flags = flags_.all();
  settings.lifecycle = flags_.flag("web.enable-lifecycle");
  settings.admin = flags_.flag("web.enable-admin-api");
  settings.metrics = [this] { return metrics_.text(snapshot()); };
  settings.self_metrics = [this](const auto& wanted) { return metrics_.json(snapshot(), wanted); };
  settings.runtime_info = [this] { return runtime_info(); };
  settings.replayed = [this] { return replayed_.load(); };
  settings.notifications = &notifications_;
  settings.reload = [this] { return configuration_.reload(); };
  settings.quit = [this] {
    const bool first = !quit_asked_.exchange(true);
    if (first) request_termination();
    return first;
  };
  settings.observe = [this](const web::Served& served) { metrics_.observe(served); };
  return settings;
}

std::vector<net::WorkerLane> Server::lanes() const {
  const int64_t queries = std::clamp<int64_t>(flags_.integer("query.max-concurrency"), 1, kMaxQueryWorkers);
  return {
      {"http-query", static_cast<int>(queries), [this](const auto& request) { return app_->is_query(request); }},
      {"http-write", kWriteWorkers, [this](const auto& request) { return app_->is_write(request); }},
  };
}

Result<> Server::start_http() {
  auto settings = web_settings();
  if (!settings) return settings.error();
  app_ = std::make_unique<web::App>(std::move(*settings));
  net::ServerOptions options = http_options(flags_);
  options.lanes = lanes();
  auto http =
      net::HttpServer::start(options, [this](const net::ServerRequest& request) { return app_->handle(request); });
  if (!http) return http.error();
  http_ = std::move(*http);
  port_ = http_->ports().front();
  for (const uint16_t port : http_->ports()) log_.info("Listening on", {{"port", std::to_string(port)}});
  return {};
}

Result<> Server::open_store(const config::Config& config) {
  const auto lengths = window_lengths(flags_);
  if (!lengths) return lengths.error();
  storage::Options options = storage_options(flags_, *lengths);
  options.max_exemplars = kept_exemplars(flags_, config);
  options.limits = storage_limits(flags_, config.tsdb);
  auto store = storage::Store::open(options, clock_, log_);
  if (!store) return prefixed("opening storage (--storage.tsdb.path=" + options.path + "): ", store.error());
  store_ = std::move(*store);
  store_watch_ = std::make_unique<StoreWatch>([store = store_.get()] { return store->troubles(); }, notifications_);
  if (options.memory_budget > 0) {
    log_.info("Memory budget", {{"bytes", std::to_string(options.memory_budget)}});
  }
  return {};
}

Result<> Server::make_receiver() {
  remote::ReceiverOptions options;
  if (auto accepted = receiver_options(flags_, options); !accepted) return accepted;
  if (flags_.flag("web.enable-remote-write-receiver")) {
    receiver_ = remote::Receiver::create(*store_, clock_, log_, options);
  }
  return {};
}

web::RuntimeInfo Server::runtime_info() const {
  const ProcessStats process = read_process_stats();
  const ReloadState reload = configuration_.state();
  std::error_code ignored;
  web::RuntimeInfo info;
  info.start_ns = nanoseconds(process.start_time_seconds);
  info.working_folder = std::filesystem::current_path(ignored).string();
  info.host_name = machine_name();
  info.reload_succeeded = reload.last_successful;
  info.last_reload_ns = nanoseconds(reload.last_success_seconds);
  info.threads = static_cast<int64_t>(process.threads);
  info.cpus = usable_cpus();
  info.retention = retention_text(limits());
  return info;
}

web::Sources Server::sources(int64_t evaluation_interval_ms) {
  web::Sources sources;
  sources.store = store_.get();
  sources.receiver = receiver_.get();
  sources.engine = std::make_shared<promql::Engine>(engine_options(flags_, evaluation_interval_ms), clock_);
  sources.pools = [this] { return manager_->pools(); };
  sources.metadata = [this] { return manager_->metadata(); };
  sources.history = [this](const scrape::HistoryFilter& filter) { return manager_->history(filter); };
  sources.config_yaml = [this] { return configuration_.yaml(); };
  sources.job_yaml = [this](const std::string& job) { return configuration_.job_yaml(job); };
  sources.external_url = external_url_;
  sources.own_port = port_;
  return sources;
}

Result<> Server::apply_scrape(const config::Config& config) {
  std::vector<scrape::JobOptions> jobs;
  for (const config::ScrapeJob& job : config.jobs) jobs.push_back(job.scrape);
  manager_->set_external_labels(config.global.external_labels);
  if (auto applied = manager_->apply(std::move(jobs)); !applied) return applied.error();
  for (const config::ScrapeJob& job : config.jobs) {
    manager_->set_targets(job.scrape.job_name, job.discovery.statics.groups);
  }
  return {};
}

void Server::use_limits(const storage::Limits& limits) {
  store_->set_limits(limits);
  std::lock_guard lock(limits_mutex_);
  limits_ = limits;
}

storage::Limits Server::limits() const {
  std::lock_guard lock(limits_mutex_);
  return limits_;
}

std::vector<Configuration::Part> Server::parts() {
  return {
      {"storage",
       [this](const config::Config& config) -> Result<> {
         store_->set_max_exemplars(kept_exemplars(flags_, config));
         use_limits(storage_limits(flags_, config.tsdb));
         return {};
       }},
      {"scrape", [this](const config::Config& config) { return apply_scrape(config); }},
      {"web",
       [this](const config::Config& config) -> Result<> {
         app_->ready(sources(config.global.evaluation_interval.ms()));
         return {};
       }},
  };
}

Result<> Server::start(config::Config config) {
  if (auto started = start_http(); !started) return started.error();
  notifications_.begin(web::kStarting);
  if (auto opened = open_store(config); !opened) return opened.error();
  replayed_ = true;
  if (auto made = make_receiver(); !made) return made.error();
  manager_ = scrape::Manager::create(manager_options(flags_, config), *store_, clock_, log_);
  auto started = configuration_.start(parts(), std::move(config));
  notifications_.end(web::kStarting);
  return started;
}

void Server::stop() {
  notifications_.begin(web::kStopping);
  if (app_) app_->stopping();
  if (manager_) manager_->stop();
  if (http_) http_->stop(kStopGraceNs);
  http_.reset();
  manager_.reset();
  receiver_.reset();
  store_watch_.reset();
  if (store_) store_->close();
  store_.reset();
}

Snapshot Server::snapshot() const {
  Snapshot now;
  now.ready = app_->is_ready();
  now.reload = configuration_.state();
  if (!now.ready) return now;
  now.http = http_->stats();
  now.storage = store_->stats();
  now.limits = limits();
  now.scrape = manager_->stats();
  if (receiver_) now.receiver = receiver_->stats();
  for (const auto& pool : manager_->pools()) {
    now.pools.push_back({pool->job(), pool->active_size(), pool->sync_failed()});
  }
  return now;
}

}  // namespace narthex::server
