// How few bytes columns of numbers can take: what the size of a store's files is judged by.
#pragma once

#include <cstdint>
#include <span>

namespace narthex::bench {

// Bits of a column, at least as an order-0 coder of the best stream of it needs them.
//
// Streams: where every value times a power of ten (10^0 to 10^9) is an integer that gives the value back, the integers,
// their differences, and the differences of those; else the bit patterns, and each XOR the one before. What a stream
// takes is the least of
//   - its order-0 entropy, and every distinct symbol once in full (without that, a column of distinct values would be
//     said to take log2(n) bits each, whatever they are);
//   - the entropy of the symbols' bit lengths, and all bits below the first one as they are;
//   - of bit patterns: the entropy of sign and exponent, and 52 bits.
// `plain` leaves the symbols out of the first: the textbook number, which no coder reaches.
struct ColumnBits {
  double total = 0;
  double plain = 0;
  bool full_mantissa = false;  // bit patterns were used: no decimals
};
ColumnBits column_bits(std::span<const double> values);

// The same of timestamps or other integers.
ColumnBits column_bits(std::span<const int64_t> values);

}  // namespace narthex::bench
