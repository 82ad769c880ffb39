// What a scrape tells about itself: report series, counters, warnings, status.
#include "scrape/loop/target_loop.h"

namespace narthex::scrape {

void TargetLoop::note_phases(const net::Phases& phases) {
  attempt_->spent(Phase::kResolve) = phases.resolve;
  attempt_->spent(Phase::kConnect) = phases.connect;
  attempt_->spent(Phase::kTls) = phases.tls;
  attempt_->spent(Phase::kFirstByte) = phases.first_byte;
  attempt_->spent(Phase::kBody) = phases.body;
}

void TargetLoop::keep_body(std::optional<size_t> offset) {
  Attempt& attempt = *attempt_;
  if (attempt.body.empty()) return;
  FailedBody facts;
  facts.start_ns = attempt.record.start_ns;
  facts.content_type = attempt.content_type;
  facts.offset = offset;
  if (offset && attempt.has_lines) {
    const exposition::LinePlace place = exposition::place_of(attempt.body, *offset);
    facts.line = place.line;
    facts.column = place.column;
  }
  const auto before = board_.attempts().failed_body();
  board_.attempts().set_failed_body(shard_.failed_bodies().keep(std::move(facts), attempt.body, before));
}

TargetHistory TargetLoop::history(size_t attempts) const {
  TargetHistory out;
  out.labels = public_labels_;
  out.url = url_;
  out.attempts = board_.attempts().newest(attempts);
  if (const auto body = board_.attempts().failed_body()) out.failed_body = body->unpack();
  return out;
}

Report TargetLoop::make_report(bool up) const {
  const Attempt& attempt = *attempt_;
  return {up,
          attempt.duration_seconds,
          attempt.counts.total,
          attempt.counts.post_relabel,
          attempt.added,
          timeout_.to_seconds(),
          options().limits.samples,
          attempt.record.body_bytes};
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
  Counters::add(counters.exemplar_out_of_order, result.exemplar_out_of_order);
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
  add(result.malformed_histograms, "native histograms whose spans do not fit their buckets");
  add(counts.refused, "new series refused: " + counts.refusal);
  return text;
}

}  // namespace

void TargetLoop::publish(const storage::CommitResult& result) {
  Attempt& attempt = *attempt_;
  AttemptRecord& record = attempt.record;
  if (!result.status) {
    record.failure = FailureClass::kStore;
    record.failed_in = Phase::kAppend;
    record.error = result.status.error().message;
  } else if (attempt.error) {
    record.error = attempt.error->message;
  }
  record.samples = attempt.counts.total;
  ScrapeOutcome outcome;
  outcome.error = record.error;
  outcome.health = result.status && !attempt.error ? Health::kUp : Health::kDown;
  record.warning = warning_text(attempt.counts, result);
  outcome.warning = record.warning;
  outcome.timestamp_ns = attempt.timestamp_ns;
  outcome.duration_seconds = attempt.duration_seconds;
  board_.attempts().add(record);
  board_.set_outcome(std::move(outcome));
}

}  // namespace narthex::scrape
