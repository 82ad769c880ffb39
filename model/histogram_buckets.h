// The buckets of native histograms by index: walking, writing, compacting, halving their resolution, and a dump of it
// all. Source: exposition spec, sections 5 and 5.1.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "model/histogram.h"

namespace narthex {

// The number of buckets that the spans name.
uint64_t span_length(std::span<const BucketSpan> spans);

// Calls visit(int64_t index, size_t i) for the first `count` buckets that the spans name, in written order: `i` counts
// from 0 and is the bucket's place in Buckets::integers or Buckets::floats.
template <class Visit>
void for_each_bucket(std::span<const BucketSpan> spans, size_t count, Visit visit) {
  int64_t index = 0;
  size_t i = 0;
  for (const BucketSpan& span : spans) {
    index += span.offset;
    for (uint32_t k = 0; k < span.length && i < count; ++k) visit(index++, i++);
    if (i == count) return;
  }
}

// Writes one side bucket by bucket; empty buckets are left out, so that its spans are as few and as short as can be.
// Keeps the memory of `out`, which must outlive it. Not thread-safe.
class BucketWriter {
 public:
  explicit BucketWriter(Buckets& out);

  // Indices ascend; the same index again adds to the bucket just written. Indices that descend, as invalid spans have
  // them, become negative offsets again, for check_histogram() to refuse. Call the one that fits the histogram.
  void add(int64_t index, int64_t count);
  void add(int64_t index, double count);

 private:
  // True: a new bucket, whose count is to be appended.
  bool step_to(int64_t index);

  Buckets& out_;
  int64_t next_ = 0;  // the index behind the last bucket written
};

// The number of buckets that are not empty.
size_t populated_buckets(const Histogram& histogram);

// Takes empty buckets out of both sides, and spans that name none.
void compact(Histogram& histogram);

// Merges neighbouring buckets until the schema is `target`: index i becomes ((i - 1) >> k) + 1 when k steps down. Each
// bucket of the coarser schema consists of whole buckets of the finer one, so nothing is estimated. The result is
// compact. False, and nothing changes: the buckets are not exponential, or `target` is none of the schemas below.
bool reduce_resolution(Histogram& histogram, int32_t target);

// All there is to a histogram, for tests and for logs. Spans are separate, each with the index of its first bucket;
// what is zero or empty is left out, and NaNs have their bits.
//
//   {schema:0 count:7 sum:3.5 zero_threshold:0.001 zero_count:1 positive:-1[1 2],5[3]}
//   {float schema:-53 count:1.5 sum:NaN(7ff8000000000001) positive:0[1.5] custom:[0.5 1] hint:gauge}
std::string dump(const Histogram& histogram);

}  // namespace narthex
