#include "scrape/loop/scrape_pass.h"

namespace narthex::scrape {

ScrapePass::ScrapePass(const PassSetup& setup, std::string_view body)
    : setup_(setup),
      honor_timestamps_(setup.job.honor_timestamps),
      sample_limit_(setup.job.limits.samples > 0 ? setup.job.limits.samples : UINT64_MAX),
      matcher_(setup.lines, body) {}

bool ScrapePass::step(size_t budget) {
  if (auto wrong = matcher_.match(*this, budget)) {
    error_ = invalid(std::move(wrong->message));
    return false;
  }
  if (error_) return false;
  if (!matcher_.done()) return true;
  if (over_sample_limit_) error_ = Error{Code::kLimit, "sample limit exceeded"};
  return false;
}

Verdict ScrapePass::stop(Error error) {
  error_ = std::move(error);
  return Verdict::stop();
}

Verdict ScrapePass::on_unknown(const exposition::SeriesLine& line, exposition::MetricType type) {
  ++counts_.total;
  if (auto wrong = exposition::parse_series(line.key, type, exposed_)) return stop(invalid(std::move(wrong->message)));
  auto labels = setup_.rules.final_labels(setup_.target, exposed_);
  if (!labels) {
    over_label_limit_ = labels.error().code == Code::kLimit;
    return stop(labels.error());
  }
  if (labels->empty()) return Verdict::dropped();
  ++counts_.post_relabel;
  if (limit_reached()) return Verdict::refused();
  auto slot = setup_.appender.resolve(setup_.scratch, *labels);
  if (!slot && slot.error().code != Code::kLimit) return stop(slot.error());
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
