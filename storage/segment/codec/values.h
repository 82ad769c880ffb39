// The value codecs: what each appends behind the byte that names it, and how it is read.
//
//   values     = codec:u8 [ exceptions ] body         codec: its number + ( exceptions follow ? 4 : 0 ) + 8 × exponent
//   constant   = bits:u64 | integer:s                 the latter if the 4 is set; no exceptions
//   integer    = integers                             exponent 0
//   decimal    = integers                             value = number / 10^exponent
//   double     = integers                             the bits; of negative numbers all but the sign turned over
//   exceptions = count:v { gap × 2 + ( other ? 1 : 0 ):v [ bits:u64 ] }
//
// Exceptions are left out of the integers. gap: how many values are between the one before, or the beginning, and this
// one; its bits follow if they are other than those of the one before, or a stale marker's for the first.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "storage/head/bytes.h"
#include "storage/segment/column_codec.h"

namespace narthex::storage::codec {

// Those with which every power of ten is exact.
inline constexpr unsigned kMaxExponent = 22;
inline constexpr unsigned kNoExponent = kMaxExponent + 1;

// A value that its codec cannot say.
struct Exception {
  size_t at;
  uint64_t bits;
};

// A column as integers, and what is no integer.
struct Parts {
  ValueCodec codec = ValueCodec::kInteger;
  unsigned exponent = 0;
  std::vector<uint64_t> numbers;
  std::vector<Exception> exceptions;
};

// Whether a value is number / 10^exponent bit for bit.
bool to_decimal(double value, unsigned exponent, int64_t& number);
double from_decimal(int64_t number, unsigned exponent);
// Divides numbers by 10^exponent.
void divide(std::span<double> numbers, unsigned exponent);

// The exponent which makes integers of most values; kNoExponent: they are true doubles.
unsigned choose_exponent(std::span<const double> values);
Parts split_decimals(std::span<const double> values, unsigned exponent);
// Doubles as integers in the order of the doubles.
Parts split_doubles(std::span<const double> values);
uint64_t ordered_bits(uint64_t bits);

void append_constant(std::string& out, double value);
void append_exceptions(std::string& out, std::span<const Exception> exceptions);
bool read_exceptions(ByteReader& in, size_t count, std::vector<Exception>& exceptions);

}  // namespace narthex::storage::codec
