#include "scrape/loop/job_runtime.h"

#include "scrape/target_limit.h"

namespace narthex::scrape {

Result<std::shared_ptr<JobRuntime>> JobRuntime::create(const JobOptions& options,
                                                       std::shared_ptr<FailureLog> failure_log) {
  auto factory = TargetFactory::create(options);
  if (!factory) return factory.error();
  auto rules = SeriesRules::compile(options);
  if (!rules) return rules.error();
  return std::shared_ptr<JobRuntime>(
      new JobRuntime(options, std::move(*factory), std::move(*rules), std::move(failure_log)));
}

std::optional<Error> JobRuntime::target_limit_error() const {
  auto checked = check_target_limit(active_targets_, options_.limits);
  return checked ? std::nullopt : std::optional(checked.error());
}

namespace {

// Rules that only moved within their file are the same rules.
void forget_places(relabel::RuleList& rules) {
  for (relabel::RuleOptions& rule : rules) rule.place = {};
}

}  // namespace

bool keeps_series(JobOptions a, JobOptions b) {
  for (JobOptions* job : {&a, &b}) {
    job->interval = job->timeout = {};
    job->limits.samples = 0;
    job->http = {};
    forget_places(job->relabel);
    forget_places(job->metric_relabel);
  }
  return a == b;
}

}  // namespace narthex::scrape
