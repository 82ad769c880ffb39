#include "storage/seal/retention.h"

#include <algorithm>

namespace narthex::storage {
namespace {

// 0: no limit.
uint64_t byte_limit(const Limits& limits, const Used& used) {
  if (limits.retention_percent > 0 && used.file_system_bytes > 0) {
    return static_cast<uint64_t>(static_cast<double>(used.file_system_bytes) * limits.retention_percent / 100);
  }
  return static_cast<uint64_t>(std::max<int64_t>(0, limits.retention_bytes));
}

// As differences of any two timestamps fit into it.
bool is_older(Timestamp t, Timestamp newest, int64_t by) {
  return newest >= t && static_cast<uint64_t>(newest) - static_cast<uint64_t>(t) >= static_cast<uint64_t>(by);
}

}  // namespace

std::vector<Expired> find_expired(std::vector<BlockInfo> blocks, const Limits& limits, const Used& used) {
  std::erase_if(blocks, [](const BlockInfo& block) { return !block.damage.empty(); });
  std::stable_sort(blocks.begin(), blocks.end(),
                   [](const BlockInfo& a, const BlockInfo& b) { return a.footer.max_time < b.footer.max_time; });
  const uint64_t limit = byte_limit(limits, used);
  uint64_t bytes = used.disk_bytes;
  std::vector<Expired> expired;
  for (const BlockInfo& block : blocks) {
    const bool old = limits.retention_ms > 0 && is_older(block.footer.max_time, used.newest, limits.retention_ms);
    const bool large = limit > 0 && bytes > limit;
    if (!old && !large) break;
    expired.push_back({block.id, old});
    bytes -= std::min(bytes, block.bytes);
  }
  return expired;
}

}  // namespace narthex::storage
