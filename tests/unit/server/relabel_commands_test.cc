// `narthex relabel` and `narthex test relabel` as the shell sees them: output, errors, exit code.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "server/command_line.h"

namespace narthex::server {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

struct Ran {
  int code = -1;
  std::string out;
  std::string err;
};

class RelabelCommands : public testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        std::filesystem::path(testing::TempDir()) / ("relabel_commands_" + std::to_string(::getpid()) + "_" +
                                                     testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(folder_);
    write("p.yml",
          "scrape_configs:\n"
          "- job_name: node\n"
          "  static_configs: [{targets: ['h:1']}]\n"
          "  relabel_configs: [{source_labels: [env], regex: dev, action: drop}]\n"
          "  metric_relabel_configs: [{regex: tmp, action: labeldrop}]\n"
          "- job_name: empty\n");
    write("good.yml", "config: p.yml\njob: node\ntests: [{labels: {__address__: h, env: dev}, dropped: true}]\n");
    write("failing.yml", "relabel_configs: []\ntests: [{name: t, labels: {a: 1}, expected: {a: 2}}]\n");
    write("wrong.yml", "tests: []\n");
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& name, const std::string& text) { std::ofstream(folder_ / name) << text; }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }

  Ran run(std::vector<std::string> arguments) {
    Ran ran;
    std::istringstream in;
    std::ostringstream out, err;
    Io io{in, out, err};
    ran.code = run_command_line(std::move(arguments), io, [](const FlagValues&, Io&) { return 99; });
    ran.out = out.str();
    ran.err = err.str();
    return ran;
  }
  Ran relabel(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"relabel", "--config", path("p.yml"), "--job"});
    return run(std::move(arguments));
  }

  std::filesystem::path folder_;
};

TEST_F(RelabelCommands, ExplainsAllStaticTargets) {
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{"node"}, {"node", "--all"}}) {
    const Ran ran = relabel(arguments);
    EXPECT_EQ(ran.code, 0) << ran.err;
    EXPECT_THAT(ran.out, StartsWith("target 0 of group 0: {__address__=\"h:1\", "));
    EXPECT_THAT(ran.out, HasSubstr("  rule 1 (drop) at " + path("p.yml") + ":4:21: regex \"dev\" does not match"));
    EXPECT_THAT(ran.out, EndsWith("  => kept: {instance=\"h:1\", job=\"node\"}, scraped at http://h:1/metrics\n"));
  }
  EXPECT_EQ(relabel({"empty"}).out, "job \"empty\" has no static targets\n");
}

TEST_F(RelabelCommands, ExplainsGivenLabels) {
  const Ran target = relabel({"node", "--labels", R"({"__address__":"x","env":"dev"})"});
  EXPECT_EQ(target.code, 0) << target.err;
  EXPECT_THAT(target.out, EndsWith("  => dropped by rule 1 at " + path("p.yml") + ":4:21\n"));
  const Ran sample = relabel({"node", "--metric", "--labels", R"(up{tmp="1"})"});
  EXPECT_EQ(sample.code, 0) << sample.err;
  EXPECT_THAT(sample.out, EndsWith("  => kept: {__name__=\"up\"}\n"));
}

TEST_F(RelabelCommands, ExplainsAsJson) {
  EXPECT_THAT(
      relabel({"node", "--format=json"}).out,
      StartsWith(R"({"job":"node","targets":[{"source":"0","index":0,"discoveredLabels":{"__address__":"h:1")"));
  EXPECT_THAT(relabel({"node", "--format=json", "--metric", "--labels", "up"}).out,
              StartsWith(R"({"job":"node","sample":{"labels":{"__name__":"up"},"steps":[{"rule":1,)"));
}

TEST_F(RelabelCommands, QuestionsThatCannotBeAskedExitWith2) {
  EXPECT_EQ(relabel({"nod"}).code, 2);
  EXPECT_EQ(relabel({"nod"}).err, "no job is called \"nod\"; the jobs are \"node\", \"empty\"\n");
  EXPECT_EQ(relabel({"node", "--labels", "{a=~\"b\"}"}).err, "--labels: a label set has no a=~\"b\", only '='\n");
  EXPECT_EQ(relabel({"node", "--metric"}).err, "--metric needs --labels\n");
  EXPECT_EQ(relabel({"node", "--all", "--labels", "{}"}).code, 2);
  write("bad.yml", "scrape_configs: [{}]\n");
  const Ran bad = run({"relabel", "--config", path("bad.yml"), "--job", "x"});
  EXPECT_EQ(bad.code, 2);
  EXPECT_EQ(bad.err, path("bad.yml") + ":1:18: job_name is empty\n");
  EXPECT_EQ(bad.out, "");
}

TEST_F(RelabelCommands, TestsExitWithTheWorstOfTheirFiles) {
  const std::string good = path("good.yml"), failing = path("failing.yml"), wrong = path("wrong.yml");
  EXPECT_EQ(run({"test", "relabel", good}).code, 0);
  EXPECT_EQ(run({"test", "relabel", good, failing}).code, 1);
  EXPECT_EQ(run({"test", "relabel", wrong, failing, good}).code, 2);
  EXPECT_EQ(run({"test", "relabel", path("nix.yml")}).code, 2);
  EXPECT_EQ(run({"test", "relabel"}).code, 2);
}

TEST_F(RelabelCommands, TestsPrintDiffsAndCounts) {
  EXPECT_EQ(run({"test", "relabel", path("good.yml")}).out, path("good.yml") + ": 1 passed, 0 failed\n");
  EXPECT_EQ(run({"test", "relabel", path("failing.yml")}).out, "FAILED " + path("failing.yml") +
                                                                   ":2:9: t\n"
                                                                   "  labels differ (- expected, + actual):\n"
                                                                   "  - a=\"2\"\n"
                                                                   "  + a=\"1\"\n"
                                                                   "  what the rules did:\n"
                                                                   "    {a=\"1\"}\n" +
                                                                   path("failing.yml") + ": 0 passed, 1 failed\n");
  const Ran wrong = run({"test", "relabel", path("wrong.yml")});
  EXPECT_EQ(wrong.out, "");
  EXPECT_THAT(wrong.err, HasSubstr(path("wrong.yml") + ":1:1: there are no tests\n"));
}

TEST_F(RelabelCommands, TestsPrintJson) {
  const std::string file = path("failing.yml");
  EXPECT_EQ(run({"test", "relabel", "--format=json", file}).out,
            R"({"files":[{"file":")" + file + R"(","errors":[],"passed":0,"failed":1,"tests":[{"file":")" + file +
                R"(","line":2,"column":9,"name":"t","passed":false,)" +
                R"~("failures":["labels differ (- expected, + actual):","- a=\"2\"","+ a=\"1\""]}]}]})~" + "\n");
}

}  // namespace
}  // namespace narthex::server
