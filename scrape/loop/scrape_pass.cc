#include "scrape/loop/scrape_pass.h"

namespace narthex::scrape {

ScrapePass::ScrapePass(const PassSetup& setup, std::string_view body)
    : setup_(setup),
      body_(body),
      honor_timestamps_(setup.job.honor_timestamps),
      sample_limit_(setup.job.limits.samples > 0 ? setup.job.limits.samples : UINT64_MAX),
      matcher_(setup.lines, body) {}

bool ScrapePass::step(size_t budget) {
  if (auto wrong = matcher_.match(*this, budget)) {
    failure_ = PassFailure{invalid(std::move(wrong->message)), FailureClass::kParse, wrong->offset};
    return false;
  }
  if (failure_) return false;
  if (!matcher_.done()) return true;
  if (over_sample_limit_) {
    failure_ = PassFailure{Error{Code::kLimit, "sample limit exceeded"}, FailureClass::kSampleLimit, std::nullopt};
  }
  return false;
}

Verdict ScrapePass::stop(FailureClass failure, Error error, const exposition::SeriesLine& line) {
  const bool inside = line.key.data() >= body_.data() && line.key.data() < body_.data() + body_.size();
  failure_ = PassFailure{std::move(error), failure, std::nullopt};
  if (inside) failure_->offset = static_cast<size_t>(line.key.data() - body_.data());
  return Verdict::stop();
}

Verdict ScrapePass::on_unknown(const exposition::SeriesLine& line, exposition::MetricType type) {
  ++counts_.total;
  if (auto wrong = exposition::parse_series(line.key, type, exposed_)) {
    return stop(FailureClass::kParse, invalid(std::move(wrong->message)), line);
  }
  auto labels = setup_.rules.final_labels(setup_.target, exposed_);
  if (!labels) {
    const bool limit = labels.error().code == Code::kLimit;
    return stop(limit ? FailureClass::kLabelLimit : FailureClass::kInvalidSample, labels.error(), line);
  }
  if (labels->empty()) return Verdict::dropped();
  ++counts_.post_relabel;
  if (limit_reached()) return Verdict::refused();
  auto slot = setup_.appender.resolve(setup_.scratch, *labels);
  if (!slot && slot.error().code != Code::kLimit) return stop(FailureClass::kStore, slot.error(), line);
  if (!slot) {
    if (counts_.refused++ == 0) counts_.refusal = slot.error().message;
    return Verdict::refused();
  }
  if (line.timestamp && honor_timestamps_) {
    append_at(*slot, *line.timestamp, line.value);
  } else {
    append_now(*slot, line.value);
  }
  return Verdict::stored(*slot);
}

Seen ScrapePass::seen() const {
  Seen seen;
  seen.tracked.assign(setup_.scratch.seen());
  seen.all = seen.tracked;
  seen.all.add(timed_);
  if (setup_.job.track_timestamps_staleness) seen.tracked.add(timed_);
  return seen;
}

}  // namespace narthex::scrape
