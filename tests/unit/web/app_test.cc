// The API against a small store: what a client sends, and the answer it gets, word for word.
#include "web/app.h"

#include <gmock/gmock.h>

#include "tests/unit/web/app_fixture.h"

namespace narthex::web {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::string kUpVector =
    R"({"resultType":"vector","result":[{"metric":{"__name__":"up","instance":"a:1","job":"a"},"value":[100,"1"]},)"
    R"({"metric":{"__name__":"up","instance":"b:1","job":"b"},"value":[100,"0"]}]})";

struct Case {
  std::string target;
  int status;
  std::string body;
};

TEST_F(AppTest, InstantQueries) {
  const std::string timestamp = "to a valid timestamp";
  const Case cases[] = {
      {"query?query=up", 200, ok(kUpVector)},
      {"query?query=up&time=", 200, ok(kUpVector)},
      {"query?query=up&time=50.5&limit=1", 200,
       R"({"status":"success","data":{"resultType":"vector","result":[{"metric":{"__name__":"up","instance":"a:1",)"
       R"("job":"a"},"value":[50.500,"1"]}]},"warnings":["results truncated due to limit"]})"},
      {"query?query=1&limit=1", 200, ok(R"({"resultType":"scalar","result":[100,"1"]})")},
      {"query?query=%22x%22", 200, ok(R"({"resultType":"string","result":[100,"x"]})")},
      {"query?query=ticks_total[20s]", 200,
       ok(R"({"resultType":"matrix","result":[{"metric":{"__name__":"ticks_total","instance":"a:1","job":"a"},)"
          R"("values":[[90,"90"],[100,"100"]]}]})")},
      {"query?query=none", 200, ok(R"({"resultType":"vector","result":[]})")},
      {"query?query=up&time=400.5&lookback_delta=1s", 200, ok(R"({"resultType":"vector","result":[]})")},
      {"query", 400, parameter("query", "unknown position: parse error: no expression found in input")},
      {"query?query=up(", 400, parameter("query", "1:4: parse error: unclosed left parenthesis")},
      {"query?query=up&time=x", 400,
       parameter("time", "invalid time value for 'time': cannot parse \\\"x\\\" " + timestamp)},
      {"query?query=up&timeout=x", 400, parameter("timeout", "cannot parse \\\"x\\\" to a valid duration")},
      {"query?query=up&lookback_delta=x", 400,
       bad("error parsing lookback delta duration: cannot parse \\\"x\\\" to a valid duration")},
      {"query?query=up&limit=x", 400, parameter("limit", "strconv.Atoi: parsing \\\"x\\\": invalid syntax")},
      {"query?query=up(&limit=-1&time=x", 400, parameter("limit", "limit must be non-negative")},
      {"query?query=up&timeout=0", 503,
       R"({"status":"error","errorType":"timeout","error":"query timed out in query queue"})"},
  };
  for (const auto& c : cases) {
    auto response = send("GET", "/api/v1/" + c.target);
    EXPECT_EQ(response.status, c.status) << c.target;
    EXPECT_EQ(response.body, c.body) << c.target;
    EXPECT_EQ(header(response, "Content-Type"), "application/json");
  }
}

TEST_F(AppTest, RangeQueries) {
  const std::string resolution =
      "exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)";
  const std::string positive = "zero or negative query resolution step widths are not accepted. Try a positive integer";
  const Case cases[] = {
      {"query=up{job=\"a\"}&start=80&end=100&step=10", 200,
       ok(R"({"resultType":"matrix","result":[{"metric":{"__name__":"up","instance":"a:1","job":"a"},)"
          R"("values":[[80,"1"],[90,"1"],[100,"1"]]}]})")},
      {"query=1&start=80&end=80&step=1m", 200,
       ok(R"({"resultType":"matrix","result":[{"metric":{},"values":[[80,"1"]]}]})")},
      {"query=up&end=1&step=1", 400, parameter("start", "cannot parse \\\"\\\" to a valid timestamp")},
      {"query=up&start=1&end=x&step=1", 400, parameter("end", "cannot parse \\\"x\\\" to a valid timestamp")},
      {"query=up&start=2&end=1&step=x", 400, parameter("end", "end timestamp must not be before start time")},
      {"query=up&start=1&end=2&step=x", 400, parameter("step", "cannot parse \\\"x\\\" to a valid duration")},
      {"query=up&start=1&end=2&step=0", 400, parameter("step", positive)},
      {"query=up&start=1&end=2&step=-1", 400, parameter("step", positive)},
      {"query=up(&start=0&end=11001&step=1", 400, bad(resolution)},
      {"query=up&start=0&end=11001&step=1", 400, bad(resolution)},
      {"query=up[5m]&start=0&end=1&step=1", 400,
       parameter("query",
                 "invalid expression type \\\"range vector\\\" for range query, must be Scalar or instant Vector")},
  };
  for (const auto& c : cases) {
    auto response = send("GET", "/api/v1/query_range?" + c.target);
    EXPECT_EQ(response.status, c.status) << c.target;
    EXPECT_EQ(response.body, c.body) << c.target;
  }
  EXPECT_EQ(send("GET", "/api/v1/query_range?query=1&start=0&end=11000&step=1").status, 200);
}

TEST_F(AppTest, QueryExemplars) {
  const Labels up{{"__name__", "up"}, {"job", "a"}};
  store_.add(up, Exemplar{Labels{{"id", "<1>"}}, 6, 1'600'000'050'479});
  store_.add(up, Exemplar{Labels{}, 1e-7, 1'600'000'051'000});
  store_.add(Labels{{"__name__", "other"}}, Exemplar{Labels{{"id", "2"}}, kNormalNan, -500});
  const std::string other =
      R"({"seriesLabels":{"__name__":"other"},"exemplars":[{"labels":{"id":"2"},"value":"NaN","timestamp":-0.500}]})";
  const std::string head = R"({"seriesLabels":{"__name__":"up","job":"a"},"exemplars":[)";
  const std::string first = R"({"labels":{"id":"\u003c1\u003e"},"value":"6","timestamp":1600000050.479})";
  const std::string second = R"({"labels":{},"value":"1e-07","timestamp":1600000051})";
  const Case cases[] = {
      {"query=up", 200, ok("[" + head + first + "," + second + "]}]")},
      {"query=rate(up{job=\"a\"}[5m])%2Bon()other", 200, ok("[" + other + "," + head + first + "," + second + "]}]")},
      {"query=up&start=1600000050.5", 200, ok("[" + head + second + "]}]")},
      {"query=up&end=1600000050.479", 200, ok("[" + head + first + "]}]")},
      {"query=up{job=\"b\"}", 200, ok("[]")},
      {"query=1%2B2", 204, ""},
      {"", 400, bad("unknown position: parse error: no expression found in input")},
      {"query=up(", 400, bad("1:4: parse error: unclosed left parenthesis")},
      {"query=up(&start=2&end=1", 400, bad("end timestamp must not be before start timestamp")},
      {"query=up(&start=x&end=1", 400,
       parameter("start", "invalid time value for 'start': cannot parse \\\"x\\\" to a valid timestamp")},
  };
  for (const auto& c : cases) {
    for (const bool post : {false, true}) {
      auto response =
          post ? send("POST", "/api/v1/query_exemplars", c.target) : send("GET", "/api/v1/query_exemplars?" + c.target);
      EXPECT_EQ(response.status, c.status) << c.target;
      EXPECT_EQ(response.body, c.body) << c.target;
    }
  }
}

TEST_F(AppTest, FormsComeBeforeTheUrl) {
  EXPECT_EQ(send("POST", "/api/v1/query", "query=up").body, ok(kUpVector));
  EXPECT_EQ(send("POST", "/api/v1/query?query=2", "query=1").body, ok(R"({"resultType":"scalar","result":[100,"1"]})"));
  EXPECT_EQ(send("POST", "/api/v1/query?query=2").body, ok(R"({"resultType":"scalar","result":[100,"2"]})"));
}

TEST_F(AppTest, WaitingCountsAgainstTheTimeout) {
  net::ServerRequest request;
  request.method = "GET";
  request.path = "/api/v1/query";
  request.query = "query=1&timeout=2s";
  request.queued_ns = 1'000'000'000;
  EXPECT_EQ(app_.handle(request).status, 200);
  request.queued_ns = 2'000'000'000;
  EXPECT_EQ(app_.handle(request).body,
            R"({"status":"error","errorType":"timeout","error":"query timed out in query queue"})");
  request.queued_ns = 0;
  request.gone = [] { return true; };
  EXPECT_EQ(app_.handle(request).status, 499);
}

TEST_F(AppTest, QueriesAreKnown) {
  prefix_ = "/mon";
  App app(settings());
  net::ServerRequest request;
  for (const char* path : {"/mon/api/v1/query", "/mon/api/v1/query_range"}) {
    request.path = path;
    EXPECT_TRUE(app.is_query(request)) << path;
  }
  for (const char* path : {"/mon/api/v1/labels", "/mon/-/healthy", "/mon/api/v1/query/x"}) {
    request.path = path;
    EXPECT_FALSE(app.is_query(request)) << path;
  }
}

TEST_F(AppTest, StatsAreAddedWhenAsked) {
  EXPECT_THAT(send("GET", "/api/v1/query?query=1&stats=all").body, HasSubstr(R"("stats":{"timings":{"evalTotalTime")"));
  EXPECT_THAT(send("GET", "/api/v1/query?query=1&stats=1").body,
              HasSubstr(R"("warnings":["value \"1\" for parameter \"stats\" is deprecated)"));
}

TEST_F(AppTest, Metadata) {
  const std::string up_a = R"({"__name__":"up","instance":"a:1","job":"a"})";
  const std::string up_b = R"({"__name__":"up","instance":"b:1","job":"b"})";
  const std::string ticks = R"({"__name__":"ticks_total","instance":"a:1","job":"a"})";
  const std::string truncated = R"(],"warnings":["results truncated due to limit"]})";
  const Case cases[] = {
      {"series?match[]=up", 200, ok("[" + up_a + "," + up_b + "]")},
      {"series?match[]=up&match[]={job=\"a\"}", 200, ok("[" + ticks + "," + up_a + "," + up_b + "]")},
      {"series?match[]=up&limit=1", 200, R"({"status":"success","data":[)" + up_a + truncated},
      {"series?match[]=none", 200, ok("[]")},
      {"series", 400, bad("no match[] parameter provided")},
      {"series?match[]=up&start=x", 400,
       parameter("start", "invalid time value for 'start': cannot parse \\\"x\\\" to a valid timestamp")},
      {"series?match[]=up&a=%zz", 400, bad("error parsing form values: invalid URL escape \\\"%zz\\\"")},
      {"series?match[]={}", 400, parameter("match[]", "match[] must contain at least one non-empty matcher")},
      {"labels", 200, ok(R"(["__name__","instance","job"])")},
      {"labels?match[]=none", 200, ok("[]")},
      {"labels?limit=1", 200, R"({"status":"success","data":["__name__")" + truncated},
      {"label/job/values", 200, ok(R"(["a","b"])")},
      {"label/__name__/values", 200, ok(R"(["ticks_total","up"])")},
      {"label/job/values?match[]=ticks_total", 200, ok(R"(["a"])")},
      {"label/job/values?match[]=ticks_total&match[]=up", 200, ok(R"(["a","b"])")},
      {"label/a-b/values", 200, ok("[]")},
      {"label/U__jo_62_/values", 200, ok(R"(["a","b"])")},
      {"label/%ff/values", 400, bad(R"(invalid label name: \"\\xff\")")},
  };
  for (const auto& c : cases) {
    auto response = send("GET", "/api/v1/" + c.target);
    EXPECT_EQ(response.status, c.status) << c.target;
    EXPECT_EQ(response.body, c.body) << c.target;
  }
}

TEST_F(AppTest, Targets) {
  scrape::TargetStatus up;
  up.job = "a";
  up.discovered_labels = {{"__address__", "localhost:9100"}};
  up.labels = {{"job", "a"}};
  up.url = "http://localhost:9100/metrics";
  up.health = scrape::Health::kUp;
  up.last_scrape_ns = 1435781451781000000;
  up.last_duration_seconds = 0.25;
  up.interval = "15s";
  up.timeout = "10s";
  pools_ = {{"a", {up}, {{"a", {{"__address__", "x"}}, "rule 1 dropped it"}}, 3, {}}, {"b", {}, {}, 0, {}}};
  const std::string active =
      R"({"discoveredLabels":{"__address__":"localhost:9100"},"labels":{"job":"a"},"scrapePool":"a",)"
      R"("scrapeUrl":"http://localhost:9100/metrics","globalUrl":"http://mon.example:9100/metrics","lastError":"",)"
      R"("lastScrape":"2015-07-01T20:10:51.781Z","lastScrapeDuration":0.25,"health":"up","scrapeInterval":"15s",)"
      R"("scrapeTimeout":"10s"})";
  const std::string dropped =
      R"({"discoveredLabels":{"__address__":"x"},"scrapePool":"a","reason":"rule 1 dropped it"})";
  const std::string counts = R"({"a":3,"b":0})";
  auto data = [](const std::string& a, const std::string& d, const std::string& c) {
    return ok(R"({"activeTargets":[)" + a + R"(],"droppedTargets":[)" + d + R"(],"droppedTargetCounts":)" + c + "}");
  };
  EXPECT_EQ(send("GET", "/api/v1/targets").body, data(active, dropped, counts));
  EXPECT_EQ(send("GET", "/api/v1/targets?state=any&scrapePool=b").body, data("", "", counts));
  EXPECT_EQ(send("GET", "/api/v1/targets?state=active").body, data(active, "", "null"));
  EXPECT_EQ(send("GET", "/api/v1/targets?state=dropped").body, data("", dropped, counts));
  EXPECT_EQ(send("GET", "/api/v1/targets?state=x").body, data("", "", "null"));
  EXPECT_EQ(send("GET", "/api/v1/scrape_pools").body, ok(R"({"scrapePools":["a","b"]})"));
}

TEST_F(AppTest, MetricMetadata) {
  using exposition::MetricType;
  using List = std::vector<scrape::MetricMetadata>;
  auto first = std::make_shared<const List>(List{{"a_total", MetricType::kCounter, "A.", ""}, {"b", {}, "B.", "s"}});
  auto second =
      std::make_shared<const List>(List{{"a_total", MetricType::kCounter, "Another.", ""}, {"b", {}, "B.", "s"}});
  metadata_ = {{"x", {{"job", "x"}}, first}, {"y", {{"job", "y"}}, second}};
  const std::string a = R"({"type":"counter","help":"A.","unit":""})";
  const std::string other = R"({"type":"counter","help":"Another.","unit":""})";
  const std::string b = R"({"type":"unknown","help":"B.","unit":"s"})";
  const std::string x_a = R"({"target":{"job":"x"},"metric":"a_total","type":"counter","help":"A.","unit":""})";
  const std::string x_b = R"({"target":{"job":"x"},"metric":"b","type":"unknown","help":"B.","unit":"s"})";
  const std::string y_b = R"({"target":{"job":"y"},"type":"unknown","help":"B.","unit":"s"})";
  const Case cases[] = {
      {"metadata", 200, ok(R"({"a_total":[)" + a + "," + other + R"(],"b":[)" + b + "]}")},
      {"metadata?metric=b", 200, ok(R"({"b":[)" + b + "]}")},
      {"metadata?metric=none", 200, ok("{}")},
      {"metadata?limit=0", 200, ok("{}")},
      {"metadata?limit=1&limit_per_metric=1", 200, ok(R"({"a_total":[)" + a + "]}")},
      {"metadata?limit=x", 400, bad("limit must be a number")},
      {"metadata?limit_per_metric=x", 400, bad("limit_per_metric must be a number")},
      {"targets/metadata?match_target={job=\"x\"}", 200, ok("[" + x_a + "," + x_b + "]")},
      {"targets/metadata?metric=b&match_target={job=~\"y|z\"}", 200, ok("[" + y_b + "]")},
      {"targets/metadata?limit=0", 200, ok("[]")},
      {"targets/metadata?match_target=up(", 400, parameter("match_target", "1:3: parse error: unexpected \\\"(\\\"")},
  };
  for (const auto& c : cases) {
    auto response = send("GET", "/api/v1/" + c.target);
    EXPECT_EQ(response.status, c.status) << c.target;
    EXPECT_EQ(response.body, c.body) << c.target;
  }
}

TEST_F(AppTest, Status) {
  EXPECT_EQ(send("GET", "/api/v1/status/config").body, ok(R"({"yaml":"global:\n  x: \u003csecret\u003e\n"})"));
  EXPECT_EQ(send("GET", "/api/v1/status/flags").body, ok(R"({"config.file":"x.yml","web.page-title":"T"})"));
  EXPECT_THAT(send("GET", "/api/v1/status/buildinfo").body, HasSubstr(R"({"version":"3.14.0",)"));
  EXPECT_THAT(send("GET", "/version").body, HasSubstr(R"({"version":"3.14.0",)"));
}

TEST_F(AppTest, MethodsAndUnknownPaths) {
  const struct {
    std::string method, target;
    int status;
    std::string body, allow;
  } cases[] = {
      {"GET", "/api/v1/nothing", 404, "404 page not found\n", ""},
      {"GET", "/nothing", 404, "404 page not found\n", ""},
      {"DELETE", "/api/v1/query", 405, "Method Not Allowed\n", "GET, OPTIONS, POST"},
      {"HEAD", "/api/v1/query", 405, "Method Not Allowed\n", "GET, OPTIONS, POST"},
      {"POST", "/api/v1/label/job/values", 405, "Method Not Allowed\n", "GET, OPTIONS"},
      {"POST", "/-/healthy", 405, "Method Not Allowed\n", "GET, HEAD, OPTIONS"},
      {"OPTIONS", "/-/healthy", 200, "", "GET, HEAD, OPTIONS"},
      {"HEAD", "/-/ready", 200, "Prometheus Server is Ready.\n", ""},
      {"GET", "/-/healthy", 200, "Prometheus Server is Healthy.\n", ""},
      {"OPTIONS", "/api/v1/anything", 204, "", ""},
      {"GET", "/-/reload", 405, "Only POST or PUT requests allowed", ""},
      {"POST", "/-/reload", 403, "Lifecycle API is not enabled.", ""},
      {"PUT", "/-/quit", 403, "Lifecycle API is not enabled.", ""},
      {"GET", "/metrics", 200, "m 1\n", ""},
  };
  for (const auto& c : cases) {
    auto response = send(c.method, c.target);
    EXPECT_EQ(response.status, c.status) << c.method << " " << c.target;
    EXPECT_EQ(response.body, c.body) << c.method << " " << c.target;
    EXPECT_EQ(header(response, "Allow"), c.allow) << c.method << " " << c.target;
  }
  EXPECT_EQ(header(send("GET", "//api//v1/query?a=b"), "Location"), "/api/v1/query?a=b");
}

TEST_F(AppTest, OriginsAreToldWhatTheyMay) {
  EXPECT_EQ(header(send("GET", "/api/v1/query?query=1", "", "https://x"), "Access-Control-Allow-Origin"), "https://x");
  EXPECT_EQ(header(send("OPTIONS", "/api/v1/zzz", "", "https://x"), "Access-Control-Allow-Origin"), "https://x");
  EXPECT_EQ(header(send("GET", "/api/v1/query?query=1"), "Vary"), "Origin");
}

TEST_F(AppTest, NotReadyBeforeAndAfter) {
  App app(settings());
  for (const char* stopping : {"false", "true"}) {
    for (const char* target : {"/api/v1/query?query=1", "/api/v1/targets", "/-/ready"}) {
      auto response = send_to(app, "GET", target);
      EXPECT_EQ(response.status, 503) << target;
      EXPECT_EQ(response.body, "Service Unavailable");
      EXPECT_EQ(header(response, "X-Prometheus-Stopping"), stopping);
    }
    EXPECT_EQ(send_to(app, "GET", "/-/healthy").status, 200);
    app.ready(sources());
    EXPECT_EQ(send_to(app, "GET", "/-/ready").status, 200);
    app.stopping();
  }
}

TEST_F(AppTest, LifecycleWhenEnabled) {
  lifecycle_ = true;
  App app(settings());
  EXPECT_EQ(send_to(app, "POST", "/-/reload").status, 200);
  reload_result_ = invalid("bad file");
  auto failed = send_to(app, "PUT", "/-/reload");
  EXPECT_EQ(failed.status, 500);
  EXPECT_EQ(failed.body, "failed to reload config: bad file\n");
  EXPECT_EQ(send_to(app, "POST", "/-/quit").body, "Requesting termination... Goodbye!");
  EXPECT_EQ(send_to(app, "POST", "/-/quit").body, "Termination already in progress.");
  EXPECT_EQ(send_to(app, "GET", "/-/quit").status, 405);
}

TEST_F(AppTest, RoutePrefix) {
  prefix_ = "/mon";
  App app(settings());
  EXPECT_EQ(header(send_to(app, "GET", "/"), "Location"), "/mon");
  EXPECT_EQ(send_to(app, "GET", "/mon").status, 200);
  EXPECT_EQ(send_to(app, "GET", "/mon/-/healthy").status, 200);
  EXPECT_EQ(send_to(app, "GET", "/-/healthy").status, 404);
  EXPECT_EQ(send_to(app, "GET", "/monitor").status, 404);
}

TEST_F(AppTest, RequestsAreCountedByRoute) {
  send("GET", "/api/v1/label/job/values");
  send("GET", "/api/v1/query");
  send("GET", "/nothing");
  EXPECT_THAT(served_, ElementsAre("/api/v1/label/:name/values 200", "/api/v1/query 400"));
}

}  // namespace
}  // namespace narthex::web
