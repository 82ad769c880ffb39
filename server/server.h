// The process's parts, put together: configuration → scrape manager → store → engine → web → HTTP server.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/log.h"
#include "config/config.h"
#include "net/http_server.h"
#include "promql/engine.h"
#include "remote/receiver.h"
#include "scrape/manager.h"
#include "server/configuration.h"
#include "server/flags.h"
#include "server/metrics.h"
#include "server/store_watch.h"
#include "storage/store.h"
#include "web/app.h"

namespace narthex::server {

// Started once, stopped once, both by one thread.
class Server {
 public:
  // `flags` passed FlagValues::check(). All must outlive the server.
  Server(const FlagValues& flags, const Clock& clock, Log& log);
  // Stops as stop() does.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // The HTTP server answers first, so that /-/healthy is there while the log is replayed; the API follows when the
  // store is open and `config` is applied. Error: a plain sentence: address in use, folder unusable or locked, …
  Result<> start(config::Config config);

  // Within five seconds: no more requests, scrapes in flight are cancelled without stale markers, the log is synced.
  void stop();

  Configuration& configuration() { return configuration_; }

 private:
  Result<web::Settings> web_settings();
  Result<> start_http();
  std::vector<net::WorkerLane> lanes() const;
  Result<> open_store(const config::Config& config);
  Result<> make_receiver();
  std::vector<Configuration::Part> parts();
  void use_limits(const storage::Limits& limits);
  storage::Limits limits() const;
  Result<> apply_scrape(const config::Config& config);
  web::RuntimeInfo runtime_info() const;
  web::Sources sources(int64_t evaluation_interval_ms);
  Snapshot snapshot() const;

  const FlagValues& flags_;
  const Clock& clock_;
  Log& log_;
  Configuration configuration_;
  OwnMetrics metrics_;
  web::Notifications notifications_;
  std::atomic<bool> quit_asked_ = false;
  std::atomic<bool> replayed_ = false;
  mutable std::mutex limits_mutex_;
  storage::Limits limits_;  // in use; behind limits_mutex_
  std::string external_url_;
  uint16_t port_ = 0;

  // In the order of building; taken down in the reverse order.
  std::unique_ptr<web::App> app_;
  std::unique_ptr<storage::Store> store_;
  std::unique_ptr<remote::Receiver> receiver_;  // null: not enabled
  std::unique_ptr<StoreWatch> store_watch_;
  std::unique_ptr<scrape::Manager> manager_;
  std::unique_ptr<net::HttpServer> http_;
};

}  // namespace narthex::server
