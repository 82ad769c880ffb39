#include "scrape/schedule.h"

#include <algorithm>

namespace narthex::scrape {

int64_t first_scrape_delay(uint64_t hash, uint64_t seed, int64_t interval, int64_t wall_now) {
  const auto length = static_cast<uint64_t>(interval);
  const uint64_t to_next_interval = length - static_cast<uint64_t>(wall_now) % length;
  const uint64_t phase = (hash ^ seed) % length;
  uint64_t delay = to_next_interval + phase;
  if (delay > length) delay -= length;
  return static_cast<int64_t>(delay);
}

int64_t Schedule::fire(int64_t wall_now, int64_t steady_now) {
  if (!ticks_started_) {
    ticks_started_ = true;
    aligned_ = wall_now;
    first_steady_ = steady_now;
  }
  if (!options_.align) return wall_now;
  if (wall_now - aligned_ >= options_.interval) {
    aligned_ += (wall_now - aligned_) / options_.interval * options_.interval;
  }
  const int64_t tolerance = std::min(options_.interval / 100, options_.tolerance);
  return wall_now - aligned_ <= tolerance ? aligned_ : wall_now;
}

int64_t Schedule::next_delay(int64_t steady_now) {
  const int64_t passed = (steady_now - first_steady_) / options_.interval;
  if (passed > tick_) {
    tick_ = passed;
    return 0;
  }
  ++tick_;
  return first_steady_ + tick_ * options_.interval - steady_now;
}

}  // namespace narthex::scrape
