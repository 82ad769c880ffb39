// Functions over windows. Source: PromQL spec, section 7.
#include <array>
#include <cmath>

#include "promql/eval/accumulators.h"
#include "promql/eval/catalogue.h"

namespace narthex::promql {
namespace {

using Simple = bool (*)(const Window&, double&);

class SimpleFunction final : public WindowFunction {
 public:
  explicit SimpleFunction(Simple function) : evaluate_(function) {}
  bool evaluate(const Window& window, double& out) override { return evaluate_(window, out); }

 private:
  Simple evaluate_;
};

bool count(const Window& w, double& out) { return out = static_cast<double>(w.size()), true; }
bool present(const Window&, double& out) { return out = 1, true; }
bool first(const Window& w, double& out) { return out = w.value(w.first), true; }
bool last(const Window& w, double& out) { return out = w.value(w.last - 1), true; }

template <class Accumulator>
bool accumulate(const Window& w, double& out) {
  Accumulator all;
  for (size_t i = w.first; i < w.last; ++i) all.add(w.value(i));
  out = all.result();
  return true;
}

// From zero on, other than the aggregation, which begins with its first value.
struct SumFromZero {
  Kahan sum;
  void add(double x) { sum.add(x); }
  double result() const { return sum.total(); }
};

// Welford's variance with compensated sums.
struct CompensatedVariance {
  double count = 0;
  Kahan mean;
  Kahan squares;
  void add(double x) {
    count += 1;
    const double delta = x - mean.total();
    mean.add(delta / count);
    squares.add(delta * (x - mean.total()));
  }
  double result() const { return squares.total() / count; }
};
struct CompensatedDeviation : CompensatedVariance {
  double result() const { return std::sqrt(CompensatedVariance::result()); }
};

// From NaN to NaN is no change.
bool changes(const Window& w, double& out) {
  out = 0;
  for (size_t i = w.first + 1; i < w.last; ++i) {
    const double a = w.value(i - 1);
    const double b = w.value(i);
    if (a != b && !(std::isnan(a) && std::isnan(b))) out += 1;
  }
  return true;
}

bool resets(const Window& w, double& out) {
  out = 0;
  for (size_t i = w.first + 1; i < w.last; ++i) out += w.value(i) < w.value(i - 1) ? 1 : 0;
  return true;
}

// The last two samples; a counter that fell was reset to zero between them.
bool last_two(const Window& w, bool rate, double& out) {
  if (w.size() < 2) return false;
  const double previous = w.value(w.last - 2);
  const double latest = w.value(w.last - 1);
  const int64_t interval = w.time(w.last - 1) - w.time(w.last - 2);
  if (interval == 0) return false;
  out = rate && latest < previous ? latest : latest - previous;
  if (rate) out /= static_cast<double>(interval) / 1000;
  return true;
}
bool idelta(const Window& w, double& out) { return last_two(w, false, out); }
bool irate(const Window& w, double& out) { return last_two(w, true, out); }

struct Line {
  double slope;
  double intercept;
};

// Least squares, with x in seconds from `origin`. A constant series has slope 0 exactly.
Line fit_line(const Window& w, Timestamp origin) {
  Kahan x_sum;
  Kahan y_sum;
  Kahan xy_sum;
  Kahan xx_sum;
  bool constant = true;
  for (size_t i = w.first; i < w.last; ++i) {
    const double y = w.value(i);
    const double x = static_cast<double>(w.time(i) - origin) / 1e3;
    constant = constant && (i == w.first || y == w.value(w.first));
    x_sum.add(x);
    y_sum.add(y);
    xy_sum.add(x * y);
    xx_sum.add(x * x);
  }
  if (constant) {
    const double y = w.value(w.first);
    return std::isinf(y) ? Line{kNormalNan, kNormalNan} : Line{0, y};
  }
  const double n = static_cast<double>(w.size());
  const double x = x_sum.total();
  const double y = y_sum.total();
  const double slope = (xy_sum.total() - x * y / n) / (xx_sum.total() - x * x / n);
  return {slope, y / n - slope * x / n};
}

bool deriv(const Window& w, double& out) {
  if (w.size() < 2) return false;
  out = fit_line(w, w.time(w.first)).slope;
  return true;
}

bool predict_linear(const Window& w, double& out) {
  if (w.size() < 2) return false;
  const Line line = fit_line(w, w.now);
  out = line.slope * w.parameters[0] + line.intercept;
  return true;
}

double seconds(Timestamp t) { return static_cast<double>(t) / 1000; }
bool time_of_first(const Window& w, double& out) { return out = seconds(w.time(w.first)), true; }
bool time_of_last(const Window& w, double& out) { return out = seconds(w.time(w.last - 1)), true; }

// Of equal extremes the last one.
template <bool kGreatest>
bool time_of_extreme(const Window& w, double& out) {
  size_t best = w.first;
  for (size_t i = w.first; i < w.last; ++i) {
    const double x = w.value(i);
    const double current = w.value(best);
    if (std::isnan(current) || (kGreatest ? x >= current : x <= current)) best = i;
  }
  out = seconds(w.time(best));
  return true;
}

struct Named {
  std::string_view name;
  Simple function;
};
constexpr std::array kSimple = std::to_array<Named>({
    {"avg_over_time", accumulate<MeanOf>},
    {"changes", changes},
    {"count_over_time", count},
    {"deriv", deriv},
    {"first_over_time", first},
    {"idelta", idelta},
    {"irate", irate},
    {"last_over_time", last},
    {"max_over_time", accumulate<MaxOf>},
    {"min_over_time", accumulate<MinOf>},
    {"predict_linear", predict_linear},
    {"present_over_time", present},
    {"resets", resets},
    {"stddev_over_time", accumulate<CompensatedDeviation>},
    {"stdvar_over_time", accumulate<CompensatedVariance>},
    {"sum_over_time", accumulate<SumFromZero>},
    {"ts_of_first_over_time", time_of_first},
    {"ts_of_last_over_time", time_of_last},
    {"ts_of_max_over_time", time_of_extreme<true>},
    {"ts_of_min_over_time", time_of_extreme<false>},
});

}  // namespace

std::unique_ptr<WindowFunction> make_window_function(std::string_view function) {
  if (function == "rate") return make_extrapolated(true, true);
  if (function == "increase") return make_extrapolated(true, false);
  if (function == "delta") return make_extrapolated(false, false);
  for (const auto& [name, evaluate] : kSimple) {
    if (name == function) return std::make_unique<SimpleFunction>(evaluate);
  }
  return nullptr;
}

}  // namespace narthex::promql
