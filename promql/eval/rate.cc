// rate, increase and delta: the change over a window, extrapolated to its bounds.
//
// Example (PromQL spec, section 6): samples (5 s, 1) (25 s, 4) (40 s, 9) in the window (0, 60 s].
//   sampled 35 s, on average 17.5 s apart, so a bound is near if closer than 19.25 s.
//   start: 5 s away, near; end: 20 s away, not near, so half an interval, 8.75 s, is added there.
//   delta    = 8 · (35 + 5 + 8.75) / 35 = 11.142857142857142
//   increase = 8 · (35 + 4.375 + 8.75) / 35 = 11: a counter cannot have been below zero, which it was 4.375 s before.
#include <algorithm>
#include <vector>

#include "promql/eval/window_function.h"

namespace narthex::promql {
namespace {

// A bound further away than this many average intervals is where the series began or ended.
constexpr double kNearIntervals = 1.1;

// Whole seconds plus the rest, as the reference adds them: for the last digit.
double range_seconds(int64_t ms) { return static_cast<double>(ms / 1000) + static_cast<double>(ms % 1000) / 1000; }

class Extrapolated final : public WindowFunction {
 public:
  Extrapolated(bool counter, bool per_second) : counter_(counter), per_second_(per_second) {}

  // Notes where the counter was reset, so that each window only adds up its own resets.
  void begin(const storage::Column& column) override {
    resets_.clear();
    next_reset_ = 0;
    if (!counter_) return;
    for (size_t i = 1; i < column.size(); ++i) {
      if (column.values[i] < column.values[i - 1]) resets_.push_back(i);
    }
  }

  bool evaluate(const Window& w, double& out) override {
    if (w.size() < 2) return false;
    const double first = w.value(w.first);
    double change = w.value(w.last - 1) - first;
    while (next_reset_ < resets_.size() && resets_[next_reset_] <= w.first) ++next_reset_;
    for (size_t r = next_reset_; r < resets_.size() && resets_[r] < w.last; ++r) change += w.value(resets_[r] - 1);
    out = change * factor(w, first, change);
    return true;
  }

 private:
  double factor(const Window& w, double first, double change) const {
    const auto seconds = [](int64_t ms) { return static_cast<double>(ms) / 1000; };
    const double sampled = seconds(w.time(w.last - 1) - w.time(w.first));
    const double average = sampled / static_cast<double>(w.size() - 1);
    const double near = average * kNearIntervals;
    double to_start = seconds(w.time(w.first) - w.start);
    double to_end = seconds(w.end - w.time(w.last - 1));
    if (to_start >= near) to_start = average / 2;
    if (counter_) {
      double to_zero = to_start;
      if (change > 0 && first >= 0) to_zero = sampled * (first / change);
      to_start = std::min(to_start, to_zero);
    }
    if (to_end >= near) to_end = average / 2;
    const double factor = (sampled + to_start + to_end) / sampled;
    return per_second_ ? factor / range_seconds(w.end - w.start) : factor;
  }

  bool counter_;
  bool per_second_;
  std::vector<size_t> resets_;
  size_t next_reset_ = 0;  // of the current series: the first one that may lie in the window
};

}  // namespace

std::unique_ptr<WindowFunction> make_extrapolated(bool counter, bool per_second) {
  return std::make_unique<Extrapolated>(counter, per_second);
}

}  // namespace narthex::promql
