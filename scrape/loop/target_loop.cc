#include "scrape/loop/target_loop.h"

#include "exposition/content_type.h"
#include "scrape/loop/request_failure.h"
#include "scrape/request.h"

namespace narthex::scrape {
namespace {

// After so many bytes of parsing, other targets of the reactor get their turn.
constexpr size_t kBytesPerTurn = 1 << 20;

}  // namespace

TargetLoop::TargetLoop(Shard& shard, std::shared_ptr<JobRuntime> job, Target target, uint64_t seed)
    : shard_(shard),
      public_labels_(std::move(target.public_labels)),
      url_(std::move(target.url)),
      unix_socket_(std::move(target.unix_socket)),
      interval_(target.interval),
      timeout_(target.timeout),
      interval_text_(std::move(target.interval_text)),
      timeout_text_(std::move(target.timeout_text)),
      histograms_(target.histograms),
      hash_(target.hash),
      seed_(seed),
      pending_job_(std::move(job)),
      schedule_({target.interval.ns, shard.world().tolerance_ns, shard.world().align}),
      series_(public_labels_, shard.world().store.open_target(public_labels_)),
      lines_(shard.world().line_secret) {}

void TargetLoop::start() {
  shard_.post([self = shared_from_this()] { self->begin(); });
}

void TargetLoop::reconfigure(std::shared_ptr<JobRuntime> job) {
  shard_.post([self = shared_from_this(), job = std::move(job)]() mutable { self->pending_job_ = std::move(job); });
}

void TargetLoop::end(bool with_markers) {
  shard_.post([self = shared_from_this(), with_markers] {
    self->end_with_markers_ = with_markers;
    if (self->state_ == State::kEnded) return;
    if (self->state_ == State::kMarking) {
      if (!with_markers && !self->attempt_) self->ended();
      return;
    }
    self->state_ = State::kEnding;
    if (!self->attempt_) self->begin_end();
  });
}

TargetStatus TargetLoop::status() const {
  const ScrapeOutcome outcome = board_.outcome();
  TargetStatus status;
  status.labels = public_labels_;
  status.url = url_;
  status.health = outcome.health;
  status.last_error = outcome.error;
  status.last_warning = outcome.warning;
  status.last_scrape_ns = outcome.timestamp_ns;
  status.last_duration_seconds = outcome.duration_seconds;
  status.interval = interval_text_;
  status.timeout = timeout_text_;
  return status;
}

void TargetLoop::release() {
  timer_.cancel();
  attempt_ = nullptr;
  job_ = nullptr;
  pending_job_ = nullptr;
}

void TargetLoop::wait(int64_t delay_ns, Step next) {
  if (shard_.stopping()) return;
  timer_ = shard_.reactor().after(delay_ns / world().clock_rate, [this, next] { (this->*next)(); });
}

void TargetLoop::plan_tick() {
  const int64_t now = world().clock.steady_ns();
  next_tick_steady_ = now + schedule_.next_delay(now);
}

void TargetLoop::wait_for_tick(Step next) { wait(next_tick_steady_ - world().clock.steady_ns(), next); }

void TargetLoop::begin() {
  if (shard_.stopping()) return;
  shard_.add(shared_from_this());
  const int64_t delay = first_scrape_delay(hash_, seed_, interval_.ns, world().clock.now_ns());
  next_tick_steady_ = world().clock.steady_ns() + delay;
  wait(delay, &TargetLoop::tick);
}

void TargetLoop::apply_pending_job() {
  if (!pending_job_) return;
  auto next = shard_.job(std::exchange(pending_job_, nullptr));
  if (job_ && !keeps_series(options(), next->runtime->options())) {
    forget_lines();
    series_.forget_known();
  }
  job_ = std::move(next);
}

// The next scrape reads every line in full.
void TargetLoop::forget_lines() {
  lines_.clear();
  metadata_.clear();
  classics_ = nullptr;
}

void TargetLoop::tick() {
  apply_pending_job();
  shard_.begin_work();
  attempt_ = std::make_unique<Attempt>();
  attempt_->started_steady = world().clock.steady_ns();
  attempt_->record.start_ns = world().clock.now_ns();
  attempt_->record.late_ns = std::max<int64_t>(attempt_->started_steady - next_tick_steady_, 0);
  attempt_->timestamp_ns = schedule_.fire(attempt_->record.start_ns, attempt_->started_steady);
  metadata_.begin_scrape();
  if (auto remap = series_.take_remap()) {
    // What stands for a line of a converted histogram is no slot.
    histograms_.convert_classic ? forget_lines() : lines_.remap(*remap);
  }
  if (const uint64_t epoch = series_.appender().refusal_epoch(); std::exchange(refusal_epoch_, epoch) != epoch) {
    // The collected histograms of a conversion remember refusals too.
    histograms_.convert_classic ? forget_lines() : lines_.forget_refused();
  }
  if (auto error = job_->runtime->target_limit_error()) {
    return fail(FailureClass::kTargetLimit, std::nullopt, std::move(*error));
  }
  fetch();
}

void TargetLoop::fetch() {
  auto client = shard_.client(*job_);
  if (!client) return fail_request(FailureClass::kClient, std::nullopt, client.error());
  net::Request request = make_request(options(), url_, unix_socket_, timeout_);
  request.buffer = shard_.take_buffer();
  (*client)->send(std::move(request),
                  [self = shared_from_this()](net::Outcome outcome) { self->on_outcome(std::move(outcome)); });
}

void TargetLoop::on_outcome(net::Outcome outcome) {
  if (shard_.stopping()) return end_attempt();
  if (outcome) return on_response(*outcome);
  const net::Failure& failure = outcome.error();
  note_phases(failure.phases);
  attempt_->record.status = failure.status;
  if (failure.phase == net::FailedPhase::kBodyLimit) {
    attempt_->record.body_bytes = -1;
    Counters::add(world().counters.exceeded_body_size_limit);
  }
  const RequestFailure what = classify(failure);
  fail_request(what.failure, what.failed_in, failure.error);
}

void TargetLoop::on_response(net::Response& response) {
  Attempt& attempt = *attempt_;
  note_phases(response.phases);
  attempt.record.status = response.status;
  attempt.record.wire_bytes = response.wire_bytes;
  attempt.body = std::move(response.body);
  attempt.content_type = response.header("Content-Type");
  if (auto ok = check_status(response.status, response.reason); !ok) {
    return fail_request(FailureClass::kStatus, std::nullopt, ok.error());
  }
  attempt.record.body_bytes = static_cast<int64_t>(attempt.body.size());
  if (attempt.body.empty()) return succeed();
  auto format = exposition::choose_format(attempt.content_type, options().fallback_protocol);
  if (!format) {
    world().log.error("Failed to determine correct type of scrape target.", {{"scrape_pool", options().job_name},
                                                                             {"target", url_},
                                                                             {"content_type", attempt.content_type},
                                                                             {"err", format.error().message}});
    return fail(FailureClass::kContentType, std::nullopt, format.error());
  }
  attempt.has_lines = format->format != exposition::Format::kProtobuf;
  attempt.scratch = series_.begin(attempt.timestamp(), world().clock.now_ms());
  if (histograms_.convert_classic && !classics_) classics_ = std::make_unique<ClassicHistograms>();
  attempt.pass.emplace(PassSetup{options(), world().features, histograms_, public_labels_, job_->rules,
                                 series_.appender(), *attempt.scratch, lines_, metadata_, classics_.get()},
                       attempt.body, format->format);
  attempt.spent(Phase::kParse) = 0;
  read();
}

void TargetLoop::read() {
  if (shard_.stopping()) return end_attempt();
  const int64_t begun = world().clock.steady_ns();
  const bool more = attempt_->pass->step(kBytesPerTurn);
  attempt_->spent(Phase::kParse) += world().clock.steady_ns() - begun;
  if (!more) return on_read();
  shard_.post([self = shared_from_this()] { self->read(); });
}

void TargetLoop::on_read() {
  Attempt& attempt = *attempt_;
  attempt.counts = attempt.pass->counts();
  attempt.seen = attempt.pass->seen();
  attempt.added = series_.count_added(attempt.seen);
  if (const auto& failure = attempt.pass->failure()) {
    if (failure->failure == FailureClass::kLabelLimit) Counters::add(world().counters.exceeded_label_limits);
    if (failure->failure == FailureClass::kSampleLimit) Counters::add(world().counters.exceeded_sample_limit);
    if (failure->failure == FailureClass::kBucketLimit) Counters::add(world().counters.exceeded_bucket_limit);
    return fail(failure->failure, Phase::kParse, failure->error, failure->offset);
  }
  shard_.give_buffer(std::exchange(attempt.body, {}));
  succeed();
}

void TargetLoop::succeed() {
  if (!attempt_->scratch) attempt_->scratch = series_.begin(attempt_->timestamp(), world().clock.now_ms());
  commit(true);
}

// The request got no usable answer.
void TargetLoop::fail_request(FailureClass failure, std::optional<Phase> failed_in, Error error) {
  if (const FailureLog* log = job_->runtime->failure_log()) log->write(options().job_name, url_, error.message);
  fail(failure, failed_in, std::move(error));
}

void TargetLoop::fail(FailureClass failure, std::optional<Phase> failed_in, Error error, std::optional<size_t> offset) {
  world().log.debug("Scrape failed", {{"scrape_pool", options().job_name}, {"target", url_}, {"err", error.message}});
  attempt_->record.failure = failure;
  attempt_->record.failed_in = failed_in;
  attempt_->error = std::move(error);
  keep_body(offset);
  attempt_->pass.reset();
  if (attempt_->scratch) attempt_->seen.forget(attempt_->scratch->created_slots());
  attempt_->scratch = nullptr;  // what was read of the body leaves no trace
  attempt_->scratch = series_.begin(attempt_->timestamp(), world().clock.now_ms());
  commit(false);
}

void TargetLoop::commit(bool up) {
  Attempt& attempt = *attempt_;
  if (up) attempt.scratch->fail_if_too_old();
  series_.mark_missing(*attempt.scratch, attempt.seen.tracked);
  attempt.duration_seconds = static_cast<double>(world().clock.steady_ns() - attempt.started_steady) / 1e9;
  const auto values = report_values(make_report(up));
  const size_t count = options().extra_scrape_metrics ? kReports : kBasicReports;
  if (auto ok = series_.write_reports(*attempt.scratch, std::span(values).first(count)); !ok) {
    attempt.scratch = nullptr;
    return on_committed({.status = ok.error()});
  }
  hand_over();
}

void TargetLoop::hand_over() {
  attempt_->handed_over_steady = world().clock.steady_ns();
  attempt_->created = attempt_->scratch->created_slots();
  // The store may answer after the shard has stopped: then nobody listens any more.
  series_.appender().commit(std::move(attempt_->scratch),
                            [mailbox = shard_.mailbox(), loop = weak_from_this()](storage::CommitResult result) {
                              mailbox->post([loop, result = std::move(result)] {
                                if (auto self = loop.lock()) self->on_committed(result);
                              });
                            });
}

void TargetLoop::on_committed(const storage::CommitResult& result) {
  if (!attempt_) return;  // released meanwhile
  if (state_ == State::kMarking) return ended();
  const int64_t now = world().clock.steady_ns();
  if (result.too_old > 0 && !result.status) return on_too_old(result.status.error());
  if (attempt_->handed_over_steady != 0) attempt_->spent(Phase::kAppend) = now - attempt_->handed_over_steady;
  attempt_->record.duration_ns = now - attempt_->started_steady;
  remember(result);
  count(result);
  warn_of_refused(result);
  publish(result);
  end_attempt();
}

// Nothing of the scrape was stored. It failed, and says so in another commit.
void TargetLoop::on_too_old(const Error& error) {
  series_.commit_refused();
  attempt_->seen.forget(attempt_->created);
  fail(FailureClass::kInvalidSample, Phase::kAppend, error);
}

void TargetLoop::remember(const storage::CommitResult& result) {
  Attempt& attempt = *attempt_;
  if (!result.status) return series_.commit_refused();
  if (attempt.error) return series_.committed_failed(attempt.seen);
  if (!attempt.pass) return series_.committed_empty();
  series_.committed_good(std::move(attempt.seen));
  attempt.pass->commit();
  if (metadata_.commit(shard_.interner())) board_.set_metadata(metadata_.published());
  if (metadata_.is_mostly_gone() || (classics_ && classics_->is_mostly_gone(lines_.size()))) {
    attempt.pass.reset();
    forget_lines();
  }
}

void TargetLoop::end_attempt() {
  if (!attempt_->body.empty()) shard_.give_buffer(std::move(attempt_->body));
  attempt_ = nullptr;
  shard_.end_work();
  plan_tick();
  if (state_ == State::kEnding) return begin_end();
  wait_for_tick(&TargetLoop::tick);
}

}  // namespace narthex::scrape
