// The buckets of a native histogram with their bounds. Source: exposition spec, end of section 5.1; HTTP API spec,
// section 1.4.
#pragma once

#include <vector>

#include "model/histogram.h"

namespace narthex {

struct Bucket {
  double lower = 0;
  double upper = 0;
  bool lower_inclusive = false;
  bool upper_inclusive = false;
  double count = 0;
};

// Upper bound of the bucket with this index on the positive side of an exponential schema: 2^(index * 2^-schema). The
// last one below infinity is the largest double. Bounds have the reference's bits, which are not always the nearest.
double exponential_bound(int64_t index, int32_t schema);

// Replaces `out` by the buckets that have counts, ascending: negative ones, the zero bucket, positive ones. Those that
// reach into the zero bucket end where it begins.
void list_buckets(const Histogram& histogram, std::vector<Bucket>& out);

}  // namespace narthex
