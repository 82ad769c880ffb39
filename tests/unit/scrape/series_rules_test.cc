#include "scrape/series_rules.h"

#include <gtest/gtest.h>

namespace narthex::scrape {
namespace {

// What final_labels() makes of a line's key: the series, "dropped", or the error.
std::string outcome(const JobOptions& options, std::string_view key) {
  auto job = SeriesRules::compile(options);
  if (!job) return job.error().message;
  exposition::SeriesLabels exposed;
  if (auto wrong = exposition::parse_series(key, exposition::MetricType::kUnknown, exposed)) return wrong->message;
  SeriesRules rules(*job);
  auto labels = rules.final_labels({{"instance", "i"}, {"job", "j"}}, exposed);
  if (!labels) return labels.error().message;
  if (labels->empty()) return "dropped";
  const auto unique = rules.check_unique();
  return unique ? labels->metric_str() : unique.error().message;
}

JobOptions with_rule(std::string action, std::string regex, std::vector<std::string> sources = {}) {
  relabel::RuleOptions rule;
  rule.action = std::move(action);
  rule.regex = std::move(regex);
  rule.regex_set = true;
  rule.source_labels_set = !sources.empty();
  rule.source_labels = std::move(sources);
  JobOptions options;
  options.metric_relabel = {rule};
  return options;
}

TEST(SeriesRules, RelabelAfterTheMerge) {
  EXPECT_EQ(outcome({}, R"(m{b="2",a="1"})"), R"(m{a="1", b="2", instance="i", job="j"})");
  EXPECT_EQ(outcome(with_rule("drop", "j", {"job"}), "m"), "dropped");
  EXPECT_EQ(outcome(with_rule("labeldrop", ".*"), "m"), "dropped");
  EXPECT_EQ(outcome(with_rule("labeldrop", "__name__"), "m"), "missing metric name (__name__ label)");
  EXPECT_EQ(outcome(with_rule("labeldrop", "instance|job"), "m"), "m");
}

TEST(SeriesRules, RepeatedLabelNamesFailTheScrape) {
  EXPECT_EQ(outcome({}, R"(m{a="1",a="1"})"), "label name \"a\" is not unique: invalid sample");
  EXPECT_EQ(outcome({}, R"(m{__name__="x"})"), "label name \"__name__\" is not unique: invalid sample");
  EXPECT_EQ(outcome(with_rule("labeldrop", "a"), R"(m{a="1",a="2"})"), R"(m{instance="i", job="j"})");
}

TEST(SeriesRules, LimitsCountTheTargetsLabels) {
  JobOptions options;
  options.limits.labels = 3;
  EXPECT_EQ(outcome(options, "m"), R"(m{instance="i", job="j"})");
  EXPECT_EQ(outcome(options, R"(m{a="1"})"), "label_limit exceeded (metric: m, number of labels: 4, limit: 3)");
}

TEST(SeriesRules, EmptyNameOrLabelName) {
  EXPECT_EQ(outcome({}, R"({""})"), "missing metric name (__name__ label)");
  EXPECT_EQ(outcome({}, R"(m{""="x"})"),
            R"(invalid metric name or label names: {""="x", __name__="m", instance="i", job="j"})");
}

}  // namespace
}  // namespace narthex::scrape
