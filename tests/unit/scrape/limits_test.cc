// Limits and timestamps of their own: scrape spec, sections 6.2, 7 and 9.
#include "tests/unit/scrape/scrape_fixture.h"

namespace narthex::scrape {
namespace {

using LimitsTest = ScrapeTest;
using TimestampsTest = ScrapeTest;

TEST_F(LimitsTest, SampleLimitDiscardsTheScrapeButCountsAll) {
  // In the second scrape `a` and `b` are within the limit: seen, so unmarked. `c`, tracked and beyond it, is marked.
  JobOptions options = job();
  options.limits.samples = 3;
  play<std::string>(options, {"a 1\nb 1\nc 1\n", "a 2\nb 2\nd 2\nc 2\n", "a 3\n"});
  EXPECT_EQ(values("up", 3), "1 0 1");
  EXPECT_EQ(values("scrape_samples_scraped", 3), "3 4 1");
  EXPECT_EQ(values("scrape_samples_post_metric_relabeling", 3), "3 4 1");
  EXPECT_EQ(values("a", 3), "1 - 3");
  EXPECT_EQ(values("b", 3), "1 - stale");
  EXPECT_EQ(values("c", 3), "1 stale -");
  EXPECT_TRUE(samples("d").empty());
  EXPECT_EQ(manager_->stats().exceeded_sample_limit, 1u);
}

TEST_F(LimitsTest, SampleLimitIsNamed) {
  JobOptions options = job();
  options.limits.samples = 1;
  play<std::string>(options, {"a 1\nb 1\n"});
  EXPECT_TRUE(wait_for([&] { return status().last_error == "sample limit exceeded"; }));
}

TEST_F(LimitsTest, BodyOfExactlyTheLimitIsTooLarge) {
  JobOptions options = job();
  options.extra_scrape_metrics = true;
  options.limits.body_size = 8;
  play<std::string>(options, {"a 1\nb1\n", "a 1\nb 1\n"});
  EXPECT_TRUE(wait_for([&] { return status().last_error == "body size limit exceeded"; }));
  EXPECT_EQ(values("scrape_body_size_bytes", 2), "7 -1");
  EXPECT_EQ(values("up", 2), "0 0");
}

TEST_F(LimitsTest, LabelLimitFailsTheScrape) {
  JobOptions options = job();
  options.limits.labels = 3;
  play<std::string>(options, {"a 1\n", "a 2\nb{x=\"y\"} 1\n"});
  EXPECT_EQ(values("up", 2), "1 0");
  EXPECT_TRUE(wait_for(
      [&] { return status().last_error == "label_limit exceeded (metric: b, number of labels: 4, limit: 3)"; }));
  EXPECT_GE(manager_->stats().exceeded_label_limits, 1u);
}

TEST_F(LimitsTest, TargetLimitFailsEveryScrapeWithoutARequest) {
  JobOptions options = job();
  options.limits.targets = 1;
  play<std::string>(options, {"a 1\n"});
  target_.script(std::vector<std::string>{"a 2\n"});
  const RawLabels first = {{"__address__", target_.address()}, {"instance", "i"}};
  const RawLabels second = {{"__address__", target_.address()}, {"instance", "k"}};
  manager_->set_targets("j", {{{first, second}, {}, "0"}});
  ASSERT_TRUE(wait_for([&] { return text_of(samples("up").back().value) == "0"; }));
  EXPECT_TRUE(
      wait_for([&] { return status().last_error == "target_limit exceeded (number of targets: 2, limit: 1)"; }));
  EXPECT_TRUE(is_stale_marker(samples("a").back().value));
  const int failed = scrapes();
  ASSERT_TRUE(wait_for([&] { return scrapes() > failed + 2; }));
  EXPECT_EQ(manager_->stats().exceeded_target_limit, 1u) << "once per delivery of targets";
  manager_->set_targets("j", {{{first}, {}, "0"}});
  EXPECT_TRUE(wait_for([&] { return text_of(samples("up").back().value) == "1"; }));
}

TEST_F(LimitsTest, TimeoutBeforeTheHeaders) {
  JobOptions options = job();
  options.timeout = Duration::milliseconds(100);
  Answer silent = answer("a 1\n");
  silent.silence_ms = 5000;
  target_.script(std::vector<Answer>{silent});
  start(options);
  ASSERT_TRUE(wait_for([&] { return status().health == Health::kDown; }));
  EXPECT_EQ(status().last_error, "Get \"http://" + target_.address() + "/metrics\": context deadline exceeded");
}

TEST_F(LimitsTest, TimeoutInTheBody) {
  JobOptions options = job();
  options.timeout = Duration::milliseconds(100);
  Answer slow = answer("a 1\n");
  slow.pause_ms = 5000;
  target_.script(std::vector<Answer>{slow});
  start(options);
  ASSERT_TRUE(wait_for([&] { return status().health == Health::kDown; }));
  EXPECT_EQ(status().last_error, "context deadline exceeded");
}

TEST_F(LimitsTest, RedirectIsFollowedOrNot) {
  Answer redirect = answer("", "302 Found");
  redirect.head += "\r\nLocation: /elsewhere";
  play<Answer>(job(), {redirect, answer("a 1\n")});
  EXPECT_TRUE(wait_for([&] { return !samples("a").empty(); }));
  EXPECT_NE(target_.last_request().find("GET /"), std::string::npos);

  JobOptions strict = job();
  strict.http.follow_redirects = false;
  target_.script(std::vector<Answer>{redirect});
  ASSERT_TRUE(manager_->apply({strict}));
  EXPECT_TRUE(wait_for([&] { return status().last_error == "server returned HTTP status 302 Found"; }));
}

// The timestamp `offset_ms` from now, by the manager's clock, which runs fast: take large offsets.
std::string at(const Clock& clock, int64_t offset_ms) { return std::to_string(clock.now_ms() + offset_ms); }

TEST_F(TimestampsTest, AreStoredAndNotTracked) {
  const std::string past = at(clock_, -5000);
  play<std::string>(job(), {"a 1 " + past + "\nb 1\n", "b 2\n"});
  EXPECT_EQ(samples("a").size(), 1u);
  EXPECT_EQ(samples("a").at(0).timestamp, std::stoll(past));
  EXPECT_EQ(values("b", 2), "1 2");
}

TEST_F(TimestampsTest, AreTrackedIfTheJobSaysSo) {
  JobOptions options = job();
  options.track_timestamps_staleness = true;
  const std::string past = at(clock_, -5000);
  play<std::string>(options, {"a 1 " + past + "\n", "b 2\n"});
  EXPECT_EQ(values("a", 2), "- stale");
}

TEST_F(TimestampsTest, AreIgnoredUnlessHonored) {
  JobOptions options = job();
  options.honor_timestamps = false;
  play<std::string>(options, {"a 1 1000\na 2 2000\n", "b 2\n"});
  EXPECT_EQ(values("a", 2), "1 stale");
}

TEST_F(TimestampsTest, TooFarAheadIsDroppedAlone) {
  play<std::string>(job(), {"a 1 " + at(clock_, 3'600'000) + "\nb 1\n"});
  EXPECT_EQ(values("up", 1), "1");
  EXPECT_EQ(values("b", 1), "1");
  EXPECT_TRUE(samples("a").empty());
  EXPECT_TRUE(wait_for([&] { return manager_->stats().sample_out_of_bounds >= 1; }));
  EXPECT_TRUE(wait_for([&] { return status().last_warning == "1 samples too old or too far in the future"; }));
}

TEST_F(TimestampsTest, OlderThanTheNewestIsOutOfOrder) {
  const int64_t now = clock_.now_ms();
  play<std::string>(job(), {"a 1 " + std::to_string(now) + "\n", "a 2 " + std::to_string(now - 1000) + "\n"});
  EXPECT_EQ(samples("a").size(), 1u);
  EXPECT_EQ(values("up", 2), "1 1");
  EXPECT_TRUE(wait_for([&] { return manager_->stats().sample_out_of_order >= 1; }));
}

}  // namespace
}  // namespace narthex::scrape
