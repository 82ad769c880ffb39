// `narthex check config`, as a user calls it.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "server/command_line.h"

namespace narthex::server {
namespace {

class CheckConfig : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "narthex_check_XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string write(const std::string& name, const std::string& text) {
    const std::string path = folder_ + "/" + name;
    std::ofstream(path) << text;
    return path;
  }

  int run(std::vector<std::string> arguments) {
    std::istringstream in;
    out_.str("");
    err_.str("");
    Io io{in, out_, err_};
    arguments.insert(arguments.begin(), {"check", "config"});
    return run_command_line(std::move(arguments), io, [](const FlagValues&, Io&) { return 99; });
  }

  std::string folder_;
  std::ostringstream out_;
  std::ostringstream err_;
};

TEST_F(CheckConfig, ValidFilesAreSummedUp) {
  const std::string file = write("a.yml",
                                 "scrape_configs:\n"
                                 "- job_name: n\n"
                                 "  scrape_interval: 15s\n"
                                 "  static_configs: [{targets: [a, b]}, {targets: [c]}]\n"
                                 "  relabel_configs: [{regex: x, action: labeldrop}]\n"
                                 "rule_files: [r.yml]\n");
  EXPECT_EQ(run({file}), 0);
  EXPECT_EQ(out_.str(), file + ":6:13: warning: read, but not used by this version: rule_files\n" + file +
                            ": valid, 1 job\n"
                            "  job \"n\": every 15s, timeout 10s, 3 static targets, 1 relabel rule, 0 metric relabel "
                            "rules\n");
  EXPECT_EQ(err_.str(), "");
}

TEST_F(CheckConfig, EveryErrorHasALineAndEveryFileIsChecked) {
  const std::string good = write("good.yml", "scrape_configs: []\n");
  const std::string bad = write("bad.yml", "global: {foo: 1}\nscrape_configs:\n- scrape_interval: 5\n");
  EXPECT_EQ(run({bad, good}), 1);
  EXPECT_EQ(out_.str(), bad + ":1:10: line 1: field foo not found in type config.plain\n" +  //
                            bad + ":3:3: job_name is empty\n" +                              //
                            bad + ":3:20: not a valid duration string: \"5\"\n" +            //
                            good + ": valid, 0 jobs\n");
}

TEST_F(CheckConfig, Json) {
  const std::string bad = write("bad.yml", "global: {foo: 1}\n");
  const std::string good = write("good.yml", "scrape_configs: [{job_name: j}]\n");
  EXPECT_EQ(run({"--format=json", bad, good}), 1);
  EXPECT_EQ(out_.str(),
            "{\"files\":[{\"file\":\"" + bad + "\",\"valid\":false,\"jobs\":[],\"errors\":[{\"file\":\"" + bad +
                "\",\"line\":1,\"column\":10,\"message\":\"line 1: field foo not found in type config.plain\"}],"
                "\"warnings\":[]},{\"file\":\"" +
                good +
                "\",\"valid\":true,\"jobs\":[{\"job\":\"j\",\"scrapeInterval\":\"1m\",\"scrapeTimeout\":\"10s\","
                "\"staticTargets\":0,\"relabelRules\":0,\"metricRelabelRules\":0}],\"errors\":[],\"warnings\":[]}]}\n");
}

TEST_F(CheckConfig, WhatCannotBeAsked) {
  EXPECT_EQ(run({}), 2);
  EXPECT_EQ(run({"--format=xml", write("a.yml", "")}), 2);
  EXPECT_EQ(run({folder_ + "/missing.yml"}), 2);
  EXPECT_NE(out_.str().find("no such file or directory"), std::string::npos);
  EXPECT_EQ(run({write("a.yml", ""), folder_ + "/missing.yml"}), 2);
}

TEST_F(CheckConfig, DiffSaysWhetherAReloadWouldChangeSomething) {
  const std::string before = write("before.yml", "scrape_configs: [{job_name: a}]\n");
  const std::string after = write("after.yml", "scrape_configs: [{job_name: a, honor_labels: true}]\n");
  EXPECT_EQ(run({before, "--diff", before}), 0);
  EXPECT_EQ(out_.str(), "a reload would change nothing that is known here\n");
  EXPECT_EQ(run({after, "--diff", before}), 1);
  EXPECT_EQ(out_.str(),
            "job \"a\": changed\n  + honor_labels: true\n"
            "jobs: 0 added, 0 removed, 1 changed; targets: 0 added, 0 removed; other fields: 0 changed\n");
  EXPECT_EQ(run({after, "--diff", before, "--format=json"}), 1);
  EXPECT_NE(out_.str().find("\"different\":true"), std::string::npos) << out_.str();
  EXPECT_NE(out_.str().find("\"running\":\"" + before + "\""), std::string::npos) << out_.str();
}

TEST_F(CheckConfig, DiffThatCannotBeMade) {
  const std::string good = write("good.yml", "");
  const std::string bad = write("bad.yml", "globl: {}\n");
  EXPECT_EQ(run({bad, "--diff", good}), 1);
  EXPECT_EQ(err_.str(), bad + ":1:1: line 1: field globl not found in type config.plain\n");
  EXPECT_EQ(run({good, "--diff", bad}), 2);
  EXPECT_EQ(run({folder_ + "/none.yml", "--diff", good}), 2);
  EXPECT_EQ(run({good, "--diff", folder_ + "/none.yml"}), 2);
  EXPECT_EQ(run({good, good, "--diff", good}), 2);
  EXPECT_EQ(err_.str(), "--diff compares one file\n");
  EXPECT_EQ(run({good, "--diff", "http://127.0.0.1:1"}), 2);
  EXPECT_EQ(err_.str(),
            "Get \"http://127.0.0.1:1/api/v1/status/config\": dial tcp 127.0.0.1:1: connect: connection refused\n");
}

}  // namespace
}  // namespace narthex::server
