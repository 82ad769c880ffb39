// Native histograms: a whole distribution as one sample. Source: exposition spec, sections 5 and 5.1.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "model/labels.h"
#include "model/sample.h"

namespace narthex {

// Schemas -4 to 8 have exponential buckets: index i of schema s ends at 2^(i * 2^-s). Schema -53 has custom bounds.
inline constexpr int32_t kMinExponentialSchema = -4;
inline constexpr int32_t kMaxExponentialSchema = 8;
inline constexpr int32_t kCustomBucketsSchema = -53;

// A run of buckets with consecutive indices. The first span of a side begins at index `offset`, each other one `offset`
// indices behind the end of the span before it.
struct BucketSpan {
  int32_t offset = 0;
  uint32_t length = 0;
  friend bool operator==(const BucketSpan&, const BucketSpan&) = default;
};

// What a sample says of a counter reset between the one before and itself.
enum class CounterResetHint : uint8_t { kUnknown, kReset, kNotReset, kGauge };

// One side's buckets. Counts are absolute (not deltas, not cumulative), one for each index that the spans name: in
// `integers`, or for a float histogram in `floats`; the other one is empty.
struct Buckets {
  std::vector<BucketSpan> spans;
  std::vector<int64_t> integers;
  std::vector<double> floats;
};

// A plain value: whether it makes sense is for check_histogram() to say.
struct Histogram {
  bool is_float = false;
  CounterResetHint reset_hint = CounterResetHint::kUnknown;
  int32_t schema = 0;
  double zero_threshold = 0;
  double sum = 0;
  // An integer histogram uses the first two, a float histogram the other two.
  uint64_t count = 0;
  uint64_t zero_count = 0;
  double count_float = 0;
  double zero_count_float = 0;
  Buckets positive;
  Buckets negative;
  std::vector<double> custom_bounds;  // upper bounds, ascending, without +Inf; schema -53 only

  bool has_custom_buckets() const { return schema == kCustomBucketsSchema; }
};

// Equal bit for bit, doubles included: NaN payloads and the sign of zero count.
bool same_bits(const Histogram& a, const Histogram& b);

// What it takes in memory, without what allocators add.
size_t bytes_of(const Histogram& histogram);

// A histogram sample of a series. `start`: since when it counts, in ms; 0: unknown.
struct HistogramSample {
  Timestamp timestamp = 0;
  std::shared_ptr<const Histogram> histogram;  // immutable, shared; never null
  Timestamp start = 0;
};

// An example of what a sample counted.
struct Exemplar {
  Labels labels;
  double value = 0;
  Timestamp timestamp = 0;
  friend bool operator==(const Exemplar&, const Exemplar&) = default;
};

// Equal bit for bit, as histograms.
bool same_bits(const Exemplar& a, const Exemplar& b);

}  // namespace narthex
