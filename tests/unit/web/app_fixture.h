// What the tests of the API share: an app over a small store, and targets that the test says.
#pragma once

#include <gtest/gtest.h>

#include "base/regex.h"
#include "tests/support/naive_store.h"
#include "web/app.h"

namespace narthex::web {

inline constexpr int64_t kNowNs = 100'000'000'000;  // 100 s after 1970

inline std::string ok(const std::string& data) { return R"({"status":"success","data":)" + data + "}"; }

inline std::string bad(const std::string& text) {
  return R"({"status":"error","errorType":"bad_data","error":")" + text + R"("})";
}

inline std::string parameter(const std::string& name, const std::string& text) {
  return bad("invalid parameter \\\"" + name + "\\\": " + text);
}

// A pool whose targets keep their URL, or their discovered labels, as their name.
class FakePool final : public scrape::PoolView {
 public:
  explicit FakePool(scrape::PoolStatus status) : status_(std::move(status)) {}
  const std::string& job() const override { return status_.job; }
  size_t active_size() const override { return status_.active.size(); }
  scrape::TargetStatus active(size_t i) const override { return status_.active[i]; }
  uint64_t active_id(size_t i) const override { return std::hash<std::string>()(status_.active[i].url); }
  size_t dropped_size() const override { return status_.dropped.size(); }
  scrape::DroppedTarget dropped(size_t i) const override { return status_.dropped[i]; }
  uint64_t dropped_id(size_t i) const override { return status_.dropped[i].discovered_labels.hash(); }
  uint64_t dropped_count() const override { return status_.dropped_count; }
  uint64_t sync_failed() const override { return 0; }

 private:
  const scrape::PoolStatus status_;
};

class AppTest : public ::testing::Test {
 protected:
  AppTest() : engine_(std::make_shared<promql::Engine>(promql::EngineOptions{})), app_(settings()) {
    for (int t = 0; t <= 100; t += 10) {
      store_.add({{"__name__", "up"}, {"job", "a"}, {"instance", "a:1"}}, t * 1000, 1);
      store_.add({{"__name__", "up"}, {"job", "b"}, {"instance", "b:1"}}, t * 1000, 0);
      store_.add({{"__name__", "ticks_total"}, {"job", "a"}, {"instance", "a:1"}}, t * 1000, t);
    }
    app_.ready(sources());
  }

  Settings settings() {
    Settings settings;
    settings.clock = &clock_;
    settings.cors_origin = *compile_anchored(".*");
    settings.flags = {{"config.file", "x.yml"}, {"web.page-title", "T"}};
    settings.metrics = [] { return "m 1\n"; };
    settings.observe = [this](const Served& served) {
      served_.push_back(std::string(served.handler) + " " + std::to_string(served.status));
    };
    settings.self_metrics = [](const auto& wanted) { return std::string(wanted("m") ? "[\"m\"]" : "[]"); };
    settings.runtime_info = [] { return RuntimeInfo{1'000'000'000, "/w", "h", true, 2'500'000'000, 3, 2, "15d"}; };
    settings.replayed = [this] { return replayed_; };
    settings.notifications = &notifications_;
    settings.reload = [this]() -> Result<> { return reload_result_; };
    settings.quit = [this] { return quits_++ == 0; };
    settings.lifecycle = lifecycle_;
    settings.route_prefix = prefix_;
    return settings;
  }

  Sources sources() {
    Sources sources;
    sources.store = &store_;
    sources.engine = engine_;
    sources.pools = [this] {
      std::vector<std::shared_ptr<const scrape::PoolView>> pools;
      for (const auto& pool : pools_) pools.push_back(std::make_shared<FakePool>(pool));
      return pools;
    };
    sources.job_yaml = [](const std::string& job) {
      return job == "a" ? std::optional<std::string>("job_name: a\n") : std::nullopt;
    };
    sources.metadata = [this] { return metadata_; };
    sources.config_yaml = [] { return "global:\n  x: <secret>\n"; };
    sources.external_url = "http://mon.example:9090";
    sources.own_port = 9090;
    return sources;
  }

  net::ServerResponse send(const std::string& method, const std::string& target, const std::string& form = "",
                           const std::string& origin = "") {
    return send_to(app_, method, target, form, origin);
  }

  static net::ServerResponse send_to(const App& app, const std::string& method, const std::string& target,
                                     const std::string& form = "", const std::string& origin = "") {
    net::ServerRequest request;
    request.method = method;
    request.target = target;
    request.path = target.substr(0, target.find('?'));
    if (target.find('?') != std::string::npos) request.query = target.substr(target.find('?') + 1);
    if (!form.empty()) {
      request.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
      request.body = form;
    }
    if (!origin.empty()) request.headers.emplace_back("Origin", origin);
    return app.handle(request);
  }

  // The body, also of one that comes in pieces.
  static std::string text_of(const net::ServerResponse& response) {
    std::string out = response.body;
    for (bool more = bool(response.stream); more;) {
      std::string piece;
      more = response.stream(piece);
      out += piece;
    }
    return out;
  }

  static std::string header(const net::ServerResponse& response, std::string_view name) {
    for (const auto& [key, value] : response.headers) {
      if (key == name) return value;
    }
    return "";
  }

  bool lifecycle_ = false;
  bool replayed_ = false;
  std::string prefix_;
  Result<> reload_result_;
  int quits_ = 0;
  std::vector<std::string> served_;
  std::vector<scrape::PoolStatus> pools_;
  std::vector<scrape::TargetMetadata> metadata_;
  FakeClock clock_{kNowNs};
  Notifications notifications_{clock_, 2};
  narthex::testing::NaiveStore store_;
  std::shared_ptr<const promql::Engine> engine_;
  App app_;
};

}  // namespace narthex::web
