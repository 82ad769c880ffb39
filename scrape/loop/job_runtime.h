// A job's section, compiled: what all of its targets share.
#pragma once

#include <atomic>
#include <memory>
#include <optional>

#include "scrape/loop/failure_log.h"
#include "scrape/options.h"
#include "scrape/series_rules.h"
#include "scrape/target.h"

namespace narthex::scrape {

// Immutable but for the number of targets; thread-safe.
class JobRuntime {
 public:
  // `failure_log` may be null.
  static Result<std::shared_ptr<JobRuntime>> create(const JobOptions& options,
                                                    std::shared_ptr<FailureLog> failure_log = nullptr);

  const JobOptions& options() const { return options_; }
  const TargetFactory& factory() const { return factory_; }
  const SeriesRules::Job& series_rules() const { return series_rules_; }

  const FailureLog* failure_log() const { return failure_log_.get(); }

  void set_active_targets(uint64_t count) { active_targets_ = count; }
  // See scrape/target_limit.h.
  std::optional<Error> target_limit_error() const;

 private:
  JobRuntime(JobOptions options, TargetFactory factory, SeriesRules::Job series_rules,
             std::shared_ptr<FailureLog> failure_log)
      : options_(std::move(options)),
        factory_(std::move(factory)),
        series_rules_(std::move(series_rules)),
        failure_log_(std::move(failure_log)) {}

  const JobOptions options_;
  const TargetFactory factory_;
  const SeriesRules::Job series_rules_;
  const std::shared_ptr<FailureLog> failure_log_;
  std::atomic<uint64_t> active_targets_ = 0;
};

// Whether loops of a job may keep what they remember of their series when its section changes from `a` to `b`: they
// differ in interval, timeout, sample limit and HTTP client settings at most. Scrape spec, section 10.
bool keeps_series(JobOptions a, JobOptions b);

}  // namespace narthex::scrape
