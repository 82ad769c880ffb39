// The end of a sample line, behind the series: value, perhaps a timestamp, newline. Shared by the walkers and by the
// scrape side's line matcher, which finds the series without tokenizing it. Source: exposition spec, sections 2.1, 3
// and 4.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>

#include "model/sample.h"

namespace narthex::exposition {

struct SampleTail {
  double value = 0;  // NaNs are canonical
  std::optional<Timestamp> timestamp;
  const char* next = nullptr;  // where the next line begins; the end of the body if it ends without a newline
};

// Reads what stands from `p`, the first byte of the value, to the end of the line. False: something is wrong with it;
// the walker knows what.
bool read_tail_general(const char* p, const char* end, SampleTail& out);

// The same for OpenMetrics: one blank before the timestamp, which is a float of seconds, and a newline behind it. False
// also for a line with an exemplar: that is the walker's.
bool read_openmetrics_tail_general(const char* p, const char* end, SampleTail& out);

// Reads a value, which is not empty; a NaN becomes the canonical one. False: it is no float, or out of range.
bool read_float(const char* first, const char* last, double& value);

// A time of OpenMetrics, cut to milliseconds. Nothing for NaN and the infinite; times beyond 2^62 ms are taken for
// that, so that differences of times do not overflow.
std::optional<Timestamp> milliseconds_of(double seconds);

namespace swar {

static_assert(std::endian::native == std::endian::little, "the first character is taken to be the lowest byte");

// How many of the eight characters, from the first, are digits.
inline int leading_digits(uint64_t word) {
  const uint64_t offset = word ^ 0x3030303030303030;                                      // digits: 0..9
  const uint64_t others = ((offset & 0x7f7f7f7f7f7f7f7f) + 0x7676767676767676) | offset;  // bit 7 of the others
  return std::countr_zero(others & 0x8080808080808080) >> 3;
}

// The number that the first `count` (1 to 8) characters spell: leading zeros are put before it, then neighbours are
// added up, in three steps for all eight at once.
inline uint32_t parse_digits(uint64_t word, int count) {
  word = (word - 0x3030303030303030) << (8 * (8 - count));
  word = word * 10 + (word >> 8);
  word =
      ((word & 0x000000ff000000ff) * 0x000f424000000064 + ((word >> 16) & 0x000000ff000000ff) * 0x0000271000000001) >>
      32;
  return static_cast<uint32_t>(word);
}

}  // namespace swar

// What most lines have: at most seven digits and no timestamp. False for all others.
inline bool read_short_tail(const char* p, const char* end, SampleTail& out) {
  if (end - p < 8) return false;
  uint64_t word;
  std::memcpy(&word, p, sizeof word);
  const int digits = swar::leading_digits(word);
  if (digits == 0 || digits == 8 || p[digits] != '\n') return false;
  out.value = swar::parse_digits(word, digits);
  out.timestamp.reset();
  out.next = p + digits + 1;
  return true;
}

// As read_tail_general() and read_openmetrics_tail_general(), but quick for what most lines have.
inline bool read_tail(const char* p, const char* end, SampleTail& out) {
  return read_short_tail(p, end, out) || read_tail_general(p, end, out);
}

inline bool read_openmetrics_tail(const char* p, const char* end, SampleTail& out) {
  return read_short_tail(p, end, out) || read_openmetrics_tail_general(p, end, out);
}

}  // namespace narthex::exposition
