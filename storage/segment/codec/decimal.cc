// Integers and decimals: the same but for the exponent.
#include <algorithm>
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

// The least exponent; kMaxExponent + 1: there is none. One look with as many digits as a mantissa holds tells true
// doubles; then the zeros at the end say how many were too many.
unsigned least_exponent(double value) {
  int64_t number = 0;
  if (to_decimal(value, 0, number)) return 0;
  constexpr double kDigitsPerBit = 0.30103;
  constexpr int kBits = 51;
  const double digits = (kBits - std::ilogb(value)) * kDigitsPerBit;
  if (digits < 1) return kMaxExponent + 1;
  auto exponent = static_cast<unsigned>(std::min<double>(digits, kMaxExponent));
  if (!to_decimal(value, exponent, number)) return kMaxExponent + 1;
  for (; number % 10 == 0 && number != 0; number /= 10) --exponent;
  return exponent;
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

void divide(std::span<double> numbers, unsigned exponent) {
  const double power = kPowers[exponent];
  size_t i = 0;
  // Two at a time; as a plain loop it is not vectorized with -O2, and the divisions are half of decoding.
  for (; i + 8 <= numbers.size(); i += 8) {
    double* const eight = numbers.data() + i;
    for (size_t k = 0; k < 8; ++k) eight[k] /= power;
  }
  for (; i < numbers.size(); ++i) numbers[i] /= power;
}

unsigned choose_exponent(std::span<const double> values) {
  constexpr size_t kSamples = 32;
  // What a value costs, in bits: one that is an exception, and each digit of one that is not.
  constexpr size_t kExceptionBits = 72;
  // From here on true doubles are no longer.
  constexpr size_t kDoubleBits = 48;
  const size_t stride = (values.size() + kSamples - 1) / kSamples | 1;
  std::array<size_t, kMaxExponent + 2> needs{};
  size_t finite = 0;
  for (size_t i = 0; i < values.size(); i += stride) {
    if (!std::isfinite(values[i]) || same(values[i], -0.0)) continue;
    ++needs[least_exponent(values[i])], ++finite;
  }
  unsigned best = 0;
  size_t least = SIZE_MAX;
  size_t above = finite;
  for (unsigned e = 0; e <= kMaxExponent; ++e) {
    above -= needs[e];
    const size_t bits = above * kExceptionBits + (finite - above) * e * 10 / 3;
    if (bits < least) least = bits, best = e;
  }
  if (finite > 0 && least >= finite * kDoubleBits) return kNoExponent;
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
