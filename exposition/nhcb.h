// From a classic histogram, which is a family of cumulative counts, to one native histogram with custom buckets (schema
// -53). Source: exposition spec, sections 5 and 6.
//
//   NhcbBuilder builder;                                   // one for many histograms: reset() keeps its memory
//   builder.add_bucket(0.5, 3);                            // cumulative, as exposed
//   builder.add_bucket(HUGE_VAL, 5);
//   builder.set_count(5);
//   builder.set_sum(2.25);
//   Result<Histogram> histogram = builder.build();         // bounds [0.5], counts [3 2]
#pragma once

#include <optional>
#include <vector>

#include "base/result.h"
#include "model/histogram.h"

namespace narthex::exposition {

// Collects the series of one histogram, in any order. A missing +Inf bucket is added, with the count; a missing count
// is that of the highest bucket. Of two buckets with one bound the first counts. Not thread-safe.
class NhcbBuilder {
 public:
  // What does not fit is remembered, and is build()'s error: only the first.
  void add_bucket(double upper_bound, double cumulative_count);
  void set_count(double count);
  void set_sum(double sum) { sum_ = sum; }

  // Whether anything was added since reset().
  bool empty() const { return buckets_.empty() && !count_ && !sum_ && !error_; }
  // Forgets the histogram.
  void reset();

  // The histogram, compact; of floats if any count is no integer. Errors are of Code::kInvalid:
  //   count is not cumulative: 1 < 2
  //   count mismatch: count=3 != le=+Inf count=2
  //   bucket count must be non-negative: le=1, count=-1
  //   count must be non-negative: count=-1
  //   custom buckets: histogram custom bounds must not be NaN
  // Bounds are not checked further: check_histogram() does.
  Result<Histogram> build() const;
  // The same into a histogram whose memory is used again; after an error it is of no use.
  Result<> build(Histogram& out) const;

 private:
  struct Bucket {
    double upper_bound;
    double count;
  };

  Result<> check_total(const Bucket& last, double total) const;
  bool all_integers(double total) const;

  std::vector<Bucket> buckets_;  // ascending, counts too
  std::optional<double> count_;
  std::optional<double> sum_;
  std::optional<Error> error_;
};

}  // namespace narthex::exposition
