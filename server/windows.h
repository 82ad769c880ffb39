// How samples are cut into windows and these into segments: what Prometheus's flags for the length of blocks mean here.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "server/flags.h"

namespace narthex::server {

struct WindowLengths {
  int64_t window_ms;
  int64_t overlap_ms;     // after its end, until it closes: a twelfth
  int64_t merge_windows;  // that become one segment; 1: none are merged
};

// --storage.tsdb.min-block-duration is a window, --storage.tsdb.max-block-duration what windows are merged to. Error: a
// length that cannot be.
Result<WindowLengths> window_lengths(const FlagValues& flags);

}  // namespace narthex::server
