#include "promql/eval/context.h"

#include <algorithm>

namespace narthex::promql {

Error too_many_samples() {
  return Error{Code::kLimit, "query processing would load too many samples into memory in query execution"};
}

size_t weight_of(const storage::Column& column) {
  size_t sum = column.size();
  // PromQL spec, section 3: a sample is 16 bytes.
  for (const HistogramSample& h : column.histograms) sum += (bytes_of(*h.histogram) + 8) / 16;
  return sum;
}

Result<> SampleBudget::hold(size_t samples) {
  const int64_t more = static_cast<int64_t>(samples);
  if (more > limit_ - held_) return too_many_samples();
  held_ += more;
  peak_ = std::max(peak_, held_);
  return {};
}

Result<> Held::resize(size_t samples) {
  budget_.release(samples_);
  samples_ = 0;
  if (auto held = budget_.hold(samples); !held) return held;
  samples_ = samples;
  return {};
}

QueryContext::QueryContext(const storage::View& view, std::string_view text, const Features& features,
                           std::vector<Scan> scans, Limits limits, const Clock& clock)
    : view_(view),
      text_(text),
      features_(features),
      scans_(std::move(scans)),
      sets_(scans_.size()),
      limits_(std::move(limits)),
      clock_(clock),
      budget_(limits_.max_samples) {}

Result<> QueryContext::poll() const {
  if (limits_.canceled && limits_.canceled()) {
    return Error{Code::kCanceled, "query was canceled in expression evaluation"};
  }
  if (clock_.steady_ns() > limits_.deadline_ns) {
    return Error{Code::kTimeout, "query timed out in expression evaluation"};
  }
  return {};
}

Result<std::shared_ptr<const storage::SeriesSet>> QueryContext::series(size_t scan) {
  if (sets_[scan]) return sets_[scan];
  const Scan& wanted = scans_[scan];
  auto set = view_.select(wanted.matchers, wanted.from, wanted.to);
  if (!set) return prefixed("expanding series: ", set.error());
  sets_[scan] = *set;
  return set;
}

void QueryContext::annotate(std::vector<std::string>& list, std::string text, size_t position) {
  text += " (" + position_text(text_, position) + ")";
  if (known_.insert(text).second) list.push_back(std::move(text));
}

void QueryContext::warn(std::string_view text, size_t position) {
  annotate(warnings_, "PromQL warning: " + std::string(text), position);
}

void QueryContext::inform(std::string_view text, size_t position) {
  annotate(infos_, "PromQL info: " + std::string(text), position);
}

}  // namespace narthex::promql
