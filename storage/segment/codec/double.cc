// True doubles: numbers of 64 bits like others, once their order is that of integers. A scale takes the low bits that
// all have as 0 (values that once were floats of 32 bits), the base and patches what few have in common above.
#include <bit>
#include <cmath>

#include "storage/segment/codec/values.h"

namespace narthex::storage::codec {

uint64_t ordered_bits(uint64_t bits) { return bits >> 63 == 0 ? bits : bits ^ (UINT64_MAX >> 1); }

Parts split_doubles(std::span<const double> values) {
  Parts parts;
  parts.codec = ValueCodec::kDouble;
  parts.numbers.reserve(values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    const auto bits = std::bit_cast<uint64_t>(values[i]);
    if (std::isfinite(values[i])) {
      parts.numbers.push_back(ordered_bits(bits));
    } else {
      parts.exceptions.push_back({i, bits});
    }
  }
  return parts;
}

}  // namespace narthex::storage::codec
