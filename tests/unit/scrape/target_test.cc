#include "scrape/target.h"

#include <gtest/gtest.h>

namespace narthex::scrape {
namespace {

JobOptions job_with(relabel::RuleList rules) {
  JobOptions job;
  job.job_name = "j";
  job.interval = Duration::seconds(15);
  job.relabel = std::move(rules);
  return job;
}

// A rule that sets `name` to `value`.
relabel::RuleOptions set(std::string name, std::string value) {
  relabel::RuleOptions rule;
  rule.target_label = std::move(name);
  rule.replacement = std::move(value);
  rule.replacement_set = true;
  return rule;
}

relabel::RuleOptions rule(std::string action, std::vector<std::string> sources, std::string regex) {
  relabel::RuleOptions made;
  made.action = std::move(action);
  made.source_labels_set = !sources.empty();
  made.source_labels = std::move(sources);
  made.regex = std::move(regex);
  made.regex_set = true;
  return made;
}

// `public labels url`, `dropped: reason`, or `error: text`.
std::string outcome(const JobOptions& job, const RawLabels& target, const RawLabels& group = {}) {
  auto factory = TargetFactory::create(job);
  if (!factory) return "factory: " + factory.error().message;
  TargetOutcome made = factory->make(target, group);
  if (auto* dropped = std::get_if<Dropped>(&made)) return "dropped: " + dropped->reason;
  if (auto* refused = std::get_if<Refused>(&made)) return "error: " + refused->error.message;
  const Target& kept = std::get<Target>(made);
  return kept.public_labels.str() + " " + kept.url;
}

const RawLabels kHost = {{"__address__", "h:1"}};

TEST(Target, HasTheDefaults) {
  auto factory = TargetFactory::create(job_with({}));
  ASSERT_TRUE(factory);
  const Target target = std::get<Target>(factory->make(kHost, {}));
  EXPECT_EQ(target.hash, 12324786086778796835ULL);  // the spec's test vector
  EXPECT_EQ(target.interval, Duration::seconds(15));
  EXPECT_EQ(target.timeout, Duration::seconds(10));
  EXPECT_EQ(target.labels.size(), 10u);
  EXPECT_EQ(target.discovered_labels.size(), 9u);
}

TEST(Target, MergesTargetGroupAndJob) {
  const std::tuple<RawLabels, RawLabels, const char*> cases[] = {
      {{{"__address__", "h:1"}, {"a", "t"}},
       {{"a", "g"}, {"b", "g"}},
       R"({a="t", b="g", instance="h:1", job="j"} http://h:1/metrics)"},
      {{{"__address__", "h:1"}, {"a", ""}}, {{"a", "g"}}, R"({instance="h:1", job="j"} http://h:1/metrics)"},
      {{{"__address__", "h:1"}, {"job", "x"}}, {}, R"({instance="h:1", job="x"} http://h:1/metrics)"},
      {{{"__address__", "h:1"}, {"job", ""}}, {{"job", "g"}}, R"({instance="h:1", job="j"} http://h:1/metrics)"},
      {{{"__address__", "h:1"}, {"instance", "me"}}, {}, R"({instance="me", job="j"} http://h:1/metrics)"},
      {{{"__address__", "h:1"}, {"__scheme__", "https"}, {"__metrics_path__", "/x"}},
       {},
       R"({instance="h:1", job="j"} https://h:1/x)"},
      {{{"__address__", "[::1]:9100"}, {"__meta_x", "y"}},
       {},
       R"({instance="[::1]:9100", job="j"} http://[::1]:9100/metrics)"},
  };
  for (const auto& [target, group, expected] : cases) EXPECT_EQ(outcome(job_with({}), target, group), expected);
}

TEST(Target, IsChangedByRules) {
  const std::pair<relabel::RuleList, const char*> cases[] = {
      {{set("__address__", "a/b")}, R"(error: "a/b" is not a valid hostname)"},
      {{set("__address__", "")}, "error: no address"},
      {{rule("labeldrop", {}, ".*")}, "error: no address"},
      {{rule("labelkeep", {}, "__address__")}, "error: error parsing scrape interval: empty duration string"},
      {{set("__scrape_interval__", "0s")}, "error: scrape interval cannot be 0"},
      {{set("__scrape_interval__", "1.5s")},
       R"(error: error parsing scrape interval: unknown unit "." in duration "1.5s")"},
      {{set("__scrape_timeout__", "x")}, R"(error: error parsing scrape timeout: not a valid duration string: "x")"},
      {{set("__scrape_timeout__", "0")}, "error: scrape timeout cannot be 0"},
      {{set("__scrape_timeout__", "16s")},
       R"(error: scrape timeout cannot be greater than scrape interval ("16s" > "15s"))"},
      {{set("__scrape_native_histograms__", "yes")},
       R"(error: error parsing scrape native histograms: strconv.ParseBool: parsing "yes": invalid syntax)"},
      {{set("__convert_classic_histograms_to_nhcb__", "2")},
       R"(error: error parsing convert classic histograms to nhcb: strconv.ParseBool: parsing "2": invalid syntax)"},
      {{set("__always_scrape_classic_histograms__", "")}, R"({instance="h:1", job="j"} http://h:1/metrics)"},
      {{set("instance", "")}, R"({instance="h:1", job="j"} http://h:1/metrics)"},
      {{set("bad", "\xff")}, R"(error: invalid label value for "bad": "\xff")"},
      {{rule("labeldrop", {}, "job")}, R"({instance="h:1"} http://h:1/metrics)"},
      {{set("__param_x", "new")}, R"({instance="h:1", job="j"} http://h:1/metrics?x=new)"},
  };
  for (const auto& [rules, expected] : cases) EXPECT_EQ(outcome(job_with(rules), kHost), expected);
}

TEST(Target, TellsWhichRuleDroppedIt) {
  relabel::RuleOptions keep = rule("keep", {"__address__"}, "other:.*");
  keep.place = {"narthex.yml", 12, 7};
  auto factory = TargetFactory::create(job_with({set("a", "b"), keep}));
  ASSERT_TRUE(factory);
  const TargetOutcome made = factory->make(kHost, {});
  const auto* dropped = std::get_if<Dropped>(&made);
  ASSERT_NE(dropped, nullptr);
  EXPECT_EQ(dropped->place, keep.place);
  EXPECT_NE(dropped->reason, "");
  EXPECT_EQ(dropped->discovered_labels.get("__address__"), "h:1");
}

TEST(Target, ParamsBecomeLabelsAndMayBeChanged) {
  JobOptions job = job_with({set("__param_x", "new")});
  job.params = {{"x", {"a", "b"}}, {"none", {}}};
  EXPECT_EQ(outcome(job, kHost), R"({instance="h:1", job="j"} http://h:1/metrics?x=new&x=b)");
  auto factory = TargetFactory::create(job);
  EXPECT_EQ(factory->discovered_labels(kHost, {}).get("__param_x"), "a");
  EXPECT_FALSE(factory->discovered_labels(kHost, {}).has("__param_none"));
}

TEST(Target, AnyLabelChangesTheIdentity) {
  auto plain = TargetFactory::create(job_with({}));
  auto tagged = TargetFactory::create(job_with({set("__tmp_x", "1")}));
  const Target a = std::get<Target>(plain->make(kHost, {}));
  const Target b = std::get<Target>(tagged->make(kHost, {}));
  EXPECT_EQ(a.public_labels, b.public_labels);
  EXPECT_NE(a.hash, b.hash);
}

TEST(Target, KnowsItsSocket) {
  auto factory = TargetFactory::create(job_with({set("__unix_socket__", "/run/x.sock")}));
  EXPECT_EQ(std::get<Target>(factory->make(kHost, {})).unix_socket, "/run/x.sock");
}

TEST(ParseBool, ReadsWhatGoReads) {
  for (const char* text : {"1", "t", "T", "TRUE", "true", "True"}) EXPECT_TRUE(*parse_bool(text));
  for (const char* text : {"0", "f", "F", "FALSE", "false", "False"}) EXPECT_FALSE(*parse_bool(text));
  for (const char* text : {"", "tRUE", "yes", "2"}) EXPECT_FALSE(parse_bool(text).has_value()) << text;
}

}  // namespace
}  // namespace narthex::scrape
