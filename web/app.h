// The HTTP face of the server: takes requests, answers with what the rest of the process knows. Source: HTTP API spec.
//
//   web::App app(settings);
//   HttpServer::start(options, [&](const ServerRequest& r) { return app.handle(r); });
//   app.ready(sources);      // until then the API answers 503
//   …
//   app.stopping();          // and from now on again
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "net/http_server.h"
#include "promql/engine.h"
#include "remote/receiver.h"
#include "scrape/pool_view.h"
#include "storage/store.h"
#include "web/notifications.h"

namespace re2 {
class RE2;
}

namespace narthex::web {

// What answers are made of. Everything pointed to outlives the last request.
struct Sources {
  storage::Store* store = nullptr;
  remote::Receiver* receiver = nullptr;  // of remote writes; null: it is not enabled
  std::shared_ptr<const promql::Engine> engine;
  std::function<std::vector<std::shared_ptr<const scrape::PoolView>>()> pools;
  std::function<std::vector<scrape::TargetMetadata>()> metadata;
  std::function<std::vector<scrape::TargetHistory>(const scrape::HistoryFilter&)> history;
  std::function<std::string()> config_yaml;
  std::function<std::optional<std::string>(const std::string&)> job_yaml;  // nothing: no such job
  std::string external_url;  // with scheme and host, without a slash at the end
  uint16_t own_port = 0;     // what we listen on: targets on this machine are shown under external_url
};

// One answered request, for metrics. `handler` is the route ("/api/v1/label/:name/values"), not the path.
struct Served {
  std::string_view handler;
  int status = 0;
  double seconds = 0;
};

// The process, as /status/runtimeinfo shows it.
struct RuntimeInfo {
  int64_t start_ns = 0;  // since 1970
  std::string working_folder;
  std::string host_name;
  bool reload_succeeded = false;
  int64_t last_reload_ns = 0;  // 0: never
  int64_t threads = 0;
  int64_t cpus = 0;
  std::string retention;  // "15d"
};

// What stays the same as long as the process lives.
struct Settings {
  const Clock* clock = nullptr;
  std::string route_prefix;  // "" or "/x", without a slash at the end
  std::string page_title = "Narthex";
  std::shared_ptr<const re2::RE2> cors_origin;  // anchored; null: no origin
  std::vector<std::pair<std::string, std::string>> flags;
  bool lifecycle = false;                // --web.enable-lifecycle
  bool admin = false;                    // --web.enable-admin-api
  std::function<std::string()> metrics;  // text format 0.0.4
  // The metric families whose names are wanted, as a list in ProtoJSON.
  std::function<std::string(const std::function<bool(std::string_view)>&)> self_metrics;
  std::function<RuntimeInfo()> runtime_info;
  std::function<bool()> replayed;          // whether the log is
  Notifications* notifications = nullptr;  // outlives the last request
  std::function<Result<>()> reload;
  std::function<bool()> quit;                  // false: it was asked before
  std::function<void(const Served&)> observe;  // may be empty
};

// Thread-safe.
class App {
 public:
  explicit App(Settings settings);
  ~App();
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  net::ServerResponse handle(const net::ServerRequest& request) const;
  // Whether it is a query, which may take long: these should have workers of their own, as many as queries may run at
  // once (--query.max-concurrency). Quick.
  bool is_query(const net::ServerRequest& request) const;
  // Whether it is a remote write, which waits for the disk. Quick.
  bool is_write(const net::ServerRequest& request) const;

  // From now on the API answers.
  void ready(Sources sources);
  // From now on it does not; running queries are told to end.
  void stopping();
  bool is_ready() const;

  struct Impl;

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace narthex::web
