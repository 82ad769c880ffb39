#include "scrape/loop/job_runtime.h"

namespace narthex::scrape {

Result<std::shared_ptr<JobRuntime>> JobRuntime::create(const JobOptions& options) {
  auto factory = TargetFactory::create(options);
  if (!factory) return factory.error();
  auto rules = SeriesRules::compile(options);
  if (!rules) return rules.error();
  return std::shared_ptr<JobRuntime>(new JobRuntime(options, std::move(*factory), std::move(*rules)));
}

std::optional<Error> JobRuntime::target_limit_error() const {
  const uint64_t limit = options_.limits.targets;
  const uint64_t count = active_targets_;
  if (limit == 0 || count <= limit) return std::nullopt;
  return Error{Code::kLimit, "target_limit exceeded (number of targets: " + std::to_string(count) +
                                 ", limit: " + std::to_string(limit) + ")"};
}

bool keeps_series(const JobOptions& a, const JobOptions& b) {
  JobOptions same = b;
  same.interval = a.interval;
  same.timeout = a.timeout;
  same.limits.samples = a.limits.samples;
  same.http = a.http;
  return a == same;
}

}  // namespace narthex::scrape
