#include <cstdlib>

#include "tests/unit/config/support.h"

namespace narthex::config {
namespace {

TEST(Global, EmptyFilesAreAllDefaults) {
  for (const char* yaml : {"", "# nothing\n", "global:\n", "global: {}\n", "scrape_configs:\n", "---\n"}) {
    const Config config = load_or_fail(yaml);
    EXPECT_EQ(config.global.scrape_interval, Duration::minutes(1)) << yaml;
    EXPECT_EQ(config.global.scrape_timeout, Duration::seconds(10)) << yaml;
    EXPECT_EQ(config.global.evaluation_interval, Duration::minutes(1)) << yaml;
    EXPECT_TRUE(config.jobs.empty()) << yaml;
  }
}

TEST(Global, TimesFillEachOther) {
  struct Case {
    const char* fields;
    const char* interval;
    const char* timeout;
  };
  const Case cases[] = {
      {"{scrape_interval: 15s}", "15s", "10s"},
      {"{scrape_interval: 5s}", "5s", "5s"},
      {"{scrape_interval: 5s, scrape_timeout: 3s}", "5s", "3s"},
      {"{scrape_timeout: 1m}", "1m", "1m"},
      {"{scrape_interval: 0s, scrape_timeout: 0}", "1m", "10s"},
      {"{scrape_interval: null, scrape_timeout: ~}", "1m", "10s"},
      {"{scrape_interval: 1h, scrape_timeout: 1h}", "1h", "1h"},
  };
  for (const Case& c : cases) {
    const Global global = load_or_fail(std::string("global: ") + c.fields).global;
    EXPECT_EQ(global.scrape_interval.str(), c.interval) << c.fields;
    EXPECT_EQ(global.scrape_timeout.str(), c.timeout) << c.fields;
  }
}

TEST(Global, Mistakes) {
  const char* const kScheme = "1:41: unrecognized ValidationScheme: \"UTF8\"";
  expect_errors({
      {"global: {scrape_interval: 5s, scrape_timeout: 6s}",
       {"1:47: global scrape timeout greater than scrape interval"}},
      {"global: {scrape_timeout: 61s}", {"1:26: global scrape timeout greater than scrape interval"}},
      {"global:\n  scrape_interval: ''\n", {"2:20: empty duration string"}},
      {"global:\n  scrape_interval: 5\n", {"2:20: not a valid duration string: \"5\""}},
      {"global:\n  scrape_interval: 1.5s\n", {"2:20: unknown unit \".\" in duration \"1.5s\""}},
      {"global:\n  evaluation_interval: 300y\n", {"2:24: duration out of range"}},
      {"global:\n  scrape_interval: [5s]\n", {"2:20: line 2: cannot unmarshal !!seq into string"}},
      {"global:\n  foo: 1\n", {"2:3: line 2: field foo not found in type config.plain"}},
      {"global:\n  sample_limit: 1\n  sample_limit: 2\n",
       {"3:3: line 3: field sample_limit already set in type config.plain"}},
      {"global: x\n", {"1:9: line 1: cannot unmarshal !!str `<secret>` into config.plain"}},
      {"global:\nglobal:\n", {"2:1: line 2: field global already set in type config.plain"}},
      {"global: {metric_name_validation_scheme: UTF8}", {kScheme}},
      {"global: {metric_name_escaping_scheme: x}\nscrape_configs: [{job_name: j}]",
       {"1:39: unknown global name escaping method specified, must be one of 'allow-utf-8', 'underscores', 'dots', or "
        "'values', got \"x\""}},
      {"global: {metric_name_escaping_scheme: x}", {}},
      {"global: {sample_limit: -1}", {"1:24: line 1: cannot unmarshal !!int `-1` into uint"}},
      {"global: {body_size_limit: 100}", {"1:27: units: unknown unit  in 100"}},
      {"global: {body_size_limit: [1]}", {"1:27: line 1: cannot unmarshal !!seq into units.Base2Bytes"}},
      {"global: {scrape_native_histograms: 5}", {"1:36: line 1: cannot unmarshal !!int `5` into bool"}},
      {"global: {scrape_protocols: []}", {"1:28: scrape_protocols cannot be empty for global config"}},
      {"global: {scrape_protocols: [PrometheusProto, prometheusproto]}",
       {"1:28: duplicated protocol in scrape_protocols, got [PrometheusProto prometheusproto] for global config"}},
      {"global: {scrape_protocols: [prometheusproto]}",
       {"1:28: scrape_protocols: unknown scrape protocol prometheusproto, supported: [OpenMetricsText0.0.1 "
        "OpenMetricsText1.0.0 PrometheusProto PrometheusText0.0.4 PrometheusText1.0.0] for global config"}},
      {"foo: 1\nbar: 2\nfoo: 3\n",
       {"1:1: line 1: field foo not found in type config.plain",
        "2:1: line 2: field bar not found in type config.plain",
        "3:1: line 3: field foo not found in type config.plain"}},
  });
}

TEST(ExternalLabels, AreExpandedSortedAndChecked) {
  ::setenv("NARTHEX_TEST", "abc", 1);
  ::unsetenv("NARTHEX_UNSET");
  const auto result = load_text(
      "global:\n"
      "  external_labels:\n"
      "    z: a$NARTHEX_TEST-${NARTHEX_TEST}_\n"
      "    b: $$NARTHEX_TEST\n"
      "    c: ${NARTHEX_UNSET}\n"
      "    d: 5\n"
      "    e: a$.b$\n",
      "f.yml");
  ASSERT_TRUE(result.config);
  EXPECT_EQ(result.config->global.external_labels.str(),
            "{b=\"$NARTHEX_TEST\", d=\"5\", e=\"a$.b$\", z=\"aabc-abc_\"}");
  EXPECT_EQ(lines(result.warnings), Lines({"5:8: Empty environment variable \"NARTHEX_UNSET\""}));
  expect_errors({
      {"global: {external_labels: {'': x}}", {"1:28: \"\" is not a valid label name"}},
      {"global: {external_labels: {a-b: x}}", {}},
      {"global: {metric_name_validation_scheme: legacy, external_labels: {a-b: x}}",
       {"1:67: \"a-b\" is not a valid label name"}},
      {"global: {external_labels: {a: !!binary /w==}}", {"1:31: \"\\xff\" is not a valid label value"}},
      {"global: {external_labels: {a: [b], a: c}}",
       {"1:31: line 1: cannot unmarshal !!seq into string", "1:36: line 1: key \"a\" already set in map"}},
      {"global: {external_labels: [a]}", {"1:27: line 1: cannot unmarshal !!seq into map[string]string"}},
  });
}

}  // namespace
}  // namespace narthex::config
