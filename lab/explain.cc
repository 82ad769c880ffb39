#include "lab/explain.h"

#include "base/quote.h"

namespace narthex::lab {

Result<JobExplainer> JobExplainer::create(const scrape::JobOptions& job) {
  auto factory = scrape::TargetFactory::create(job);
  if (!factory) return factory.error();
  auto rules = relabel::compile(job.relabel);
  if (!rules) return rules.error();
  auto metric_rules = relabel::compile(job.metric_relabel);
  if (!metric_rules) return metric_rules.error();
  return JobExplainer(std::move(*factory), std::move(*rules), std::move(*metric_rules));
}

TargetTrace JobExplainer::target(const RawLabels& target, const RawLabels& group) const {
  TargetTrace trace;
  trace.discovered = factory_.discovered_labels(target, group);
  trace.relabeling = relabel::explain(rules_, trace.discovered);
  trace.outcome = factory_.make(target, group);
  return trace;
}

std::vector<TargetTrace> JobExplainer::static_targets(const sd::StaticOptions& statics) const {
  std::vector<TargetTrace> out;
  for (const TargetGroup& group : statics.groups) {
    for (size_t i = 0; i < group.targets.size(); ++i) {
      TargetTrace& trace = out.emplace_back(target(group.targets[i], group.labels));
      trace.source = group.source;
      trace.index = i;
    }
  }
  return out;
}

Result<const config::ScrapeJob*> find_job(const config::Config& config, const std::string& name) {
  std::string known;
  for (const config::ScrapeJob& job : config.jobs) {
    if (job.scrape.job_name == name) return &job;
    known += (known.empty() ? "" : ", ") + go_quote(job.scrape.job_name);
  }
  const std::string hint = known.empty() ? "there are no jobs" : "the jobs are " + known;
  return Error{Code::kNotFound, "no job is called " + go_quote(name) + "; " + hint};
}

}  // namespace narthex::lab
