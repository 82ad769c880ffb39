// What the kernel says about this process, for the process_* metrics.
#pragma once

#include <cstdint>

namespace narthex::server {

struct ProcessStats {
  double cpu_seconds = 0;
  double start_time_seconds = 0;  // since 1970
  uint64_t resident_bytes = 0;
  uint64_t virtual_bytes = 0;
  uint64_t open_fds = 0;
  uint64_t max_fds = 0;
  uint64_t threads = 0;
};

// Reads /proc/self. Thread-safe. What cannot be read stays 0.
ProcessStats read_process_stats();

}  // namespace narthex::server
