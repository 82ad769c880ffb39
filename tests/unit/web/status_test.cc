// /api/v1/status/…, /features, /notifications and the OpenAPI document.
#include <gmock/gmock.h>

#include "tests/unit/web/app_fixture.h"
#include "web/api/routes.h"
#include "web/http/router.h"

namespace narthex::web {
namespace {

using ::testing::HasSubstr;

TEST_F(AppTest, RuntimeInfo) {
  EXPECT_EQ(send("GET", "/api/v1/status/runtimeinfo").body,
            ok(R"({"startTime":"1970-01-01T00:00:01Z","CWD":"/w","hostname":"h","serverTime":"1970-01-01T00:01:40Z",)"
               R"("reloadConfigSuccess":true,"lastConfigTime":"1970-01-01T00:00:02.5Z","corruptionCount":0,)"
               R"("goroutineCount":3,"GOMAXPROCS":2,"GOMEMLIMIT":9223372036854775807,"GOGC":"","GODEBUG":"",)"
               R"("storageRetention":"15d"})"));
}

TEST_F(AppTest, SeriesAreCountedByTheirLabels) {
  EXPECT_EQ(send("GET", "/api/v1/status/tsdb?limit=1").body,
            ok(R"({"headStats":{"numSeries":3,"numLabelPairs":6,"chunkCount":3,"minTime":0,"maxTime":100000},)"
               R"("seriesCountByMetricName":[{"name":"up","value":2}],)"
               R"("labelValueCountByLabelName":[{"name":"__name__","value":2}],)"
               R"("memoryInBytesByLabelName":[{"name":"__name__","value":13}],)"
               R"("seriesCountByLabelValuePair":[{"name":"__name__=up","value":2}]})"));
  const std::pair<const char*, const char*> refused[] = {
      {"0", "limit must be a positive number"},
      {"-1", "limit must be a positive number"},
      {"x", "limit must be a positive number"},
      {"10001", "limit must not exceed 10000"},
  };
  for (const auto& [limit, text] : refused) {
    const auto response = send("GET", std::string("/api/v1/status/tsdb?limit=") + limit);
    EXPECT_EQ(response.status, 400) << limit;
    EXPECT_EQ(response.body, bad(text)) << limit;
  }
  EXPECT_EQ(send("GET", "/api/v1/status/tsdb?limit=10000").status, 200);
  EXPECT_EQ(send("GET", "/api/v1/status/tsdb/blocks").body, ok(R"({"blocks":[]})"));
}

TEST_F(AppTest, SegmentsAreBlocks) {
  storage::BlockInfo hour{31, 4096, "/s/31", "", {}};
  hour.footer = {.min_time = 1000, .max_time = 2000, .series = 2, .columns = 3, .samples = 10, .histograms = 4};
  storage::BlockInfo merged{32, 5000, "/s/32", "", {}};
  merged.footer = {.min_time = -5, .max_time = 0, .series = 1, .columns = 1, .samples = 1, .parents = {1, 1ull << 40}};
  const storage::BlockInfo damaged{33, 7, "/s/33", "a checksum is wrong", {}};
  store_.set_blocks({hour, merged, damaged});
  EXPECT_EQ(send("GET", "/api/v1/status/tsdb/blocks").body,
            ok(R"({"blocks":[{"ulid":"0000000000000000000000000Z","minTime":1000,"maxTime":2001,)"
               R"("stats":{"numSamples":10,"numFloatSamples":6,"numHistogramSamples":4,"numSeries":2,"numChunks":3},)"
               R"("compaction":{"level":1,"sources":["0000000000000000000000000Z"]},"version":1,"bytes":4096},)"
               R"({"ulid":"00000000000000000000000010","minTime":-5,"maxTime":1,)"
               R"("stats":{"numSamples":1,"numFloatSamples":1,"numSeries":1,"numChunks":1},)"
               R"("compaction":{"level":2,"sources":["00000000000000000000000001","00000000000000000100000000"],)"
               R"("parents":[{"ulid":"00000000000000000000000001"},{"ulid":"00000000000000000100000000"}]},)"
               R"("version":1,"bytes":5000},)"
               R"({"ulid":"00000000000000000000000011","damage":"a checksum is wrong","version":1,"bytes":7}]})"));
}

TEST_F(AppTest, OwnMetricsByName) {
  EXPECT_EQ(send("GET", "/api/v1/status/self_metrics").body, ok(R"(["m"])"));
  EXPECT_EQ(send("GET", "/api/v1/status/self_metrics?metric_name_pattern=m|n").body, ok(R"(["m"])"));
  EXPECT_EQ(send("GET", "/api/v1/status/self_metrics?metric_name_pattern=mm").body, ok("[]"));
  EXPECT_EQ(send("GET", "/api/v1/status/self_metrics?metric_name_pattern=(").status, 400);
}

TEST_F(AppTest, ScrapePoolsAndTheirSections) {
  const std::pair<const char*, std::string> cases[] = {
      {"scrape_pools/config?scrapePool=a", ok(R"({"yaml":"job_name: a\n"})")},
      {"scrape_pools/config", bad("no scrapePool parameter provided")},
      {"scrape_pools/config?scrapePool=x", bad("error retrieving scrape config: scrape pool \\\"x\\\" not found")},
      {"alertmanagers", ok(R"({"activeAlertmanagers":[],"droppedAlertmanagers":[]})")},
  };
  for (const auto& [target, body] : cases)
    EXPECT_EQ(send("GET", "/api/v1/" + std::string(target)).body, body) << target;
}

TEST_F(AppTest, FeaturesAreWhatTheEngineEvaluates) {
  const std::string body = send("GET", "/api/v1/features").body;
  for (const char* category :
       {"api", "otlp_receiver", "prometheus", "promql", "promql_functions", "promql_operators", "rules", "scrape",
        "service_discovery_providers", "templating_functions", "tsdb", "ui"}) {
    EXPECT_THAT(body, HasSubstr("\"" + std::string(category) + "\":{"));
  }
  for (const char* there : {"rate", "abs", "time", "sum", "+", "subqueries", "at_modifier", "static", "query_stats"}) {
    EXPECT_THAT(body, HasSubstr("\"" + std::string(there) + "\":true"));
  }
  for (const char* missing : {"anchored", "admin", "kubernetes", "humanize", "keep_firing_for", "lifecycle"}) {
    EXPECT_THAT(body, HasSubstr("\"" + std::string(missing) + "\":false"));
  }
  lifecycle_ = true;
  App app(settings());
  promql::EngineOptions options;
  options.features.delayed_name_removal = true;
  engine_ = std::make_shared<promql::Engine>(options);
  app.ready(sources());
  const std::string other = send_to(app, "GET", "/api/v1/features").body;
  EXPECT_THAT(other, HasSubstr("\"lifecycle\":true"));
  EXPECT_THAT(other, HasSubstr("\"delayed_name_removal\":true"));
}

TEST_F(AppTest, WhatIsAnsweredBeforeTheServerIsReady) {
  App app(settings());
  EXPECT_EQ(send_to(app, "GET", "/api/v1/status/walreplay").body, ok(R"({"min":0,"max":1,"current":0})"));
  replayed_ = true;
  EXPECT_EQ(send_to(app, "GET", "/api/v1/status/walreplay").body, ok(R"({"min":0,"max":1,"current":1})"));
  EXPECT_EQ(send_to(app, "GET", "/api/v1/notifications").body, ok("[]"));
  EXPECT_EQ(send_to(app, "GET", "/api/v1/notifications/live").status, 200);
  for (const Route& route : api_routes()) {
    if (route.early) continue;
    EXPECT_EQ(send_to(app, (route.methods & kGet) != 0 ? "GET" : "POST", std::string(route.pattern)).status, 503)
        << route.pattern;
  }
}

TEST_F(AppTest, NotificationsAreListedAndTold) {
  notifications_.begin(kStarting);
  auto live = send("GET", "/api/v1/notifications/live");
  ASSERT_TRUE(live.feed);
  EXPECT_EQ(header(live, "Content-Type"), "text/event-stream");
  auto told = [&live] {
    std::string text;
    EXPECT_TRUE(live.feed(text));
    return text;
  };
  const std::string starting = R"({"text":"Prometheus is starting and replaying the write-ahead log (WAL).",)"
                               R"("date":"1970-01-01T00:01:40Z","active":)";
  const std::string failed = R"({"text":"Configuration reload has failed.","date":"1970-01-01T00:01:41Z","active":)";
  EXPECT_EQ(told(), "data: " + starting + "true}\n\n");
  EXPECT_EQ(told(), "");
  clock_.advance_ns(1'000'000'000);
  notifications_.begin(kReloadFailed);
  notifications_.begin(kReloadFailed);
  EXPECT_EQ(send("GET", "/api/v1/notifications").body, ok("[" + starting + "true}," + failed + "true}]"));
  notifications_.end(kStarting);
  notifications_.end(kStarting);
  EXPECT_EQ(told(), "data: " + failed + "true}\n\ndata: " + starting + "false}\n\n");
  EXPECT_EQ(send("GET", "/api/v1/notifications").body, ok("[" + failed + "true}]"));
}

TEST_F(AppTest, SubscribersAreLimited) {
  auto first = send("GET", "/api/v1/notifications/live");
  auto second = send("GET", "/api/v1/notifications/live");
  EXPECT_EQ(second.status, 200);
  EXPECT_EQ(send("GET", "/api/v1/notifications/live").status, 204);
  first.feed = nullptr;  // gone
  EXPECT_EQ(send("GET", "/api/v1/notifications/live").status, 200);
}

TEST_F(AppTest, TheDocumentNamesEveryRoute) {
  const auto response = send("GET", "/api/v1/openapi.yaml");
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(response.body, HasSubstr("openapi: 3.1.0\n"));
  EXPECT_THAT(response.body, HasSubstr("\n  \"/label/{name}/values\":\n"));
  EXPECT_THAT(response.body, HasSubstr("{name: name, in: path, required: true"));
  for (const Route& route : api_routes()) {
    EXPECT_FALSE(route.summary.empty()) << route.pattern;
    if (route.pattern.find(':') != std::string_view::npos) continue;
    const std::string path(route.pattern.substr(std::string_view("/api/v1").size()));
    EXPECT_THAT(response.body, HasSubstr("\n  \"" + path + "\":\n"));
  }
  EXPECT_EQ(send("GET", "/api/v1/openapi.yaml?openapi_version=3.1").status, 200);
  EXPECT_EQ(send("GET", "/api/v1/openapi.yaml?openapi_version=2").status, 400);
}

TEST_F(AppTest, OldLinksLeadToThePage) {
  EXPECT_EQ(header(send("GET", "/graph"), "Location"), "/query?");
  const auto response = send("GET", "/graph?g0.expr=up&g0.tab=1");
  EXPECT_EQ(response.status, 302);
  EXPECT_EQ(header(response, "Location"), "/query?g0.expr=up&g0.tab=1");
  EXPECT_THAT(send("GET", "/query?g0.expr=up").body, HasSubstr("<html"));
}

}  // namespace
}  // namespace narthex::web
