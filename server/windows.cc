#include "server/windows.h"

#include <algorithm>

namespace narthex::server {
namespace {

constexpr int64_t kMinute = 60'000;
constexpr int64_t kDay = 86'400'000;
// A merge reads all of them at once: of windows of an hour that is a day.
constexpr int64_t kMostWindows = 24;
constexpr int64_t kOverlapPart = 12;

}  // namespace

Result<WindowLengths> window_lengths(const FlagValues& flags) {
  const int64_t window = flags.duration("storage.tsdb.min-block-duration").ms();
  if (window < kMinute || window > kDay) {
    return invalid("--storage.tsdb.min-block-duration: must be from 1m to 1d, got " +
                   flags.text("storage.tsdb.min-block-duration"));
  }
  const int64_t merged = flags.duration("storage.tsdb.max-block-duration").ms();
  if (merged > 0 && merged < window) {
    return invalid("--storage.tsdb.max-block-duration: must not be less than --storage.tsdb.min-block-duration, got " +
                   flags.text("storage.tsdb.max-block-duration"));
  }
  const int64_t windows = merged == 0 ? kMostWindows : std::min(kMostWindows, merged / window);
  return WindowLengths{window, window / kOverlapPart, windows};
}

}  // namespace narthex::server
