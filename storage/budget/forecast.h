// How much more memory the columns of the open window will need: they begin empty and grow until it closes, and their
// series are never refused, so that the room must be there before others take it.
#pragma once

#include <cstdint>

#include "model/sample.h"

namespace narthex::storage {

// Not thread-safe.
class ColumnForecast {
 public:
  // Columns as they are: of `series` in all; of the newest window, of which `age_ms` of `window_ms` have passed; of
  // all windows in memory, which go when theirs are sealed. Bytes to come.
  struct State {
    uint64_t series = 0;
    uint64_t newest_bytes = 0;
    uint64_t all_bytes = 0;
    int64_t age_ms = 0;
    int64_t window_ms = 1;
  };
  uint64_t growth(const State& state);

 private:
  // Of a window at its end, as long as nothing better is known: four samples a minute, half of them unchanged.
  static constexpr double kUsual = 200;
  // Before that part of a window has passed, it says too little.
  static constexpr int64_t kTelling = 8;

  double bytes_per_series_ = kUsual;  // of a full window
};

inline uint64_t ColumnForecast::growth(const State& state) {
  if (state.series == 0) return 0;
  if (state.age_ms * kTelling >= state.window_ms) {
    const double whole = static_cast<double>(state.window_ms) / static_cast<double>(state.age_ms);
    bytes_per_series_ = static_cast<double>(state.newest_bytes) / static_cast<double>(state.series) * whole;
  }
  const double full = bytes_per_series_ * static_cast<double>(state.series);
  const auto there = static_cast<double>(state.all_bytes);
  return full > there ? static_cast<uint64_t>(full - there) : 0;
}

}  // namespace narthex::storage
