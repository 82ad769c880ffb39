// Which segments are to go.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "storage/blocks.h"
#include "storage/limits.h"

namespace narthex::storage {

struct Expired {
  uint64_t id;
  bool by_time;  // it is too old; else all files together are too large
};

// What the limits are measured against.
struct Used {
  Timestamp newest;            // data time
  uint64_t disk_bytes;         // log and segments
  uint64_t file_system_bytes;  // its size; 0: unknown
};

// Those whose newest sample is too old; then the oldest while all files together are too large. Damaged ones stay: what
// is in them may be repaired. Ascending by time of their newest sample.
std::vector<Expired> find_expired(std::vector<BlockInfo> blocks, const Limits& limits, const Used& used);

}  // namespace narthex::storage
