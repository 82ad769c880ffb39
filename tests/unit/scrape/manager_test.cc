// Jobs and targets that come, stay, change and go: scrape spec, sections 2.1, 9 and 10.
#include "scrape/manager.h"

#include "scrape/pool_view.h"
#include "tests/unit/scrape/scrape_fixture.h"

namespace narthex::scrape {
namespace {

using ManagerTest = ScrapeTest;

constexpr int64_t kInterval = 10'000;

// Virtual milliseconds, in real time.
void pass(int64_t ms) { std::this_thread::sleep_for(std::chrono::microseconds(ms * 1000 / kRate)); }

bool ends_stale(const std::vector<Sample>& samples) {
  return !samples.empty() && is_stale_marker(samples.back().value);
}

TEST_F(ManagerTest, TargetGoneWhileItsJobStaysIsMarkedLate) {
  play<std::string>(job(), {"a 1\n"});
  target_gone();
  ASSERT_TRUE(wait_for([&] { return ends_stale(samples("a")); }));
  const auto a = samples("a");
  const Timestamp last = a.at(a.size() - 2).timestamp;
  EXPECT_GT(a.back().timestamp, last);
  EXPECT_LT(a.back().timestamp, last + 3 * kInterval);
  for (const char* report : {"up", "scrape_duration_seconds", "scrape_samples_scraped",
                             "scrape_samples_post_metric_relabeling", "scrape_series_added"}) {
    EXPECT_TRUE(ends_stale(samples(report))) << report;
    EXPECT_EQ(samples(report).back().timestamp, a.back().timestamp) << report;
  }
  EXPECT_TRUE(manager_->status().at(0).active.empty());
}

TEST_F(ManagerTest, TargetThatComesBackShowsNoMarker) {
  // The new loop's second scrape must be stored within a tenth of an interval: let that be real time enough.
  JobOptions options = job();
  options.interval = Duration::seconds(100);
  play<std::string>(options, {"a 1\n"});
  target_gone();
  target_up();
  const size_t before = samples("a").size();
  ASSERT_TRUE(wait_for([&] { return samples("a").size() >= before + 4; }));
  for (const Sample& sample : samples("a")) EXPECT_FALSE(is_stale_marker(sample.value));
}

class InFlightTest : public ScrapeTest {
 protected:
  // Does `change` while the target has a request and has not answered yet; true if its answer is stored.
  bool is_finished(const std::function<void()>& change) {
    Answer slow = answer("slow 1\n");
    slow.silence_ms = 300;
    target_.script(std::vector<Answer>{slow, answer("")});
    start(job());
    if (!wait_for([&] { return !target_.last_request().empty(); })) return false;
    change();
    return wait_for([&] { return !samples("slow").empty(); });
  }
};

TEST_F(InFlightTest, ScrapeIsFinishedThoughItsTargetGoes) {
  EXPECT_TRUE(is_finished([&] { target_gone(); }));
}

TEST_F(InFlightTest, ScrapeIsFinishedThoughItsJobGoes) {
  EXPECT_TRUE(is_finished([&] { EXPECT_TRUE(manager_->apply({})); }));
}

TEST_F(InFlightTest, ScrapeIsFinishedThoughItsJobChanges) {
  JobOptions changed = job();
  changed.honor_labels = true;
  EXPECT_TRUE(is_finished([&] { EXPECT_TRUE(manager_->apply({changed})); }));
}

TEST_F(ManagerTest, ChangedJobKeepsHealthAndError) {
  target_.script(std::vector<Answer>{answer("", "500 No")});
  start(job());
  ASSERT_TRUE(wait_for([&] { return status().health == Health::kDown; }));
  JobOptions changed = job();
  changed.honor_labels = true;
  ASSERT_TRUE(manager_->apply({changed}));
  EXPECT_EQ(status().health, Health::kDown);
  EXPECT_EQ(status().last_error, "server returned HTTP status 500 No");
  EXPECT_GT(status().last_scrape_ns, 0);
}

TEST_F(ManagerTest, RemovedJobWritesNoMarkers) {
  play<std::string>(job(), {"a 1\n"});
  ASSERT_TRUE(manager_->apply({}));
  EXPECT_TRUE(manager_->status().empty());
  pass(kInterval);
  const size_t settled = samples("up").size();
  pass(4 * kInterval);
  EXPECT_EQ(samples("up").size(), settled);
  EXPECT_FALSE(ends_stale(samples("a")));
}

TEST_F(ManagerTest, RemovedJobCancelsMarkersThatAreDue) {
  play<std::string>(job(), {"a 1\n"});
  target_gone();
  ASSERT_TRUE(manager_->apply({}));
  pass(5 * kInterval);
  EXPECT_FALSE(ends_stale(samples("a")));
}

TEST_F(ManagerTest, StopWritesNoMarkersAndIsQuick) {
  play<std::string>(job(), {"a 1\n"});
  Answer silent = answer("a 2\n");
  silent.silence_ms = 20'000;
  target_.script(std::vector<Answer>{silent});
  pass(2 * kInterval);
  manager_->stop();
  const size_t settled = samples("up").size();
  EXPECT_FALSE(ends_stale(samples("a")));
  pass(2 * kInterval);
  EXPECT_EQ(samples("up").size(), settled);
  manager_->stop();  // again is allowed
}

TEST_F(ManagerTest, UnchangedTargetsKeepTheirLoops) {
  play<std::string>(job(), {"a 1\n"});
  ASSERT_TRUE(wait_for([&] { return status().health == Health::kUp; }));
  target_up();
  EXPECT_EQ(status().health, Health::kUp);  // a new loop would be unknown
  manager_->set_targets("j", {{{{{"__address__", target_.address()}, {"instance", "i"}}}, {}, "other source"}});
  EXPECT_EQ(status().health, Health::kUp);
  ASSERT_TRUE(manager_->apply({job()}));
  EXPECT_EQ(status().health, Health::kUp);
}

TEST_F(ManagerTest, TargetsOfOneIdentityAreOne) {
  start(job());
  const RawLabels target = {{"__address__", target_.address()}, {"instance", "i"}};
  manager_->set_targets("j", {{{target, target}, {}, "0"}, {{target}, {}, "1"}});
  EXPECT_EQ(manager_->status().at(0).active.size(), 1u);
  manager_->set_targets("j", {{{target}, {}, "1"}});
  EXPECT_EQ(manager_->status().at(0).active.size(), 1u);
}

TEST_F(ManagerTest, DroppedAndRefusedTargetsAreTold) {
  JobOptions options = job();
  relabel::RuleOptions keep;
  keep.action = "keep";
  keep.source_labels = {"keep"};
  keep.regex = "yes";
  keep.place = {"narthex.yml", 3, 5};
  options.relabel = {keep};
  options.limits.keep_dropped_targets = 1;
  start(options);
  const TargetGroup group{{{{"__address__", "a:1"}, {"keep", "yes"}},
                           {{"__address__", "b:1"}},
                           {{"__address__", "c:1"}},
                           {{"__address__", "d/e"}, {"keep", "yes"}}},
                          {},
                          "file:0"};
  manager_->set_targets("j", {group});
  const PoolStatus pool = manager_->status().at(0);
  EXPECT_EQ(pool.job, "j");
  ASSERT_EQ(pool.active.size(), 1u);
  EXPECT_EQ(pool.active[0].discovered_labels.get("__address__"), "a:1");
  EXPECT_EQ(pool.active[0].discovered_labels.get("keep"), "yes");
  EXPECT_EQ(pool.active[0].job, "j");
  EXPECT_EQ(pool.dropped_count, 2u);
  ASSERT_EQ(pool.dropped.size(), 1u);
  EXPECT_EQ(pool.dropped[0].discovered_labels.get("__address__"), "b:1");
  EXPECT_TRUE(pool.dropped[0].reason.starts_with("narthex.yml:3:5: ")) << pool.dropped[0].reason;
  EXPECT_EQ(pool.target_errors,
            std::vector<std::string>{"instance 3 in group file:0: \"d/e\" is not a valid hostname"});
  EXPECT_EQ(pool.sync_failed, 1u);
  manager_->set_targets("j", {group});
  EXPECT_EQ(manager_->status().at(0).sync_failed, 2u) << "counted at each delivery, changed or not";
  options.honor_labels = true;
  ASSERT_TRUE(manager_->apply({options}));
  EXPECT_EQ(manager_->status().at(0).sync_failed, 2u);
}

TEST_F(ManagerTest, PoolsAreReadTargetByTargetAndKeepWhatWasThere) {
  JobOptions options = job();
  relabel::RuleOptions drop;
  drop.action = "drop";
  drop.source_labels = {"__address__"};
  drop.regex = "x:1";
  options.relabel = {drop};
  start(options);
  const RawLabels a{{"__address__", "a:1"}};
  const RawLabels b{{"__address__", "b:1"}};
  const RawLabels x{{"__address__", "x:1"}};
  manager_->set_targets("j", {{{a, x, b, a}, {{"env", "e"}}, "0"}, {{b}, {{"env", "e"}}, "1"}, {{x}, {}, "2"}});
  const auto before = manager_->pools().at(0);
  EXPECT_EQ(before->job(), "j");
  ASSERT_EQ(before->active_size(), 2u) << "equal targets count once";
  EXPECT_EQ(before->active(1).discovered_labels.get("__address__"), "b:1");
  EXPECT_EQ(before->active(1).labels.get("env"), "e");
  EXPECT_NE(before->active_id(0), before->active_id(1));
  ASSERT_EQ(before->dropped_size(), 2u);
  EXPECT_EQ(before->dropped_count(), 2u);
  EXPECT_EQ(before->dropped(1).discovered_labels.get("__address__"), "x:1");
  EXPECT_NE(before->dropped_id(0), before->dropped_id(1)) << "equal ones at two places";

  manager_->set_targets("j", {{{b}, {{"env", "e"}}, "0"}, {{x}, {}, "2"}});
  const auto after = manager_->pools().at(0);
  ASSERT_EQ(after->active_size(), 1u);
  EXPECT_EQ(after->active_id(0), before->active_id(1));
  ASSERT_EQ(after->dropped_size(), 1u);
  EXPECT_EQ(after->dropped_id(0), before->dropped_id(1));
  EXPECT_EQ(before->active(0).discovered_labels.get("__address__"), "a:1");
}

TEST_F(ManagerTest, ChangedRulesCountFromTheNextScrape) {
  play<std::string>(job(), {"a 1\nb 1\n"});
  JobOptions changed = job();
  relabel::RuleOptions drop;
  drop.action = "drop";
  drop.source_labels = {"__name__"};
  drop.regex = "b";
  changed.metric_relabel = {drop};
  ASSERT_TRUE(manager_->apply({changed}));
  EXPECT_TRUE(wait_for([&] { return ends_stale(samples("b")); }));
  EXPECT_FALSE(ends_stale(samples("a")));
  EXPECT_EQ(manager_->status().at(0).active.size(), 1u);
}

TEST_F(ManagerTest, BadRulesChangeNothing) {
  play<std::string>(job(), {"a 1\n"});
  JobOptions bad = job();
  relabel::RuleOptions rule;
  rule.action = "explode";
  bad.metric_relabel = {rule};
  auto applied = manager_->apply({bad});
  ASSERT_FALSE(applied);
  EXPECT_NE(applied.error().message.find("unknown relabel action \"explode\""), std::string::npos);
  const size_t before = samples("up").size();
  EXPECT_TRUE(wait_for([&] { return samples("up").size() > before; }));
}

TEST_F(ManagerTest, JobsAreSortedAndIndependent) {
  JobOptions other = job();
  other.job_name = "b";
  target_.script(std::vector<std::string>{"a 1\n"});
  start(std::vector<JobOptions>{job(), other});
  const auto pools = manager_->status();
  ASSERT_EQ(pools.size(), 2u);
  EXPECT_EQ(pools[0].job, "b");
  EXPECT_EQ(pools[1].job, "j");
  const Labels in_b{{"__name__", "a"}, {"instance", "i"}, {"job", "b"}};
  EXPECT_TRUE(wait_for([&] { return !samples("a").empty() && !samples_of(in_b).empty(); }));
  manager_->set_targets("no such job", {});
}

}  // namespace
}  // namespace narthex::scrape
