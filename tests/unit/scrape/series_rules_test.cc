#include "scrape/series_rules.h"

#include <gtest/gtest.h>

namespace narthex::scrape {
namespace {

Limits limit(uint64_t Limits::*which, uint64_t value) {
  Limits limits;
  limits.*which = value;
  return limits;
}

struct Merge {
  const char* name;
  std::vector<Label> exposed;
  Labels target;
  bool honor;
  const char* expected;
};

TEST(LabelConflicts, FollowTheSpec) {
  const Merge cases[] = {
      {"no conflict", {{"__name__", "m"}}, {{"job", "t"}}, false, R"(m{job="t"})"},
      {"moves to exported_",
       {{"__name__", "m"}, {"job", "s"}},
       {{"job", "t"}},
       false,
       R"(m{exported_job="s", job="t"})"},
      {"existing exported_ is kept",
       {{"__name__", "m"}, {"exported_job", "e"}, {"job", "s"}},
       {{"job", "t"}},
       false,
       R"(m{exported_exported_job="s", exported_job="e", job="t"})"},
      {"exported_ of the target counts too",
       {{"__name__", "m"}, {"job", "s"}},
       {{"exported_job", "x"}, {"job", "t"}},
       false,
       R"(m{exported_exported_job="s", exported_job="x", job="t"})"},
      {"shortest name first",
       {{"__name__", "m"}, {"exported_job", "e"}, {"job", "s"}},
       {{"exported_job", "x"}, {"job", "t"}},
       false,
       R"(m{exported_exported_exported_job="e", exported_exported_job="s", exported_job="x", job="t"})"},
      {"an empty exposed label is no conflict",
       {{"__name__", "m"}, {"job", ""}},
       {{"job", "t"}},
       false,
       R"(m{job="t"})"},
      {"honored",
       {{"__name__", "m"}, {"job", "s"}},
       {{"instance", "i"}, {"job", "t"}},
       true,
       R"(m{instance="i", job="s"})"},
      {"honored when empty: the target's label is not attached",
       {{"__name__", "m"}, {"instance", ""}},
       {{"instance", "i"}, {"job", "t"}},
       true,
       R"(m{job="t"})"},
  };
  for (const Merge& c : cases) {
    LabelsBuilder out;
    merge_target_labels(c.exposed, c.target, c.honor, out);
    EXPECT_EQ(out.build().metric_str(), c.expected) << c.name;
  }
}

TEST(LabelLimits, SayWhichLabelIsTooMuch) {
  const std::string long_name(60, 'n');
  std::string accents;
  for (int i = 0; i < 60; ++i) accents += "\xc3\xa9";
  const std::string fifty_accents = accents.substr(0, 100);
  const std::tuple<Labels, Limits, std::string> cases[] = {
      {{{"__name__", "up"}, {"a", "1"}, {"b", "2"}}, limit(&Limits::labels, 3), ""},
      {{{"__name__", "up"}, {"a", "1"}, {"b", "2"}},
       limit(&Limits::labels, 2),
       "label_limit exceeded (metric: up, number of labels: 3, limit: 2)"},
      {{{"__name__", "up"}, {"abc", "1"}},
       limit(&Limits::label_name_length, 7),
       "label_name_length_limit exceeded (metric: up, label name: __name__, length: 8, limit: 7)"},
      {{{"__name__", "up"}, {long_name, "1"}},
       limit(&Limits::label_name_length, 8),
       "label_name_length_limit exceeded (metric: up, label name: " + long_name.substr(0, 50) +
           ", length: 60, limit: 8)"},
      {{{"__name__", "up"}, {"a", "x\"y"}},
       limit(&Limits::label_value_length, 2),
       R"(label_value_length_limit exceeded (metric: up, label name: a, value: "x\"y", length: 3, limit: 2))"},
      {{{"__name__", "up"}, {"a", accents}},
       limit(&Limits::label_value_length, 100),
       "label_value_length_limit exceeded (metric: up, label name: a, value: \"" + fifty_accents +
           "\", length: 120, limit: 100)"},
      {{{"__name__", "up"}, {"a", "1"}},
       limit(&Limits::labels, 1),
       "label_limit exceeded (metric: up, number of labels: 2, limit: 1)"},
  };
  for (const auto& [labels, limits, expected] : cases) {
    auto ok = check_label_limits(labels, limits);
    EXPECT_EQ(ok ? "" : ok.error().message, expected);
    EXPECT_TRUE(ok || ok.error().code == Code::kLimit);
  }
}

TEST(Names, AreCheckedByScheme) {
  const std::tuple<Labels, NameScheme, const char*> cases[] = {
      {{{"__name__", "a.b"}}, NameScheme::kUtf8, ""},
      {{{"__name__", "a.b"}}, NameScheme::kLegacy, R"(invalid metric name or label names: {__name__="a.b"})"},
      {{{"__name__", "a"}, {"l.m", "x"}}, NameScheme::kUtf8, ""},
      {{{"__name__", "a"}, {"l.m", "x"}},
       NameScheme::kLegacy,
       R"(invalid metric name or label names: {__name__="a", "l.m"="x"})"},
      {{{"__name__", "a\xff"}}, NameScheme::kUtf8, R"(invalid metric name or label names: {__name__="a\xff"})"},
      {{{"a", "x"}}, NameScheme::kUtf8, "missing metric name (__name__ label)"},
  };
  for (const auto& [labels, scheme, expected] : cases) {
    auto ok = check_names(labels, scheme);
    EXPECT_EQ(ok ? "" : ok.error().message, expected);
  }
}

// What final_labels() makes of a line's key: the series, "dropped", or the error.
std::string outcome(const JobOptions& options, std::string_view key) {
  auto job = SeriesRules::compile(options);
  if (!job) return job.error().message;
  exposition::SeriesLabels exposed;
  if (auto wrong = exposition::parse_series(key, exposition::MetricType::kUnknown, exposed)) return wrong->message;
  auto labels = SeriesRules(*job).final_labels({{"instance", "i"}, {"job", "j"}}, exposed);
  if (!labels) return labels.error().message;
  return labels->empty() ? "dropped" : labels->metric_str();
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
