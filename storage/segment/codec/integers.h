// Numbers of 64 bits, coded as what they exceed a prediction by, 128 to a block, each block as short as it can be.
// All columns end up here: counts and decimals as they are, true doubles as their bits, times, buckets.
//
//   integers   = head before:s [ scale:v ] [ slope:s ] { block }      head: prediction + ( scale follows ? 4 : 0 )
//   block      = mode:u8 shift:v body [ patches ]                     128 numbers, the last one what is left
//   body       = packed numbers of w bits                             mode % 128 = w, up to 64
//              | packed numbers of k bits, then unary                 mode % 128 = 65 + k: low bits, then the rest
//   patches    = count:u8 mode:u8 places body                         if mode >= 128
//   places     = count × u8 | body of gaps                            the latter from 4 on
//
// Packed: little end first, the last byte padded with 0. Unary: for each number as many 0 bits and a 1. A patch stands
// for a number too large for the body, less the least that is: 2^w or 20 × 2^k. Gaps are unary, with as many low bits
// as follow from the counts of patches and numbers. A number n of the block means a residual: shift / 2 adds up, block
// by block, to the base; the residual is base + n if shift is even, base + unzigzag( n ) if odd. With steps of `scale`
// (1), x(-1) = `before` and all arithmetic modulo 2^64:
//
//   0 level    x(i) = before + scale × residual                       noise around a level
//   1 delta    x(i) = x(i-1) + scale × residual                       counters
//   2 delta 2  d(i) = d(i-1) + residual, x(i) = x(i-1) + scale × d(i), d(-1) = slope
//   3 line     x(i) = before + scale × ( slope × i + residual )       clocks, and noise around a trend
//
// shift / 2 is zigzag. v: varint; s: zigzag varint.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>

#include "storage/head/bytes.h"

namespace narthex::storage::codec {

inline constexpr size_t kBlock = 128;

enum class Prediction : uint8_t { kLevel, kDelta, kDeltaOfDelta, kLine };

// Appends one or more numbers.
void append_integers(std::string& out, std::span<const uint64_t> numbers);

// Reads them block by block.
class IntegerReader {
 public:
  // Of `count` numbers; `in` moves on with the blocks.
  IntegerReader(ByteReader& in, size_t count);

  // The next 128 numbers or what is left; empty: there are no more, or the bytes make no sense (`in` says so).
  std::span<const uint64_t> next();

 private:
  void integrate(size_t size);

  ByteReader& in_;
  size_t left_;
  Prediction prediction_ = Prediction::kLevel;
  uint64_t value_ = 0;  // the last one; with kLevel and kLine: that of the line
  uint64_t scale_ = 1;
  uint64_t slope_ = 0;  // with kDeltaOfDelta: the last delta
  uint64_t base_ = 0;
  std::array<uint64_t, kBlock> numbers_;
};

}  // namespace narthex::storage::codec
