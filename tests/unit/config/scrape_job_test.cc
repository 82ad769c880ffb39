#include "tests/unit/config/support.h"

namespace narthex::config {
namespace {

using scrape::Escaping;
using scrape::Protocol;

TEST(Job, Defaults) {
  const scrape::JobOptions job = job_of("scrape_configs: [{job_name: j}]");
  scrape::JobOptions expected;
  expected.job_name = "j";
  expected.protocols = {Protocol::kOpenMetrics100, Protocol::kOpenMetrics001, Protocol::kText100, Protocol::kText004};
  EXPECT_TRUE(job == expected);
}

TEST(Job, Mistakes) {
  expect_errors({
      {"scrape_configs:\n-\n", {"2:1: empty or null scrape config section"}},
      {"scrape_configs:\n- {}\n", {"2:3: job_name is empty"}},
      {"scrape_configs:\n- job_name: ''\n", {"2:13: job_name is empty"}},
      {"scrape_configs:\n- job_name:\n", {"2:3: job_name is empty"}},
      {"scrape_configs:\n- job_name: [x]\n", {"2:13: line 2: cannot unmarshal !!seq into string"}},
      {"scrape_configs: x\n", {"1:17: line 1: cannot unmarshal !!str `x` into []*config.ScrapeConfig"}},
      {"scrape_configs: [x]\n", {"1:18: line 1: cannot unmarshal !!str `x` into config.ScrapeConfig"}},
      {"scrape_configs:\n- job_name: a\n- job_name: b\n- job_name: a\n",
       {"4:13: found multiple scrape configs with job name \"a\""}},
  });
  expect_job_errors({
      {"  foo: 1\n", {"3:3: line 3: field foo not found in type config.ScrapeConfig"}},
      {"  scrape_classic_histograms: true\n",
       {"3:3: line 3: field scrape_classic_histograms not found in type config.ScrapeConfig"}},
      {"  scheme: http\n  scheme: https\n", {"4:3: line 4: field scheme already set in type config.ScrapeConfig"}},
      {"  scrape_timeout: 2m\n",
       {"3:19: scrape timeout greater than scrape interval for scrape config with job name \"j\""}},
      {"  scrape_interval: 5s\n  scrape_timeout: 6s\n",
       {"4:19: scrape timeout greater than scrape interval for scrape config with job name \"j\""}},
      {"  scrape_interval: 5m1h\n  scrape_timeout: 6s\n", {"3:20: not a valid duration string: \"5m1h\""}},
      {"  body_size_limit: 1kB\n", {"3:20: units: unknown unit kB in 1kB"}},
      {"  label_limit: x\n", {"3:16: line 3: cannot unmarshal !!str `x` into uint"}},
      {"  honor_labels: maybe\n", {"3:17: line 3: cannot unmarshal !!str `maybe` into bool"}},
      {"  params: [a]\n", {"3:11: line 3: cannot unmarshal !!seq into url.Values"}},
      {"  params: {a: b}\n", {"3:15: line 3: cannot unmarshal !!str `b` into []string"}},
      {"  params: {a: [b], a: [c]}\n", {"3:20: line 3: key \"a\" already set in map"}},
      {"  native_histogram_min_bucket_factor: x\n", {"3:39: line 3: cannot unmarshal !!str `x` into float64"}},
  });
}

TEST(Job, ProtocolMistakes) {
  const std::string supported =
      "supported: [OpenMetricsText0.0.1 OpenMetricsText1.0.0 PrometheusProto PrometheusText0.0.4 PrometheusText1.0.0]";
  expect_job_errors({
      {"  scrape_protocols: []\n", {"3:21: scrape_protocols cannot be empty for scrape config with job name \"j\""}},
      {"  scrape_protocols:\n", {}},
      {"  scrape_protocols: [PrometheusProto, x, PROMETHEUSPROTO]\n",
       {"3:21: scrape_protocols: unknown scrape protocol x, " + supported + " for scrape config with job name \"j\""}},
      {"  scrape_protocols: [PrometheusProto, PROMETHEUSPROTO]\n",
       {"3:21: duplicated protocol in scrape_protocols, got [PrometheusProto PROMETHEUSPROTO] for scrape config with "
        "job "
        "name \"j\""}},
      {"  fallback_scrape_protocol: text\n",
       {"3:29: invalid fallback_scrape_protocol for scrape config with job name \"j\": unknown scrape protocol text, " +
        supported}},
  });
}

TEST(Job, NameSchemeMistakes) {
  const std::string conflict = "utf8 metric names requested but validation scheme is not set to UTF8";
  expect_job_errors({
      {"  metric_name_validation_scheme: x\n", {"3:34: unrecognized ValidationScheme: \"x\""}},
      {"  metric_name_escaping_scheme: x\n",
       {"3:32: unknown scrape config name escaping method specified, must be one of 'allow-utf-8', 'underscores', "
        "'dots', or 'values', got \"x\""}},
      {"  metric_name_validation_scheme: legacy\n  metric_name_escaping_scheme: allow-utf-8\n", {"4:32: " + conflict}},
  });
  expect_errors(
      {{"global: {metric_name_validation_scheme: legacy, metric_name_escaping_scheme: allow-utf-8}\n"
        "scrape_configs:\n- job_name: a\n- job_name: b\n  metric_name_validation_scheme: utf8\n",
        {"3:3: " + conflict}}});
}

TEST(Job, EscapingFollowsValidation) {
  struct Case {
    const char* global;
    const char* job;
    NameScheme validation;
    Escaping escaping;
  };
  const Case cases[] = {
      {"", "", NameScheme::kUtf8, Escaping::kAllowUtf8},
      {"metric_name_validation_scheme: legacy", "", NameScheme::kLegacy, Escaping::kUnderscores},
      {"metric_name_escaping_scheme: dots", "", NameScheme::kUtf8, Escaping::kDots},
      {"metric_name_escaping_scheme: dots", "metric_name_validation_scheme: utf8", NameScheme::kUtf8,
       Escaping::kAllowUtf8},
      {"metric_name_escaping_scheme: dots", "metric_name_validation_scheme: legacy", NameScheme::kLegacy,
       Escaping::kUnderscores},
      {"metric_name_validation_scheme: legacy", "metric_name_validation_scheme: utf8", NameScheme::kUtf8,
       Escaping::kAllowUtf8},
      {"metric_name_validation_scheme: legacy", "metric_name_escaping_scheme: values", NameScheme::kLegacy,
       Escaping::kValues},
      {"metric_name_validation_scheme: ''", "metric_name_validation_scheme: ''", NameScheme::kUtf8,
       Escaping::kAllowUtf8},
  };
  for (const Case& c : cases) {
    const auto job = job_of("global: {" + std::string(c.global) + "}\nscrape_configs:\n- job_name: j\n  " + c.job +
                            "\n" + "  relabel_configs: [{regex: x, action: labeldrop}]\n");
    EXPECT_EQ(job.name_validation, c.validation) << c.global << " / " << c.job;
    EXPECT_EQ(job.escaping, c.escaping) << c.global << " / " << c.job;
    ASSERT_EQ(job.relabel.size(), 1u);
    EXPECT_EQ(job.relabel[0].scheme, c.validation) << c.global << " / " << c.job;
  }
}

TEST(Job, TimesAreInherited) {
  struct Case {
    const char* global;
    const char* job;
    const char* interval;
    const char* timeout;
  };
  const Case cases[] = {
      {"", "", "1m", "10s"},
      {"scrape_interval: 30s", "", "30s", "10s"},
      {"scrape_interval: 30s, scrape_timeout: 20s", "", "30s", "20s"},
      {"scrape_interval: 30s, scrape_timeout: 20s", "scrape_interval: 15s", "15s", "15s"},
      {"scrape_interval: 30s", "scrape_interval: 5s", "5s", "5s"},
      {"scrape_interval: 30s", "scrape_interval: 0s", "30s", "10s"},
      {"scrape_interval: 30s", "scrape_interval:", "30s", "10s"},
      {"scrape_interval: 30s", "scrape_timeout: 30s", "30s", "30s"},
      {"scrape_interval: 5s", "scrape_interval: 1m", "1m", "5s"},
  };
  for (const Case& c : cases) {
    const auto job =
        job_of("global: {" + std::string(c.global) + "}\nscrape_configs:\n- job_name: j\n  " + c.job + "\n");
    EXPECT_EQ(job.interval.str(), c.interval) << c.global << " / " << c.job;
    EXPECT_EQ(job.timeout.str(), c.timeout) << c.global << " / " << c.job;
  }
}

const char* const kGlobalLimits =
    "global: {body_size_limit: 1MB, sample_limit: 1, target_limit: 2, label_limit: 3, label_name_length_limit: 4, "
    "label_value_length_limit: 5, keep_dropped_targets: 6}\n";

TEST(Job, LimitsAreInheritedAndZeroIsNoLimitOfItsOwn) {
  const scrape::Limits global = {1 << 20, 1, 2, 3, 4, 5, 6, 0};
  EXPECT_TRUE(job_of(kGlobalLimits + job_with("")).limits == global);
  EXPECT_TRUE(job_of(kGlobalLimits + job_with("  sample_limit: 0\n  body_size_limit: 0\n")).limits == global);
  const auto own = job_of(kGlobalLimits + job_with("  sample_limit: 10\n"
                                                   "  target_limit: 20\n"
                                                   "  label_limit: 30\n"
                                                   "  label_name_length_limit: 40\n"
                                                   "  label_value_length_limit: 50\n"
                                                   "  keep_dropped_targets: 60\n"
                                                   "  native_histogram_bucket_limit: 70\n"
                                                   "  body_size_limit: 1KiB512B\n"));
  EXPECT_TRUE(own.limits == (scrape::Limits{1536, 10, 20, 30, 40, 50, 60, 70}));
  EXPECT_EQ(job_of(job_with("  body_size_limit: -1MB\n")).limits.body_size, -(1 << 20));
}

TEST(Job, ChoicesHaveThreeStates) {
  struct Choice {
    const char* name;
    bool scrape::JobOptions::*member;
  };
  const Choice choices[] = {
      {"scrape_native_histograms", &scrape::JobOptions::scrape_native_histograms},
      {"convert_classic_histograms_to_nhcb", &scrape::JobOptions::convert_classic_histograms},
      {"always_scrape_classic_histograms", &scrape::JobOptions::always_scrape_classic_histograms},
      {"extra_scrape_metrics", &scrape::JobOptions::extra_scrape_metrics},
  };
  for (const Choice& choice : choices) {
    for (const char* global : {"", "true", "false"}) {
      for (const char* own : {"", "true", "false"}) {
        const std::string name = choice.name;
        const auto job =
            job_of("global:\n  " + name + ": " + global + "\n" + job_with("  " + name + ": " + own + "\n"));
        const bool expected = std::string(own).empty() ? std::string(global) == "true" : std::string(own) == "true";
        EXPECT_EQ(job.*choice.member, expected) << name << " global " << global << " own " << own;
      }
    }
  }
}

TEST(Job, ProtocolsFollowNativeHistogramsUnlessConfigured) {
  const std::vector<Protocol> plain = {Protocol::kOpenMetrics100, Protocol::kOpenMetrics001, Protocol::kText100,
                                       Protocol::kText004};
  std::vector<Protocol> native = plain;
  native.insert(native.begin(), Protocol::kProto);
  const std::vector<Protocol> only_text = {Protocol::kText004};
  const std::vector<Protocol> only_proto = {Protocol::kProto};
  struct Case {
    const char* global;
    const char* job;
    std::vector<Protocol> protocols;
  };
  const Case cases[] = {
      {"", "", plain},
      {"scrape_native_histograms: true", "", native},
      {"", "scrape_native_histograms: true", native},
      {"scrape_native_histograms: true", "scrape_native_histograms: false", plain},
      {"scrape_protocols: [PrometheusText0.0.4]", "scrape_native_histograms: true", only_text},
      {"scrape_protocols: [PrometheusText0.0.4]", "scrape_protocols: [PrometheusProto]", only_proto},
      {"scrape_protocols: [PrometheusText0.0.4]", "scrape_protocols:", only_text},
  };
  for (const Case& c : cases) {
    const auto job =
        job_of("global: {" + std::string(c.global) + "}\nscrape_configs:\n- job_name: j\n  " + c.job + "\n");
    EXPECT_EQ(job.protocols, c.protocols) << c.global << " / " << c.job;
  }
}

TEST(Job, NullIsTheZeroValue) {
  const auto job = job_of(job_with("  honor_timestamps:\n  metrics_path:\n  scheme: ~\n  params: {a: , b: [~]}\n"));
  EXPECT_FALSE(job.honor_timestamps);
  EXPECT_EQ(job.metrics_path, "");
  EXPECT_EQ(job.scheme, "");
  EXPECT_EQ(job.params, (std::map<std::string, std::vector<std::string>>{{"a", {}}, {"b", {""}}}));
}

TEST(Job, MergeKeysAndAnchorsAreResolved) {
  const Config config = load_or_fail(
      "scrape_configs:\n"
      "- &base\n"
      "  job_name: a\n"
      "  scrape_interval: 15s\n"
      "  params: &p {x: ['1']}\n"
      "  relabel_configs: &rules\n"
      "  - {source_labels: [a], target_label: b}\n"
      "- <<: *base\n"
      "  job_name: b\n"
      "  scrape_timeout: 3s\n"
      "- job_name: c\n"
      "  params: {<<: *p, y: ['2']}\n"
      "  metric_relabel_configs: *rules\n");
  ASSERT_EQ(config.jobs.size(), 3u);
  const auto& b = config.jobs[1].scrape;
  EXPECT_EQ(b.job_name, "b");
  EXPECT_EQ(b.interval.str(), "15s");
  EXPECT_EQ(b.timeout.str(), "3s");
  EXPECT_TRUE(b.relabel == config.jobs[0].scrape.relabel);
  const auto& c = config.jobs[2].scrape;
  EXPECT_EQ(c.params.size(), 2u);
  EXPECT_TRUE(c.metric_relabel == config.jobs[0].scrape.relabel);
  expect_errors({{"scrape_configs:\n- &base {job_name: a, foo: 1}\n- {<<: *base, job_name: b}\n",
                  {"2:23: line 2: field foo not found in type config.ScrapeConfig"}}});
}

TEST(Job, EqualityMeansThatNothingChanged) {
  const char* const rules = "  relabel_configs:\n  - {source_labels: [a], target_label: b}\n";
  const auto job = job_of(job_with(rules));
  EXPECT_TRUE(job == job_of("# moved\n\n" + job_with(rules)));
  EXPECT_TRUE(job ==
              job_of(job_with("  scrape_interval: 60s\n  relabel_configs:\n  - source_labels: [a]\n    regex: (.*)\n"
                              "    target_label: b\n    action: Replace\n")));
  EXPECT_TRUE(job == job_of("global: {scrape_interval: 1m}\n" + job_with(rules)));
  EXPECT_FALSE(job == job_of("global: {scrape_interval: 2m}\n" + job_with(rules)));
  EXPECT_FALSE(job == job_of(job_with("  relabel_configs:\n  - {source_labels: [a], target_label: c}\n")));
  EXPECT_FALSE(job == job_of(job_with(std::string(rules) + "  bearer_token: x\n")));
}

TEST(StaticConfigs, AreGroupsInOrder) {
  const Config config =
      load_or_fail(job_with("  static_configs:\n"
                            "  - targets: [a:1, b:2]\n"
                            "    labels: {y: '1', x: ''}\n"
                            "  - {}\n"
                            "  - targets:\n"
                            "    - 5\n"));
  const auto& groups = config.jobs.at(0).discovery.statics.groups;
  ASSERT_EQ(groups.size(), 3u);
  EXPECT_EQ(groups[0].source, "0");
  EXPECT_EQ(groups[0].targets, (std::vector<RawLabels>{{{"__address__", "a:1"}}, {{"__address__", "b:2"}}}));
  EXPECT_EQ(groups[0].labels, (RawLabels{{"x", ""}, {"y", "1"}}));
  EXPECT_EQ(groups[1].source, "1");
  EXPECT_TRUE(groups[1].targets.empty());
  EXPECT_EQ(groups[2].targets, (std::vector<RawLabels>{{{"__address__", "5"}}}));
}

TEST(StaticConfigs, Mistakes) {
  const std::string type =
      "struct { Targets []string \"yaml:\\\"targets\\\"\"; Labels model.LabelSet \"yaml:\\\"labels\\\"\" }";
  expect_job_errors({
      {"  static_configs:\n  -\n", {"4:3: empty or null section in static_configs"}},
      {"  static_configs: x\n", {"3:19: line 3: cannot unmarshal !!str `x` into []*targetgroup.Group"}},
      {"  static_configs: [x]\n", {"3:20: line 3: cannot unmarshal !!str `x` into " + type}},
      {"  static_configs: [{foo: x}]\n", {"3:21: line 3: field foo not found in type " + type}},
      {"  static_configs: [{targets: x}]\n", {"3:30: line 3: cannot unmarshal !!str `x` into []string"}},
      {"  static_configs: [{targets: [[x]]}]\n", {"3:31: line 3: cannot unmarshal !!seq into string"}},
      {"  static_configs: [{labels: [x]}]\n", {"3:29: line 3: cannot unmarshal !!seq into model.LabelSet"}},
      {"  static_configs: [{labels: {a: [x]}}]\n", {"3:33: line 3: cannot unmarshal !!seq into model.LabelValue"}},
      {"  static_configs: [{labels: {'': x}}]\n", {"3:30: \"\" is not a valid label name"}},
      {"  static_configs: [{labels: {!!binary /w==: x}}]\n", {"3:30: \"\\xff\" is not a valid label name"}},
      {"  static_configs: [{targets: ['http://bad']}]\n", {"3:31: \"http://bad\" is not a valid hostname"}},
      {"  static_configs: [{targets: ['http://bad']}]\n  relabel_configs: []\n",
       {"3:31: \"http://bad\" is not a valid hostname"}},
      {"  static_configs: [{targets: ['http://mended']}]\n  relabel_configs: [{regex: x, action: labeldrop}]\n", {}},
  });
}

TEST(Job, EveryMistakeOfAFileIsReportedAtOnce) {
  EXPECT_EQ(
      errors_of("global:\n"
                "  scrape_interval: 1x\n"
                "  foo: 1\n"
                "scrape_configs:\n"
                "- job_name: a\n"
                "  honor_labels: 3\n"
                "  relabel_configs:\n"
                "  - action: nope\n"
                "  -\n"
                "  - action: hashmod\n"
                "    target_label: x\n"
                "  static_configs:\n"
                "  - target: [x]\n"
                "- job_name: a\n"
                "  scrape_timeout: 2m\n"
                "rule_files: [a/*/b]\n"),
      Lines({
          "2:20: unknown unit \"x\" in duration \"1x\"",
          "3:3: line 3: field foo not found in type config.plain",
          "6:17: line 6: cannot unmarshal !!int `3` into bool",
          "8:5: unknown relabel action \"nope\"",
          "9:3: empty or null target relabeling rule in scrape config",
          "10:5: relabel configuration for hashmod requires non-zero modulus",
          "13:5: line 13: field target not found in type struct { Targets []string \"yaml:\\\"targets\\\"\"; Labels "
          "model.LabelSet \"yaml:\\\"labels\\\"\" }",
          "14:13: found multiple scrape configs with job name \"a\"",
          "15:19: scrape timeout greater than scrape interval for scrape config with job name \"a\"",
          "16:14: invalid rule file path \"a/*/b\"",
      }));
}

}  // namespace
}  // namespace narthex::config
