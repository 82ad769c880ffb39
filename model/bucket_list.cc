#include "model/bucket_list.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace narthex {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kLargest = std::numeric_limits<double>::max();
constexpr int64_t kFirstBeyond = 1024;  // 2^1024 is no double
constexpr int kMostShift = 30;          // beyond any schema; keeps products in 64 bits

// 2^(2^-s) for s = 1, 2, … as the reference calculated them once: the first one is not the nearest double.
constexpr std::array<double, kMaxExponentialSchema> kFactors = {
    1.414213562373095,  1.189207115002721,  1.0905077326652577, 1.0442737824274138,
    1.0218971486541166, 1.0108892860517005, 1.0054299011128027, 1.0027112750502025};

// Bounds from 1/2 to below 1, of the schemas 0 to 8 one after the other: every other one is a bound of the schema
// before, those between are the one before times the factor. Schema s begins at 2^s - 1.
constexpr auto kBounds = [] {
  std::array<double, (size_t{2} << kMaxExponentialSchema) - 1> bounds{};
  bounds[0] = 0.5;
  for (size_t s = 1; s <= kMaxExponentialSchema; ++s) {
    double* own = &bounds[(size_t{1} << s) - 1];
    const double* before = &bounds[(size_t{1} << (s - 1)) - 1];
    for (size_t i = 0; i < size_t{1} << s; ++i) own[i] = i % 2 == 0 ? before[i / 2] : own[i - 1] * kFactors[s - 1];
  }
  return bounds;
}();

double power_of_two(double fraction, int64_t exponent) {
  return std::ldexp(fraction, static_cast<int>(std::clamp<int64_t>(exponent, -5000, 5000)));
}

Bucket custom_bucket(const std::vector<double>& bounds, int64_t index) {
  const auto count = static_cast<int64_t>(bounds.size());
  const auto bound = [&](int64_t i) {
    return i < 0 ? -kInfinity : i >= count ? kInfinity : bounds[static_cast<size_t>(i)];
  };
  return {bound(index - 1), bound(index), index == 0, true, 0};
}

Bucket positive_bucket(const Histogram& h, int64_t index) {
  if (h.has_custom_buckets()) return custom_bucket(h.custom_bounds, index);
  return {exponential_bound(index - 1, h.schema), exponential_bound(index, h.schema), false, true, 0};
}

// Calls `visit(index, count)` for the buckets that are not empty.
template <class Visit>
void for_each_count(const Buckets& side, Visit&& visit) {
  const size_t given = std::max(side.integers.size(), side.floats.size());
  size_t place = 0;
  int64_t index = 0;
  for (const BucketSpan& span : side.spans) {
    index += span.offset;
    for (uint32_t i = 0; i < span.length && place < given; ++i, ++index, ++place) {
      const double count = side.floats.empty() ? static_cast<double>(side.integers[place]) : side.floats[place];
      if (count != 0) visit(index, count);
    }
  }
}

}  // namespace

double exponential_bound(int64_t index, int32_t schema) {
  if (schema <= 0) {
    const int shift = schema < -kMostShift ? kMostShift : -schema;
    const int64_t exponent = std::clamp<int64_t>(index, INT32_MIN, INT32_MAX) * (int64_t{1} << shift);
    return exponent == kFirstBeyond ? kLargest : power_of_two(1, exponent);
  }
  if (schema > kMaxExponentialSchema) return std::exp2(std::ldexp(static_cast<double>(index), -schema));
  const int64_t steps = int64_t{1} << schema;
  const int64_t step = index & (steps - 1);
  const int64_t exponent = (index >> schema) + 1;
  if (step == 0 && exponent == kFirstBeyond + 1) return kLargest;
  return power_of_two(kBounds[static_cast<size_t>(steps - 1 + step)], exponent);
}

void list_buckets(const Histogram& h, std::vector<Bucket>& out) {
  out.clear();
  for_each_count(h.negative, [&](int64_t index, double count) {
    const Bucket mirrored = positive_bucket(h, index);
    out.push_back({-mirrored.upper, -mirrored.lower, true, false, count});
    if (out.back().upper < 0 && out.back().upper > -h.zero_threshold) out.back().upper = -h.zero_threshold;
  });
  std::reverse(out.begin(), out.end());
  const double zeros = h.is_float ? h.zero_count_float : static_cast<double>(h.zero_count);
  if (zeros != 0) out.push_back({-h.zero_threshold, h.zero_threshold, true, true, zeros});
  for_each_count(h.positive, [&](int64_t index, double count) {
    Bucket bucket = positive_bucket(h, index);
    if (bucket.lower > 0 && bucket.lower < h.zero_threshold) bucket.lower = h.zero_threshold;
    bucket.count = count;
    out.push_back(bucket);
  });
}

}  // namespace narthex
