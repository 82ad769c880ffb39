// Explanations of a job, as text and as JSON.
#include "lab/report.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "config/config.h"

namespace narthex::lab {
namespace {

// The booleans are turned off by the rules, to keep the texts short.
constexpr const char* kConfig = R"(
scrape_configs:
- job_name: node
  relabel_configs:
  - regex: __.*_histograms.*|__scrape_native.*
    action: labeldrop
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
  static_configs:
  - targets: ["h:1", "a/b"]
    labels: {env: prod}
  - targets: ["h:2"]
)";

class Report : public testing::Test {
 protected:
  void SetUp() override {
    config::LoadResult loaded = config::load_text(kConfig, "p.yml");
    ASSERT_TRUE(loaded.config) << loaded.errors.at(0).str();
    config_ = std::move(*loaded.config);
    auto explainer = JobExplainer::create(config_.jobs[0].scrape);
    ASSERT_TRUE(explainer) << explainer.error().str();
    explainer_.emplace(std::move(*explainer));
    traces_ = explainer_->static_targets(config_.jobs[0].discovery.statics);
    ASSERT_EQ(traces_.size(), 3u);
  }

  // The text of a target, without its first line.
  std::string steps(size_t target) const {
    const std::string text = target_text(explainer_->rules(), traces_[target]);
    return text.substr(text.find('\n') + 1);
  }

  config::Config config_;
  std::optional<JobExplainer> explainer_;
  std::vector<TargetTrace> traces_;
};

TEST_F(Report, KeptTarget) {
  EXPECT_EQ(
      steps(0),
      R"~(  rule 1 (labeldrop) at p.yml:5:5: regex "__.*_histograms.*|__scrape_native.*" matches 3 of 10 label names; deleted __always_scrape_classic_histograms__, __convert_classic_histograms_to_nhcb__, __scrape_native_histograms__
    - __always_scrape_classic_histograms__="false"
    - __convert_classic_histograms_to_nhcb__="false"
    - __scrape_native_histograms__="false"
  rule 2 (keep) at p.yml:7:5: regex "prod" matches "prod" (of [env])
  rule 3 (replace) at p.yml:10:5: regex "(.*):\\d+" matches "h:1" (of [__address__]); $1="h"; set host="h"
    + host="h"
  => kept: {env="prod", host="h", instance="h:1", job="node"}, scraped at http://h:1/metrics
)~");
  EXPECT_TRUE(target_text(explainer_->rules(), traces_[0]).starts_with("target 0 of group 0: {__address__=\"h:1\", "));
}

TEST_F(Report, InvalidTarget) {
  EXPECT_TRUE(steps(1).ends_with("  => invalid: \"a/b\" is not a valid hostname\n")) << steps(1);
}

TEST_F(Report, DroppedTarget) {
  EXPECT_TRUE(steps(2).ends_with(R"~(  rule 2 (keep) at p.yml:7:5: regex "prod" does not match "" (of [env])
  => dropped by rule 2 at p.yml:7:5
)~")) << steps(2);
}

TEST_F(Report, Sample) {
  const Labels kept{{"__name__", "up"}};
  const Labels dropped{{"__name__", "go_gc"}};
  EXPECT_EQ(sample_text(explainer_->metric_rules(), explainer_->sample(kept), kept), R"~({__name__="up"}
  rule 1 (drop) at p.yml:14:5: regex "go_.*" does not match "up" (of [__name__])
  => kept: {__name__="up"}
)~");
  EXPECT_EQ(sample_text(explainer_->metric_rules(), explainer_->sample(dropped), dropped), R"~({__name__="go_gc"}
  rule 1 (drop) at p.yml:14:5: regex "go_.*" matches "go_gc" (of [__name__])
  => dropped by rule 1 at p.yml:14:5
)~");
}

TEST_F(Report, JsonSaysTheSame) {
  const auto rules = explainer_->rules();
  const auto kept = target_json(rules, traces_[0]);
  EXPECT_EQ(kept.at("outcome"), "kept");
  EXPECT_EQ(kept.at("url"), "http://h:1/metrics");
  EXPECT_EQ(boost::json::serialize(kept.at("labels")), R"({"env":"prod","host":"h","instance":"h:1","job":"node"})");
  EXPECT_EQ(kept.at("steps").as_array().size(), 3u);
  const auto invalid = target_json(rules, traces_[1]);
  EXPECT_EQ(invalid.at("outcome"), "invalid");
  EXPECT_EQ(invalid.at("error"), "\"a/b\" is not a valid hostname");
  const auto dropped = target_json(rules, traces_[2]);
  EXPECT_EQ(dropped.at("outcome"), "dropped");
  EXPECT_EQ(dropped.at("droppedBy"), 2);
  const auto& step = dropped.at("steps").at(1).as_object();
  EXPECT_EQ(step.at("reason"), R"(regex "prod" does not match "" (of [env]))");
  EXPECT_EQ(step.at("line"), 7);
  EXPECT_EQ(step.at("matched"), false);
  const Labels sample{{"__name__", "go_gc"}};
  EXPECT_EQ(
      boost::json::serialize(sample_json(explainer_->metric_rules(), explainer_->sample(sample), sample)),
      R"~({"labels":{"__name__":"go_gc"},"steps":[{"rule":1,"action":"drop","file":"p.yml","line":14,"column":5,)~"
      R"~("matched":true,"keep":false,"reason":"regex \"go_.*\" matches \"go_gc\" (of [__name__])",)~"
      R"~("before":{"__name__":"go_gc"},"after":{}}],"outcome":"dropped","droppedBy":1})~");
}

TEST_F(Report, UnknownJobNamesTheOthers) {
  const auto job = find_job(config_, "nod");
  ASSERT_FALSE(job);
  EXPECT_EQ(job.error().message, "no job is called \"nod\"; the jobs are \"node\"");
  EXPECT_EQ(job.error().code, Code::kNotFound);
}

}  // namespace
}  // namespace narthex::lab
