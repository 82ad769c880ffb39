#include "model/histogram.h"

#include <algorithm>
#include <bit>

namespace narthex {
namespace {

bool same(double a, double b) { return std::bit_cast<uint64_t>(a) == std::bit_cast<uint64_t>(b); }

bool same(const std::vector<double>& a, const std::vector<double>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](double x, double y) { return same(x, y); });
}

bool same(const Buckets& a, const Buckets& b) {
  return a.spans == b.spans && a.integers == b.integers && same(a.floats, b.floats);
}

}  // namespace

size_t bytes_of(const Histogram& h) {
  const auto of = [](const auto& list) { return list.size() * sizeof(list[0]); };
  const auto of_side = [&](const Buckets& b) { return of(b.spans) + of(b.integers) + of(b.floats); };
  return sizeof(h) + of_side(h.positive) + of_side(h.negative) + of(h.custom_bounds);
}

bool same_bits(const Histogram& a, const Histogram& b) {
  return a.is_float == b.is_float && a.reset_hint == b.reset_hint && a.schema == b.schema &&
         same(a.zero_threshold, b.zero_threshold) && same(a.sum, b.sum) && a.count == b.count &&
         a.zero_count == b.zero_count && same(a.count_float, b.count_float) &&
         same(a.zero_count_float, b.zero_count_float) && same(a.positive, b.positive) && same(a.negative, b.negative) &&
         same(a.custom_bounds, b.custom_bounds);
}

bool same_bits(const Exemplar& a, const Exemplar& b) {
  return a.timestamp == b.timestamp && same(a.value, b.value) && a.labels == b.labels;
}

}  // namespace narthex
