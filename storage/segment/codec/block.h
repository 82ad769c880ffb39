// A block of residuals; its grammar is in integers.h.
#pragma once

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

// The shortest way that was found for 1 to 128 residuals.
BlockPlan plan_block(std::span<const uint64_t> residuals);
// Writes them so. `base` is that of the block before, and becomes this one's.
void append_block(std::string& out, const BlockPlan& plan, std::span<const uint64_t> residuals, uint64_t& base);
// Fills `residuals`. False: the bytes make no sense.
bool read_block(ByteReader& in, std::span<uint64_t> residuals, uint64_t& base);

}  // namespace narthex::storage::codec
