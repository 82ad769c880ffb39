// What an aggregation keeps per group and step. Source: PromQL spec, section 5.
#pragma once

#include <cmath>

#include "promql/eval/kahan.h"

namespace narthex::promql {

// Each has add(x), called at least once, and result(). The first value is taken as it is.
struct SumOf {
  Kahan sum;
  bool any = false;
  void add(double x) {
    if (any) return sum.add(x);
    any = true;
    sum.sum = x;
  }
  double result() const { return sum.total(); }
};

struct MeanOf {
  RunningMean mean;
  void add(double x) { mean.add(x); }
  double result() const { return mean.mean(); }
};

struct CountOf {
  double count = 0;
  void add(double) { count += 1; }
  double result() const { return count; }
};

struct GroupOf {
  void add(double) {}
  double result() const { return 1; }
};

// NaN gives way to any number.
struct MinOf {
  double least = std::nan("");
  void add(double x) {
    if (std::isnan(least) || least > x) least = x;
  }
  double result() const { return least; }
};

struct MaxOf {
  double most = std::nan("");
  void add(double x) {
    if (std::isnan(most) || most < x) most = x;
  }
  double result() const { return most; }
};

// Population variance after Welford. A first value that is not finite makes it NaN.
struct VarianceOf {
  double count = 0;
  double mean = 0;
  double squares = 0;
  void add(double x) {
    count += 1;
    if (count == 1) {
      mean = x;
      squares = std::isfinite(x) ? 0 : std::nan("");
      return;
    }
    const double delta = x - mean;
    mean += delta / count;
    squares += delta * (x - mean);
  }
  double result() const { return squares / count; }
};

struct DeviationOf : VarianceOf {
  double result() const { return std::sqrt(VarianceOf::result()); }
};

}  // namespace narthex::promql
