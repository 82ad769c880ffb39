// A block of residuals; its grammar is in integers.h.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string>

#include "storage/head/bytes.h"

namespace narthex::storage::codec {

// How a block's numbers are written, and how many bits that takes.
struct BlockPlan {
  uint64_t bits = 0;
  uint64_t base = 0;
  bool zigzag = false;
  bool unary = false;
  uint8_t width = 0;  // of what is packed
};

// The median of every n-th of some numbers, as signed ones; up to 32 of them.
template <class At>
uint64_t middle_of(size_t count, At at) {
  constexpr size_t kSome = 32;
  std::array<int64_t, kSome> some{};
  // Odd, because what has a rhythm mostly has an even one.
  const size_t stride = (count + kSome - 1) / kSome | 1;
  size_t taken = 0;
  for (size_t i = 0; i < count; i += stride) some[taken++] = static_cast<int64_t>(at(i));
  const auto middle = some.begin() + static_cast<ptrdiff_t>(taken / 2);
  std::nth_element(some.begin(), middle, some.begin() + static_cast<ptrdiff_t>(taken));
  return static_cast<uint64_t>(*middle);
}

// The shortest way that was found for 1 to 128 residuals.
BlockPlan plan_block(std::span<const uint64_t> residuals);
// Writes them so. `base` is that of the block before, and becomes this one's.
void append_block(std::string& out, const BlockPlan& plan, std::span<const uint64_t> residuals, uint64_t& base);
// Fills `residuals`. False: the bytes make no sense.
bool read_block(ByteReader& in, std::span<uint64_t> residuals, uint64_t& base);

}  // namespace narthex::storage::codec
