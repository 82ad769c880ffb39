// What of the store may change while it runs: the configuration file's section storage.tsdb, over the flags.
#pragma once

#include <cstddef>
#include <cstdint>

namespace narthex::storage {

struct Limits {
  int64_t retention_ms = 15LL * 86'400'000;  // samples this much older than the newest one go; 0: no limit
  int64_t retention_bytes = 0;               // of all files; the oldest segments go first; 0: no limit
  double retention_percent = 0;              // of the file system's size; wins over retention_bytes; 0: no limit
  // A sample older than its series' newest one is accepted if it is at most this much older than the newest one of
  // all series; 0: never.
  int64_t out_of_order_window_ms = 0;
  friend bool operator==(const Limits&, const Limits&) = default;
};

// What is older than this may go, as far as the retention time decides it.
inline int64_t oldest_kept(const Limits& limits, int64_t newest) {
  return limits.retention_ms > 0 ? newest - limits.retention_ms : INT64_MIN;
}

}  // namespace narthex::storage
