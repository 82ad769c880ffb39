// Why a target or a sample ends as it does: the rules of a job at work, step by step, without scraping anything.
//
//   auto explainer = JobExplainer::create(job.scrape);
//   for (const TargetTrace& trace : explainer->static_targets(job.discovery.statics)) out << text_of(trace);
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/config.h"
#include "model/target_group.h"
#include "relabel/relabel.h"
#include "scrape/options.h"
#include "scrape/target.h"
#include "sd/options.h"

namespace narthex::lab {

// The way of one target.
struct TargetTrace {
  std::string source;               // its target group; "" if it was given by hand
  size_t index = 0;                 // within the group, from 0
  Labels discovered;                // what the rules start from: the job's defaults are in it
  relabel::Explanation relabeling;  // ends with the rule that dropped it, if one did
  scrape::TargetOutcome outcome;    // agrees with the server's: made by the same function
};

// Explains the rules of one job. Immutable; thread-safe.
class JobExplainer {
 public:
  // Fails if a rule does not compile (never for a job of a loaded configuration).
  static Result<JobExplainer> create(const scrape::JobOptions& job);

  // relabel_configs on a target as discovery delivers it. The job's defaults are added first.
  TargetTrace target(const RawLabels& target, const RawLabels& group = {}) const;
  std::vector<TargetTrace> static_targets(const sd::StaticOptions& statics) const;

  // metric_relabel_configs on the labels of a sample, metric name and target labels included.
  relabel::Explanation sample(const Labels& labels) const { return relabel::explain(metric_rules_, labels); }

  std::span<const relabel::Rule> rules() const { return rules_; }
  std::span<const relabel::Rule> metric_rules() const { return metric_rules_; }

 private:
  JobExplainer(scrape::TargetFactory factory, std::vector<relabel::Rule> rules, std::vector<relabel::Rule> metric_rules)
      : factory_(std::move(factory)), rules_(std::move(rules)), metric_rules_(std::move(metric_rules)) {}

  scrape::TargetFactory factory_;
  std::vector<relabel::Rule> rules_;
  std::vector<relabel::Rule> metric_rules_;
};

// The job called `name`. Error (kNotFound): no job is called "x"; the jobs are "a", "b".
Result<const config::ScrapeJob*> find_job(const config::Config& config, const std::string& name);

}  // namespace narthex::lab
