// Options of the store. Plain data.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "storage/limits.h"

namespace narthex::storage {

struct Options {
  std::string path = "data";
  int64_t window_ms = 3'600'000;        // of a new store; another one keeps its own, and says so unless this is 0
  Limits limits;                        // at the start; see Store::set_limits()
  int64_t overlap_ms = 300'000;         // of data time, after which a window closes
  int64_t sync_interval_ms = 1000;      // --storage.sync-interval; 0 = every batch
  int64_t key_frame_ms = 600'000;       // per target, in the log
  int64_t max_future_ms = 600'000;      // a sample further ahead of the wall clock is out of bounds
  int64_t max_past_ms = 3'600'000;      // as is one this much older than the newest timestamp ever accepted
  size_t max_exemplars = 100'000;       // kept in memory, of all series together; 0 = none
  int64_t memory_budget = 0;            // --storage.memory-budget, bytes of the process; 0 = off
  int64_t page_cache_bytes = 32 << 20;  // pages of segments kept in memory
  int64_t merge_windows = 24;           // so many windows are merged into one segment once all of them are closed
  std::function<uint64_t()> resident_bytes = {};  // tests: what the budget measures instead of the process
  // Tests: called at the named points of commit, seal, merge, retention and deletion, on the thread that is there.
  std::function<void(std::string_view point)> at_point = {};
};

}  // namespace narthex::storage
