#include "scrape/loop/job_runtime.h"

#include <gtest/gtest.h>

#include <functional>
#include <tuple>

namespace narthex::scrape {
namespace {

TEST(KeepsSeries, WhenOnlyTimesLimitsOrClientChange) {
  relabel::RuleOptions rule;
  rule.target_label = "a";
  rule.place = {"narthex.yml", 3, 1};
  JobOptions before;
  before.metric_relabel = {rule};
  const std::tuple<const char*, std::function<void(JobOptions&)>, bool> changes[] = {
      {"nothing", [](JobOptions&) {}, true},
      {"interval", [](JobOptions& job) { job.interval = Duration::seconds(1); }, true},
      {"timeout", [](JobOptions& job) { job.timeout = Duration::seconds(1); }, true},
      {"sample limit", [](JobOptions& job) { job.limits.samples = 1; }, true},
      {"client", [](JobOptions& job) { job.http.follow_redirects = false; }, true},
      {"a rule's place", [](JobOptions& job) { job.metric_relabel[0].place.line = 4; }, true},
      {"a rule", [](JobOptions& job) { job.metric_relabel[0].replacement = "x"; }, false},
      {"label limit", [](JobOptions& job) { job.limits.labels = 1; }, false},
      {"honor_labels", [](JobOptions& job) { job.honor_labels = true; }, false},
  };
  for (const auto& [what, change, kept] : changes) {
    JobOptions after = before;
    change(after);
    EXPECT_EQ(keeps_series(before, after), kept) << what;
  }
}

}  // namespace
}  // namespace narthex::scrape
