// Options of the store. Plain data.
#pragma once

#include <cstdint>
#include <string>

namespace narthex::storage {

struct Options {
  std::string path = "data";
  int64_t window_ms = 3'600'000;             // a window of the head
  int64_t overlap_ms = 300'000;              // of data time, after which a window closes
  int64_t retention_ms = 15LL * 86'400'000;  // --storage.tsdb.retention.time
  int64_t max_closed_bytes = 256LL << 20;  // closed windows beyond it are dropped whole, oldest first, with a log line
  int64_t sync_interval_ms = 1000;         // --storage.sync-interval; 0 = every batch
  int64_t key_frame_ms = 600'000;          // per target, in the log
  int64_t max_future_ms = 600'000;         // a sample further ahead of the wall clock is out of bounds
  int64_t max_past_ms = 3'600'000;         // as is one this much older than the newest timestamp ever accepted
  size_t max_exemplars = 100'000;          // kept in memory, of all series together; 0 = none
};

}  // namespace narthex::storage
