// Summation that keeps what rounding loses, after Kahan and Neumaier. Source: PromQL spec, section 5.
#pragma once

#include <cmath>

namespace narthex::promql {

struct Kahan {
  double sum = 0;
  double lost = 0;

  void add(double x) {
    const double total = sum + x;
    if (std::isinf(total)) {
      lost = 0;
    } else if (std::abs(sum) >= std::abs(x)) {
      lost += (sum - total) + x;
    } else {
      lost += (x - total) + sum;
    }
    sum = total;
  }
  double total() const { return sum + lost; }
};

// The mean of values added one by one: of their sum, until that overflows; from there on updated value by value.
struct RunningMean {
  Kahan sum;  // of the values; the mean itself once `incremental`
  double count = 0;
  bool incremental = false;

  void add(double x) {
    count += 1;
    if (count == 1) {
      sum.sum = x;
      return;
    }
    if (!incremental) {
      Kahan more = sum;
      more.add(x);
      if (!std::isinf(more.sum)) {
        sum = more;
        return;
      }
      incremental = true;
      sum.sum /= count - 1;
      sum.lost /= count - 1;
    }
    update_mean(x);
  }
  double mean() const { return incremental ? sum.total() : sum.sum / count + sum.lost / count; }

 private:
  void update_mean(double x) {
    if (std::isinf(sum.sum)) {
      // An infinite mean stays, unless the value is NaN or the opposite infinity.
      if (std::isinf(x) && (sum.sum > 0) == (x > 0)) return;
      if (std::isfinite(x)) return;
    }
    const double share = (count - 1) / count;
    Kahan mean{share * sum.sum, share * sum.lost};
    mean.add(x / count);
    sum = mean;
  }
};

}  // namespace narthex::promql
