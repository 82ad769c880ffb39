// Ascending numbers: the values of a label.
//
//   numbers = { number:v }     less the one before
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "storage/head/bytes.h"

namespace narthex::storage {

inline void append_ascending(std::string& out, const std::vector<uint32_t>& numbers) {
  uint32_t last = 0;
  for (const uint32_t n : numbers) {
    put_varint(out, n - last);
    last = n;
  }
}

// A number, and whether it is above `last`, if there is one before it. Then it becomes `last`.
inline bool read_ascending(ByteReader& in, bool is_first, uint32_t& last) {
  const uint32_t step = in.varint32();
  if (!in.ok() || (!is_first && step == 0) || step > UINT32_MAX - last) return false;
  last += step;
  return true;
}

// A page as it lies in memory. Immutable once parsed; thread-safe.
struct NumberPage {
  std::vector<uint32_t> numbers;

  bool parse(std::string raw) {
    uint32_t last = 0;
    for (ByteReader in(raw); !in.at_end(); numbers.push_back(last)) {
      if (!read_ascending(in, numbers.empty(), last)) return false;
    }
    numbers.shrink_to_fit();
    return true;
  }
  size_t bytes() const { return sizeof(*this) + numbers.capacity() * sizeof(uint32_t); }
};

}  // namespace narthex::storage
