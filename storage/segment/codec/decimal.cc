// Integers and decimals: the same but for the exponent.
#include <array>
#include <bit>
#include <cmath>

#include "storage/segment/codec/values.h"

namespace narthex::storage::codec {
namespace {

constexpr double kPowers[kMaxExponent + 1] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                              1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
// Up to here adding a half rounds.
constexpr double kRounds = 4503599627370496;  // 2^52
// An integer value may have more bits than a double's mantissa, as long as the lowest are 0.
constexpr double kIntegers = 4611686018427387904;  // 2^62

bool same(double a, double b) { return std::bit_cast<uint64_t>(a) == std::bit_cast<uint64_t>(b); }

// The least exponent, beginning with `from`; kMaxExponent + 1: there is none.
unsigned least_exponent(double value, unsigned from) {
  int64_t number = 0;
  unsigned e = from;
  while (e <= kMaxExponent && !to_decimal(value, e, number)) {
    if (std::fabs(value) * kPowers[e] > kRounds) return kMaxExponent + 1;
    ++e;
  }
  return e;
}

}  // namespace

bool to_decimal(double value, unsigned exponent, int64_t& number) {
  if (exponent == 0) {
    if (!(std::fabs(value) <= kIntegers)) return false;
    number = static_cast<int64_t>(value);
    return same(static_cast<double>(number), value);
  }
  const double scaled = value * kPowers[exponent];
  if (!(std::fabs(scaled) <= kRounds)) return false;
  // A wrong digit cannot slip through, because the way back is checked.
  number = static_cast<int64_t>(scaled + (scaled < 0 ? -0.5 : 0.5));
  return same(from_decimal(number, exponent), value);
}

double from_decimal(int64_t number, unsigned exponent) { return static_cast<double>(number) / kPowers[exponent]; }

unsigned choose_exponent(std::span<const double> values) {
  constexpr size_t kSamples = 64;
  // What a value costs, in bits: one that is an exception, and each digit of one that is not.
  constexpr size_t kExceptionBits = 72;
  const size_t stride = (values.size() + kSamples - 1) / kSamples;
  std::array<size_t, kMaxExponent + 2> needs{};
  size_t finite = 0;
  for (size_t i = 0; i < values.size(); i += stride) {
    if (!std::isfinite(values[i]) || same(values[i], -0.0)) continue;
    ++needs[least_exponent(values[i], 0)], ++finite;
  }
  unsigned best = 0;
  size_t least = SIZE_MAX;
  size_t above = finite;
  for (unsigned e = 0; e <= kMaxExponent; ++e) {
    above -= needs[e];
    const size_t bits = above * kExceptionBits + (finite - above) * e * 10 / 3;
    if (bits < least) least = bits, best = e;
  }
  return best;
}

Parts split_decimals(std::span<const double> values, unsigned exponent) {
  Parts parts;
  parts.codec = exponent == 0 ? ValueCodec::kInteger : ValueCodec::kDecimal;
  parts.exponent = exponent;
  parts.numbers.reserve(values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    int64_t number = 0;
    if (to_decimal(values[i], exponent, number)) {
      parts.numbers.push_back(static_cast<uint64_t>(number));
    } else {
      parts.exceptions.push_back({i, std::bit_cast<uint64_t>(values[i])});
    }
  }
  return parts;
}

}  // namespace narthex::storage::codec
