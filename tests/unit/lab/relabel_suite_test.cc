// Relabel tests: what passes, how failures look, and what is wrong with a file.
#include "lab/relabel_suite.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

namespace narthex::lab {
namespace {

using testing::ElementsAre;

// A configuration in a folder of its own.
class RelabelSuites : public testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        std::filesystem::path(testing::TempDir()) / ("relabel_suite_" + std::to_string(::getpid()) + "_" +
                                                     testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(folder_);
    write("p.yml", R"(
scrape_configs:
- job_name: node
  relabel_configs:
  - source_labels: [env]
    regex: prod
    action: keep
  - source_labels: [__address__]
    regex: (.*):\d+
    target_label: host
  metric_relabel_configs:
  - source_labels: [__name__]
    regex: go_.*
    action: drop
)");
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& name, const std::string& text) { std::ofstream(folder_ / name) << text; }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }

  // "ok" per passed case, else its failures, joined by '|'.
  std::vector<std::string> run(const std::string& text) {
    const SuiteRead read = read_suite(text, path("t.yml"));
    EXPECT_TRUE(read.suite) << (read.errors.empty() ? "" : read.errors[0].str());
    if (!read.suite) return {};
    const auto results = run_suite(*read.suite);
    EXPECT_TRUE(results);
    std::vector<std::string> out;
    for (const CaseResult& result : *results) {
      std::string failures;
      for (const std::string& line : result.failures) failures += (failures.empty() ? "" : "|") + line;
      out.push_back(result.passed() ? "ok" : failures);
    }
    return out;
  }

  // Errors without the folder.
  std::vector<std::string> errors(const std::string& text) {
    std::vector<std::string> out;
    const SuiteRead read = read_suite(text, path("t.yml"));
    EXPECT_EQ(read.suite.has_value(), read.errors.empty());
    for (const Error& error : read.errors) {
      std::string line = error.str();
      const std::string prefix = folder_.string() + "/";
      for (size_t at; (at = line.find(prefix)) != std::string::npos;) line.erase(at, prefix.size());
      out.push_back(line);
    }
    return out;
  }

  std::filesystem::path folder_;
};

TEST_F(RelabelSuites, TestsTargetsOfAJob) {
  EXPECT_THAT(run(R"(
config: p.yml
job: node
tests:
- labels: {__address__: "h:1", env: prod}
  expected: {env: prod, host: h, instance: "h:1", job: node}
  url: http://h:1/metrics
- labels: '{__address__="h:1", env="dev"}'
  dropped: true
  rule: 1
- labels: {__address__: "a/b", env: prod}
  error: '"a/b" is not a valid hostname'
- labels: {env: prod}
  error: no address
)"),
              ElementsAre("ok", "ok", "ok", "ok"));
}

TEST_F(RelabelSuites, TestsSamplesOfAJob) {
  EXPECT_THAT(run(R"(
config: p.yml
job: node
rules: metric_relabel_configs
tests:
- {labels: up, expected: '{__name__="up"}'}
- {labels: go_gc, dropped: true}
)"),
              ElementsAre("ok", "ok"));
}

TEST_F(RelabelSuites, TestsRulesInTheFile) {
  EXPECT_THAT(run(R"(
relabel_configs:
- {source_labels: [a], target_label: b}
- {source_labels: [a], regex: x, action: drop}
tests:
- {labels: {a: 1}, expected: {a: 1, b: 1}}
- {labels: {a: x}, dropped: true, rule: 2}
- {labels: {a: ""}, expected: {}}
- {labels: {}, expected: {}}
)"),
              ElementsAre("ok", "ok", "ok", "ok"));
}

TEST_F(RelabelSuites, SchemeOfRulesInTheFile) {
  const std::string rules = "relabel_configs: [{source_labels: [a], target_label: $1, replacement: x}]\n";
  const std::string tests = "tests: [{labels: {a: b-c}, expected: {a: b-c}}]\n";
  EXPECT_THAT(run(rules + tests), ElementsAre("labels differ (- expected, + actual):|+ \"b-c\"=\"x\""));
  EXPECT_THAT(run("metric_name_validation_scheme: legacy\n" + rules + tests), ElementsAre("ok"));
}

TEST_F(RelabelSuites, FailuresAreDiffs) {
  const std::string rule = "rule 1 at " + path("p.yml") + ":5:5";
  EXPECT_THAT(
      run(R"(
config: p.yml
job: node
tests:
- {labels: {__address__: "h:1", env: prod}, expected: {env: dev, host: h, instance: "h:1", x: y}, url: "http://x"}
- {labels: {__address__: "h:1", env: dev}, expected: {env: dev}}
- {labels: {__address__: "h:1", env: prod}, dropped: true}
- {labels: {__address__: "h:1", env: dev}, dropped: true, rule: 2}
- {labels: {__address__: "h:1", env: dev}, error: no address}
- {labels: {env: prod}, expected: {env: prod}}
- {labels: {env: prod}, error: other}
)"),
      ElementsAre("labels differ (- expected, + actual):|- env=\"dev\"|+ env=\"prod\"|+ job=\"node\"|- x=\"y\"|"
                  "URL differs (- expected, + actual):|- http://x|+ http://h:1/metrics",
                  "expected to be kept, but dropped by " + rule,
                  "expected to be dropped, but kept: {env=\"prod\", host=\"h\", instance=\"h:1\", job=\"node\"}",
                  "expected to be dropped by rule 2, but dropped by " + rule,
                  "expected the error \"no address\", but dropped by " + rule,
                  "expected to be kept, but invalid: no address",
                  "expected the error \"other\", but invalid: no address"));
}

TEST_F(RelabelSuites, NamesAndPlacesItsCases) {
  const SuiteRead read = read_suite(
      "relabel_configs: []\ntests:\n- {labels: {}, expected: {}}\n- name: second\n  labels: {}\n  dropped: true\n",
      "t.yml");
  ASSERT_TRUE(read.suite);
  const auto results = run_suite(*read.suite);
  ASSERT_TRUE(results);
  EXPECT_EQ(results->at(0).name, "test 1");
  EXPECT_EQ(results->at(1).name, "second");
  EXPECT_EQ(results->at(1).place.str(), "t.yml:4:3");
  EXPECT_EQ(results->at(1).steps, "{}\n");
}

TEST_F(RelabelSuites, WrongFilesAreRefusedWithPlaces) {
  const std::string job = "config: p.yml\njob: node\n";
  const std::pair<std::string, std::vector<std::string>> cases[] = {
      {"",
       {"t.yml:1:1: either 'config' and 'job' or 'relabel_configs' must say which rules to test",
        "t.yml:1:1: there are no tests"}},
      {job, {"t.yml:1:1: there are no tests"}},
      {job + "tests: []", {"t.yml:1:1: there are no tests"}},
      {job + "tests: [~]", {"t.yml:3:9: empty or null test"}},
      {"config: p.yml\ntests: [{labels: {}, dropped: true}]", {"t.yml:1:9: 'config' needs 'job'"}},
      {"config: p.yml\njob: x\ntests: [{labels: {}, dropped: true}]",
       {"t.yml:2:6: no job is called \"x\"; the jobs are \"node\""}},
      {"config: nix.yml\njob: x\ntests: [{labels: {}, dropped: true}]",
       {"t.yml:1:9: the configuration cannot be loaded: \"nix.yml\"",
        "nix.yml: open nix.yml: no such file or directory"}},
      {job + "relabel_configs: []\ntests: [{labels: {}, dropped: true}]",
       {"t.yml:1:1: either 'config' and 'job' or 'relabel_configs' must say which rules to test"}},
      {job + "rules: x\ntests: [{labels: {}, dropped: true}]",
       {"t.yml:3:8: rules must be relabel_configs or metric_relabel_configs, not \"x\""}},
      {"relabel_configs: []\njob: x\nrules: relabel_configs\ntests: [{labels: {}, dropped: true}]",
       {"t.yml:2:6: 'job' needs 'config'", "t.yml:3:8: 'rules' needs 'config'"}},
      {"relabel_configs: [{action: foo}]\ntests: [{labels: {}, dropped: true}]",
       {"t.yml:1:19: unknown relabel action \"foo\""}},
      {job + "tests: [{dropped: true}]", {"t.yml:3:9: a test needs 'labels', the labels that the rules start from"}},
      {job + "tests: [{labels: {}}]",
       {"t.yml:3:9: a test needs exactly one of 'expected', 'dropped: true' and 'error'"}},
      {job + "tests: [{labels: {}, dropped: true, error: x}]",
       {"t.yml:3:9: a test needs exactly one of 'expected', 'dropped: true' and 'error'"}},
      {job + "tests: [{labels: {}, expected: {}, rule: 1}]", {"t.yml:3:42: 'rule' needs 'dropped: true'"}},
      {job + "tests: [{labels: {}, dropped: true, rule: 0}]", {"t.yml:3:43: rules are counted from 1"}},
      {job + "tests: [{labels: {}, dropped: true, url: x}]", {"t.yml:3:42: 'url' needs 'expected'"}},
      {job + "rules: metric_relabel_configs\ntests: [{labels: {}, error: x}]",
       {"t.yml:4:29: 'error' is for the relabel_configs of a job only"}},
      {job + "tests: [{labels: '{a=~\"b\"}', dropped: true}]", {"t.yml:3:18: a label set has no a=~\"b\", only '='"}},
      {job + "tests: [{labels: {}, dropped: true, foo: 1}]", {"t.yml:3:37: line 3: field foo not found in type test"}},
      {job + "metric_name_validation_scheme: legacy\ntests: [{labels: {}, dropped: true}]",
       {"t.yml:3:32: the scheme is the job's: leave this out"}},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(errors(text), expected) << text;
}

TEST_F(RelabelSuites, UnreadableFileIsAnIoError) {
  const SuiteRead read = read_suite_file(path("nix.yml"));
  ASSERT_EQ(read.errors.size(), 1u);
  EXPECT_EQ(read.errors[0].code, Code::kIo);
  EXPECT_EQ(read.errors[0].message, "cannot be read: No such file or directory");
}

}  // namespace
}  // namespace narthex::lab
