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
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "net/http_server.h"
#include "promql/engine.h"
#include "scrape/manager.h"
#include "storage/querier.h"

namespace re2 {
class RE2;
}

namespace narthex::web {

// What answers are made of. Everything pointed to outlives the last request.
struct Sources {
  const storage::Queryable* store = nullptr;
  std::shared_ptr<const promql::Engine> engine;
  std::function<std::vector<scrape::PoolStatus>()> targets;
  std::function<std::vector<scrape::TargetMetadata>()> metadata;
  std::function<std::vector<scrape::TargetHistory>(const scrape::HistoryFilter&)> history;
  std::function<std::string()> config_yaml;
  std::string external_url;  // with scheme and host, without a slash at the end
  uint16_t own_port = 0;     // what we listen on: targets on this machine are shown under external_url
};

// One answered request, for metrics. `handler` is the route ("/api/v1/label/:name/values"), not the path.
struct Served {
  std::string_view handler;
  int status = 0;
  double seconds = 0;
};

// What stays the same as long as the process lives.
struct Settings {
  const Clock* clock = nullptr;
  std::string route_prefix;  // "" or "/x", without a slash at the end
  std::string page_title = "Narthex";
  std::shared_ptr<const re2::RE2> cors_origin;  // anchored; null: no origin
  std::vector<std::pair<std::string, std::string>> flags;
  bool lifecycle = false;                // --web.enable-lifecycle
  std::function<std::string()> metrics;  // text format 0.0.4
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
