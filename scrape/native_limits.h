// What a job allows its native histograms: how many buckets, and how fine. Source: scrape spec, section 7.4.
#pragma once

#include "base/result.h"
#include "model/histogram.h"

namespace narthex::scrape {

// The finest schema in which a bucket's upper bound is at least `min_bucket_factor` times its lower one: 1.1 is schema
// 2, 2 is 0, 4 is -1. From kMinExponentialSchema to kMaxExponentialSchema; a factor of 1 and below, as the default 0,
// asks for nothing.
int32_t finest_schema(double min_bucket_factor);

// Halves the resolution of `histogram` until at most `bucket_limit` of its buckets (0: any number) are populated, then
// until its schema is at most `finest`. Buckets are as check_histogram() wants them, or are refused by it later.
// Error: Code::kLimit, "histogram bucket limit exceeded": there is no coarser schema. The scrape fails then.
Result<> apply_native_limits(Histogram& histogram, uint64_t bucket_limit, int32_t finest);

}  // namespace narthex::scrape
