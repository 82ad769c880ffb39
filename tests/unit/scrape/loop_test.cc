// What a scrape stores, by the edge cases of the scrape spec (section 13): real sockets, a naive store.
#include "tests/unit/scrape/scrape_fixture.h"

namespace narthex::scrape {
namespace {

using LoopTest = ScrapeTest;

TEST_F(LoopTest, StoresSamplesAndReportSeries) {
  play<std::string>(job(), {"a 1\nb{x=\"y\"} 2\n", "a 3\nb{x=\"y\"} 2\n"});
  EXPECT_EQ(values("a", 2), "1 3");
  EXPECT_EQ(values("b", 2, {{"x", "y"}}), "2 2");
  EXPECT_EQ(values("up", 2), "1 1");
  EXPECT_EQ(values("scrape_samples_scraped", 2), "2 2");
  EXPECT_EQ(values("scrape_samples_post_metric_relabeling", 2), "2 2");
  EXPECT_EQ(values("scrape_series_added", 2), "2 0");
  EXPECT_EQ(samples("scrape_duration_seconds").size(), samples("up").size());
  EXPECT_TRUE(samples("scrape_body_size_bytes").empty());
  EXPECT_TRUE(wait_for([&] { return status().health == Health::kUp; }));
  EXPECT_EQ(status().last_error, "");
  EXPECT_EQ(status().url, "http://" + target_.address() + "/metrics");
}

TEST_F(LoopTest, SendsTheHeadersOfTheSpec) {
  play<std::string>(job(), {"a 1\n"});
  const std::string request = target_.last_request();
  EXPECT_NE(request.find("GET /metrics HTTP/1.1\r\n"), std::string::npos) << request;
  EXPECT_NE(request.find("Accept: application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"),
            std::string::npos)
      << request;
  EXPECT_NE(request.find("Accept-Encoding: gzip\r\n"), std::string::npos) << request;
  EXPECT_NE(request.find("User-Agent: narthex/"), std::string::npos) << request;
  EXPECT_NE(request.find("X-Prometheus-Scrape-Timeout-Seconds: 10\r\n"), std::string::npos) << request;
}

TEST_F(LoopTest, KeepsThePhaseAndTheInterval) {
  play<std::string>(job(), {"a 1\n", "a 2\n", "a 3\n", "a 4\n"});
  const auto up = samples("up");
  for (size_t i = 1; i < 4; ++i) {
    EXPECT_NEAR(static_cast<double>(up[i].timestamp - up[i - 1].timestamp), 10'000, 9'000) << i;
  }
}

TEST_F(LoopTest, ExtraScrapeMetrics) {
  JobOptions options = job();
  options.extra_scrape_metrics = true;
  options.limits.samples = 7;
  play<std::string>(options, {"a 1\n"});
  EXPECT_EQ(values("scrape_timeout_seconds", 1), "10");
  EXPECT_EQ(values("scrape_sample_limit", 1), "7");
  EXPECT_EQ(values("scrape_body_size_bytes", 1), "4");
}

TEST_F(LoopTest, LineGoneGetsOneMarkerAndCountsWhenItReturns) {
  play<std::string>(job(), {"a 1\nb 1\n", "a 2\n", "a 3\n", "a 4\nb 4\n"});
  EXPECT_EQ(values("a", 4), "1 2 3 4");
  EXPECT_EQ(values("b", 4), "1 stale - 4");
  EXPECT_EQ(values("scrape_series_added", 4), "2 0 0 1");
}

TEST_F(LoopTest, EmptyBodyIsAGoodScrapeWithoutSamples) {
  play<Answer>(job(), {answer("a 1\n"), answer("", "200 OK", "text/html"), answer("a 3\n")});
  EXPECT_EQ(values("up", 3), "1 1 1");
  EXPECT_EQ(values("a", 3), "1 stale 3");
  EXPECT_EQ(values("scrape_series_added", 3), "1 0 0");
}

TEST_F(LoopTest, StatusOtherThan200MarksEverythingOnce) {
  play<Answer>(
      job(), {answer("a 1\nb 1\n"), answer("x", "503 Gone fishing"), answer("x", "503 Gone fishing"), answer("a 4\n")});
  EXPECT_EQ(values("up", 4), "1 0 0 1");
  EXPECT_EQ(values("a", 4), "1 stale - 4");
  EXPECT_EQ(values("b", 4), "1 stale - -");
  EXPECT_EQ(values("scrape_samples_scraped", 4), "2 0 0 1");
}

TEST_F(LoopTest, TellsWhyATargetIsDown) {
  const std::tuple<Answer, const char*> cases[] = {
      {answer("", "404 Nope nope"), "server returned HTTP status 404 Nope nope"},
      {answer("a 1\n", "200 OK", ""),
       "non-compliant scrape target sending blank Content-Type and no fallback_scrape_protocol specified for target"},
      {answer("<html>", "200 OK", "text/html; charset=utf-8"),
       "received unsupported Content-Type \"text/html; charset=utf-8\" and no fallback_scrape_protocol specified for "
       "target"},
      {answer("a b\n"), "strconv.ParseFloat: parsing \"b\": invalid syntax while parsing: \"a b\""},
      {answer("a{b=\"1\",b=\"1\"} 1\n"), "label name \"b\" is not unique: invalid sample"},
      {answer("{\"\"} 1\n"), "missing metric name (__name__ label)"},
  };
  start(job());
  for (const auto& [given, expected] : cases) {
    target_.script(std::vector<Answer>{given});
    EXPECT_TRUE(wait_for([&, text = expected] { return status().last_error == text; }))
        << expected << "\nbut: " << status().last_error;
    EXPECT_EQ(status().health, Health::kDown);
  }
}

TEST_F(LoopTest, FallbackProtocolReadsABodyWithoutType) {
  JobOptions options = job();
  options.fallback_protocol = "PrometheusText0.0.4";
  play<Answer>(options, {answer("a 1\n", "200 OK", "")});
  EXPECT_EQ(values("a", 1), "1");
}

TEST_F(LoopTest, RefusedConnectionIsDown) {
  start(job());
  manager_->set_targets("j", {{{{{"__address__", "127.0.0.1:1"}, {"instance", "i"}}}, {}, "0"}});
  ASSERT_TRUE(wait_for([&] { return status().health == Health::kDown; }));
  EXPECT_EQ(status().last_error,
            "Get \"http://127.0.0.1:1/metrics\": dial tcp 127.0.0.1:1: connect: connection refused");
  EXPECT_EQ(values("up", 1), "0");
}

TEST_F(LoopTest, ParseErrorOnTheLastLineLeavesNothingBehind) {
  // `c` was not reached in the broken scrape, so it gets a marker; `a` and `b` were, so they get neither.
  play<std::string>(job(), {"a 1\nb 1\nc 1\n", "a 2\nb 2\nnew 2\nbroken\n", "a 3\n"});
  EXPECT_EQ(values("up", 3), "1 0 1");
  EXPECT_EQ(values("a", 3), "1 - 3");
  EXPECT_EQ(values("b", 3), "1 - stale");
  EXPECT_EQ(values("c", 3), "1 stale -");
  EXPECT_TRUE(samples("new").empty());
  EXPECT_EQ(values("scrape_samples_scraped", 3), "3 3 1");
}

TEST_F(LoopTest, SameLineTwiceIsADuplicateAndTheFirstStays) {
  play<std::string>(job(), {"a 1\na 1\na 2\n"});
  EXPECT_EQ(values("up", 1), "1");
  EXPECT_EQ(values("a", 1), "1");
  EXPECT_EQ(values("scrape_samples_post_metric_relabeling", 1), "3");
  EXPECT_TRUE(wait_for([&] { return manager_->stats().sample_duplicate_timestamp >= 2; }));
  EXPECT_TRUE(wait_for([&] { return status().last_warning == "2 samples whose timestamp was there before"; }));
}

TEST_F(LoopTest, TwoSpellingsOfOneSeriesAreNoDuplicate) {
  play<std::string>(job(), {"a{x=\"1\",y=\"2\"} 1\na{y=\"2\",x=\"1\"} 2\n"});
  EXPECT_EQ(values("a", 1, {{"x", "1"}, {"y", "2"}}), "1");
  EXPECT_EQ(manager_->stats().sample_duplicate_timestamp, 0u);
}

TEST_F(LoopTest, ExposedUpComesFirst) {
  play<std::string>(job(), {"up 7\n"});
  EXPECT_EQ(values("up", 1), "7");
}

TEST_F(LoopTest, ConflictingLabelsAreMoved) {
  play<std::string>(job(), {"a{job=\"exposed\"} 1\n"});
  EXPECT_EQ(values("a", 1, {{"exported_job", "exposed"}}), "1");
}

TEST_F(LoopTest, HonoredLabelsStay) {
  JobOptions options = job();
  options.honor_labels = true;
  play<std::string>(options, {"a{job=\"exposed\"} 1\nb{instance=\"\"} 2\n"});
  EXPECT_EQ(samples_of({{"__name__", "a"}, {"instance", "i"}, {"job", "exposed"}}).size(), 1u);
  EXPECT_EQ(samples_of({{"__name__", "b"}, {"job", "j"}}).size(), 1u);
}

TEST_F(LoopTest, MetricRelabelingDropsWithoutFailing) {
  JobOptions options = job();
  relabel::RuleOptions drop;
  drop.action = "drop";
  drop.source_labels = {"__name__"};
  drop.regex = "b";
  options.metric_relabel = {drop};
  play<std::string>(options, {"a 1\nb 1\n", "a 2\nb 2\n"});
  EXPECT_EQ(values("a", 2), "1 2");
  EXPECT_TRUE(samples("b").empty());
  EXPECT_EQ(values("scrape_samples_scraped", 2), "2 2");
  EXPECT_EQ(values("scrape_samples_post_metric_relabeling", 2), "1 1");
  EXPECT_EQ(values("up", 2), "1 1");
}

TEST_F(LoopTest, BigBodyIsReadInTurns) {
  std::string body;
  const std::string padding(10'000, 'x');
  for (int i = 0; i < 300; ++i) body += "m{number=\"" + std::to_string(i) + "\",padding=\"" + padding + "\"} 1\n";
  ASSERT_GT(body.size(), size_t{2} << 20);
  play<std::string>(job(), {body, body + "last 1\n"});
  EXPECT_EQ(values("scrape_samples_scraped", 2), "300 301");
  EXPECT_EQ(values("scrape_series_added", 2), "300 1");
  EXPECT_EQ(values("last", 2), "- 1");
}

TEST_F(LoopTest, RefusedCommitShowsNothingAndHeals) {
  target_.script(std::vector<std::string>{"a 1\n", "a 2\n", "a 3\n"});
  store_.fail_commits(1);
  start(job());
  ASSERT_TRUE(wait_for([&] { return scrapes() >= 2; }));
  EXPECT_EQ(values("a", 2), "2 3");
  EXPECT_EQ(values("scrape_series_added", 2), "1 0");
}

TEST_F(LoopTest, MetadataIsKept) {
  play<std::string>(job(), {"# HELP a The a.\n# TYPE a counter\na 1\n# TYPE b gauge\nb 1\n", "# TYPE a gauge\na 1\n"});
  ASSERT_TRUE(wait_for([&] {
    const auto all = manager_->metadata();
    return !all.at(0).metrics->empty() && all.at(0).metrics->at(0).type == exposition::MetricType::kGauge;
  }));
  const auto all = manager_->metadata();
  const std::vector<MetricMetadata> expected = {{"a", exposition::MetricType::kGauge, "The a.", ""},
                                                {"b", exposition::MetricType::kGauge, "", ""}};
  EXPECT_EQ(*all.at(0).metrics, expected);
  EXPECT_EQ(all.at(0).job, "j");
}

TEST_F(LoopTest, RefusedReportSeriesAreNobodysLoss) {
  // The body's `up` lies ahead of the report series of the scrapes that follow.
  const std::string ahead = std::to_string(clock_.now_ms() + 300'000);
  play<std::string>(job(), {"up 1 " + ahead + "\n", "a 2\n", "a 3\n"});
  EXPECT_EQ(manager_->stats().sample_out_of_order, 0u);
  EXPECT_EQ(status().last_warning, "");
}

// The store's clock begins at 1767225600 s.
TEST_F(LoopTest, ATooOldSampleFailsTheScrapeWhereThereIsAnOutOfOrderWindow) {
  storage::Limits limits;
  limits.out_of_order_window_ms = 60'000;
  store_.set_limits(limits);
  play<std::string>(job(), {"a 1\n", "a 2\nold 1 1767222000000\nnew 1\n", "a 3\nnew 3\n", "a 4\n"});
  EXPECT_EQ(values("up", 4), "1 0 1 1");
  EXPECT_EQ(values("a", 4), "1 - 3 4");
  EXPECT_EQ(values("new", 4), "- - 3 stale");
  EXPECT_EQ(values("scrape_samples_scraped", 4), "1 3 2 1");
  EXPECT_TRUE(samples("old").empty());
  EXPECT_EQ(manager_->stats().sample_out_of_bounds, 0u);
  EXPECT_EQ(manager_->stats().scrapes_failed, 1u);
}

TEST_F(LoopTest, TheErrorOfATooOldSampleIsShown) {
  storage::Limits limits;
  limits.out_of_order_window_ms = 60'000;
  store_.set_limits(limits);
  play<std::string>(job(), {"a 1\n", "old 1 1767222000000\n"});
  EXPECT_TRUE(wait_for([&] { return status().last_error == "too old sample"; }));
}

TEST_F(LoopTest, AnOldSampleWithinTheWindowIsInserted) {
  storage::Limits limits;
  limits.out_of_order_window_ms = 7'200'000;
  store_.set_limits(limits);
  play<std::string>(job(), {"a 1\n", "a 2 1767222000000\n"});
  const auto a = samples("a");
  ASSERT_GE(a.size(), 2u);
  EXPECT_EQ(a[0].timestamp, 1767222000000);
  EXPECT_EQ(manager_->stats().sample_out_of_order, 0u);
}

}  // namespace
}  // namespace narthex::scrape
