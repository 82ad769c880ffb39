#include "scrape/native_limits.h"

#include <algorithm>
#include <cmath>

#include "model/histogram_buckets.h"

namespace narthex::scrape {

int32_t finest_schema(double min_bucket_factor) {
  if (!(min_bucket_factor > 1)) return kMaxExponentialSchema;
  const double schema = std::floor(-std::log2(std::log2(min_bucket_factor)));
  return static_cast<int32_t>(std::clamp<double>(schema, kMinExponentialSchema, kMaxExponentialSchema));
}

Result<> apply_native_limits(Histogram& histogram, uint64_t bucket_limit, int32_t finest) {
  while (bucket_limit > 0 && populated_buckets(histogram) > bucket_limit) {
    if (!reduce_resolution(histogram, histogram.schema - 1)) {
      return Error{Code::kLimit, "histogram bucket limit exceeded"};
    }
  }
  reduce_resolution(histogram, finest);
  return {};
}

}  // namespace narthex::scrape
