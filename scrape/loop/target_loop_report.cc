// What a scrape tells about itself: report series, counters, warnings, status.
#include "scrape/loop/target_loop.h"

namespace narthex::scrape {

Report TargetLoop::make_report(bool up) const {
  const Attempt& attempt = *attempt_;
  return {up,
          attempt.duration_seconds,
          attempt.counts.total,
          attempt.counts.post_relabel,
          attempt.added,
          timeout_.to_seconds(),
          options().limits.samples,
          attempt.body_bytes};
}

void TargetLoop::count(const storage::CommitResult& result) const {
  Counters& counters = world().counters;
  const bool good = result.status && !attempt_->error;
  Counters::add(counters.scrapes);
  if (good) Counters::add(counters.samples, attempt_->counts.post_relabel);
  if (!good) Counters::add(counters.scrapes_failed);
  Counters::add(counters.sample_duplicate_timestamp, attempt_->counts.duplicates + result.duplicate_timestamp);
  Counters::add(counters.sample_out_of_order, result.out_of_order);
  Counters::add(counters.sample_out_of_bounds, result.out_of_bounds);
}

void TargetLoop::warn_of_refused(const storage::CommitResult& result) const {
  auto warn = [this](uint64_t dropped, std::string_view message) {
    if (dropped == 0) return;
    world().log.warn(message,
                     {{"scrape_pool", options().job_name}, {"target", url_}, {"num_dropped", std::to_string(dropped)}});
  };
  warn(result.out_of_order, "Error on ingesting out-of-order samples");
  warn(attempt_->counts.duplicates + result.duplicate_timestamp,
       "Error on ingesting samples with different value but same timestamp");
  warn(result.out_of_bounds, "Error on ingesting samples that are too old or are too far into the future");
  if (!result.status) {
    world().log.error("Scrape commit failed",
                      {{"scrape_pool", options().job_name}, {"target", url_}, {"err", result.status.error().message}});
  }
}

namespace {

std::string warning_text(const PassCounts& counts, const storage::CommitResult& result) {
  std::string text;
  auto add = [&text](uint64_t count, std::string_view what) {
    if (count == 0) return;
    if (!text.empty()) text += "; ";
    text += std::to_string(count) + " " + std::string(what);
  };
  add(result.out_of_order, "samples out of order");
  add(counts.duplicates + result.duplicate_timestamp, "samples whose timestamp was there before");
  add(result.out_of_bounds, "samples too old or too far in the future");
  add(counts.refused, "new series refused: " + counts.refusal);
  return text;
}

}  // namespace

void TargetLoop::publish(const storage::CommitResult& result) {
  const Attempt& attempt = *attempt_;
  ScrapeOutcome outcome;
  if (!result.status) {
    outcome.error = result.status.error().message;
  } else if (attempt.error) {
    outcome.error = attempt.error->message;
  }
  outcome.health = result.status && !attempt.error ? Health::kUp : Health::kDown;
  outcome.warning = warning_text(attempt.counts, result);
  outcome.timestamp_ns = attempt.timestamp_ns;
  outcome.duration_seconds = attempt.duration_seconds;
  board_.set_outcome(std::move(outcome));
}

}  // namespace narthex::scrape
