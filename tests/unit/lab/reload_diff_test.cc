// What a reload would change.
#include "lab/reload_diff.h"

#include <gmock/gmock.h>

#include <boost/json.hpp>

namespace narthex::lab {
namespace {

config::Config loaded(const std::string& yaml) {
  config::LoadResult result = config::load_text(yaml, "f.yml");
  for (const Error& error : result.errors) ADD_FAILURE() << error.str();
  return result.config ? *result.config : config::Config();
}

std::string text_of(const std::string& before, const std::string& after) {
  return reload_text(diff_reload(side_of(loaded(before)), side_of(loaded(after))));
}

// A server that runs `yaml`, with the targets of its static_configs, of which each has 10 series.
ReloadSide server_with(const std::string& yaml) {
  const config::Config config = loaded(yaml);
  ReloadSide side = side_of(config);
  std::vector<std::string> pools;
  for (auto& [job, targets] : side.targets) {
    pools.push_back(job);
    for (ScrapedTarget& target : targets) target.series = 10;
  }
  side.config = *ConfigView::of_printed(config.yaml, pools);
  side.options.clear();
  side.discovered = true;
  return side;
}

std::string job(const std::string& name, const std::string& rest) {
  return "- {job_name: " + name + ", " + rest + "}\n";
}

const std::string kA = job("a", "static_configs: [{targets: ['h:1', 'h:2']}]");

TEST(ReloadDiff, TheSameFileIsNoDifference) {
  const std::string yaml =
      "scrape_configs:\n" + kA + job("b", "basic_auth: {password: x}, dns_sd_configs: [{names: [n]}]");
  const ReloadDiff diff = diff_reload(side_of(loaded(yaml)), side_of(loaded(yaml)));
  EXPECT_TRUE(diff.empty());
  EXPECT_EQ(reload_text(diff), "a reload would change nothing that is known here\n");
}

TEST(ReloadDiff, JobsAndTheirTargets) {
  EXPECT_EQ(text_of("scrape_configs:\n" + kA + job("b", "static_configs: [{targets: [x]}]"),
                    "global: {external_labels: {r: s}}\nscrape_configs:\n" +
                        job("a", "sample_limit: 7, static_configs: [{targets: ['h:1', 'h:3']}]") +
                        job("c", "static_configs: [{targets: [y]}]")),
            "+ global.external_labels: {r: s}\n"
            "job \"a\": changed, keeps 1 target\n"
            "  ~ static_configs[0].targets[1]: h:2 → h:3\n"
            "  + sample_limit: 7\n"
            "  - target {instance=\"h:2\", job=\"a\"} http://h:2/metrics\n"
            "  + target {instance=\"h:3\", job=\"a\"} http://h:3/metrics\n"
            "job \"b\": removed\n"
            "  - target {instance=\"x\", job=\"b\"} http://x/metrics\n"
            "job \"c\": added\n"
            "  + target {instance=\"y\", job=\"c\"} http://y/metrics\n"
            "jobs: 1 added, 1 removed, 1 changed; targets: 2 added, 2 removed; other fields: 1 changed\n");
}

TEST(ReloadDiff, RelabelingDecidesWhichTargetsThereAre) {
  const std::string dropping =
      job("a",
          "static_configs: [{targets: ['h:1', 'h:2']}], relabel_configs: [{source_labels: [__address__], regex: "
          "'h:2', action: drop}]");
  const ReloadDiff diff =
      diff_reload(side_of(loaded("scrape_configs:\n" + kA)), side_of(loaded("scrape_configs:\n" + dropping)));
  ASSERT_EQ(diff.jobs.size(), 1u);
  EXPECT_EQ(diff.jobs[0].targets_kept, 1u);
  ASSERT_EQ(diff.jobs[0].targets_removed.size(), 1u);
  EXPECT_EQ(diff.jobs[0].targets_removed[0].url, "http://h:2/metrics");
}

TEST(ReloadDiff, AChangedSecretIsSeenBetweenFilesAndNotShown) {
  const std::string before = "scrape_configs:\n" + job("a", "basic_auth: {password: hunter2}");
  const std::string after = "scrape_configs:\n" + job("a", "basic_auth: {password: hunter3}");
  const std::string text = text_of(before, after);
  EXPECT_THAT(text, testing::StartsWith("job \"a\": changed\n  ~ a secret: <secret> → <secret>\n"));
  EXPECT_THAT(text, testing::Not(testing::HasSubstr("hunter")));
}

TEST(ReloadDiff, SecretsOfAServerCannotBeCompared) {
  const std::string before =
      "remote_write: [{url: 'http://u:p@h'}]\nscrape_configs:\n" + job("a", "basic_auth: {password: hunter2}");
  const std::string after =
      "remote_write: [{url: 'http://u:q@h'}]\nscrape_configs:\n" + job("a", "basic_auth: {password: hunter3}");
  const ReloadDiff diff = diff_reload(server_with(before), side_of(loaded(after)));
  EXPECT_TRUE(diff.empty());
  EXPECT_EQ(reload_text(diff),
            "secrets cannot be compared:\n"
            "  remote_write[0].url\n"
            "  job \"a\": basic_auth.password\n"
            "a reload would change nothing that is known here\n");
}

TEST(ReloadDiff, AServerTellsHowManySeriesAreConcerned) {
  const ReloadSide server = server_with("scrape_configs:\n" + kA + job("b", "static_configs: [{targets: [x]}]"));
  const auto diff = diff_reload(
      server, side_of(loaded("scrape_configs:\n" + job("a",
                                                       "honor_labels: true, static_configs: [{targets: ['h:1', "
                                                       "'h:2']}]"))));
  EXPECT_EQ(reload_text(diff),
            "job \"a\": changed, keeps 2 targets, 20 series concerned\n"
            "  + honor_labels: true\n"
            "job \"b\": removed, 10 series end\n"
            "  - target {instance=\"x\", job=\"b\"} http://x/metrics, 10 series\n"
            "jobs: 0 added, 1 removed, 1 changed; targets: 0 added, 1 removed; other fields: 0 changed\n");
}

TEST(ReloadDiff, WhatDiscoveryFoundIsNotCalledRemoved) {
  const std::string yaml = "scrape_configs:\n" + job("a", "dns_sd_configs: [{names: [n]}]");
  ReloadSide server = server_with(yaml);
  server.targets["a"].push_back({Labels({{"instance", "found"}}), "http://found/metrics", 5});
  const ReloadDiff same = diff_reload(server, side_of(loaded(yaml)));
  EXPECT_TRUE(same.empty());
  const auto changed = diff_reload(
      server, side_of(loaded("scrape_configs:\n" + job("a", "scheme: https, dns_sd_configs: [{names: [n]}]"))));
  EXPECT_EQ(reload_text(changed),
            "job \"a\": changed, 5 series concerned\n"
            "  ~ scheme: http → https\n"
            "  targets of dns_sd_configs are not known here\n"
            "jobs: 0 added, 0 removed, 1 changed; targets: 0 added, 0 removed; other fields: 0 changed\n");
}

TEST(ReloadDiff, JobsOfOtherFilesAreComparedByTheirTargets) {
  ReloadSide server = server_with("scrape_configs:\n" + kA);
  server.config = *ConfigView::of_printed(loaded("").yaml, {"a"});
  const auto same = diff_reload(server, side_of(loaded("scrape_configs:\n" + kA)));
  EXPECT_TRUE(same.empty());
  EXPECT_EQ(same.jobs.at(0).kind, JobDiff::Kind::kNotShown);
  const auto fewer =
      diff_reload(server, side_of(loaded("scrape_configs:\n" + job("a", "static_configs: [{targets: ['h:1']}]"))));
  EXPECT_FALSE(fewer.empty());
  const auto gone = diff_reload(server, side_of(loaded("")));
  EXPECT_EQ(gone.jobs.at(0).kind, JobDiff::Kind::kRemoved);
}

TEST(ReloadDiff, JsonSaysTheSame) {
  const ReloadSide server = server_with("scrape_configs:\n" + kA);
  const auto diff =
      diff_reload(server, side_of(loaded("scrape_configs:\n" + job("a", "static_configs: [{targets: ['h:1']}]"))));
  EXPECT_EQ(boost::json::serialize(reload_json(diff)),
            R"({"different":true,"sections":[],"jobs":[{"job":"a","change":"changed",)"
            R"("fields":[{"field":"static_configs[0].targets[1]","before":"h:2","after":null}],"targetsAdded":[],)"
            R"("targetsRemoved":[{"labels":{"instance":"h:2","job":"a"},"scrapeUrl":"http://h:2/metrics",)"
            R"("series":10}],"targetsKept":1,"series":20,"undiscovered":[]}],"secretsNotCompared":[]})");
}

}  // namespace
}  // namespace narthex::lab
