// Durations as configurations, labels and the API write them: 1h30m, 15s, 0.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace narthex {

// A span of time in nanoseconds.
struct Duration {
  int64_t ns = 0;

  static constexpr Duration milliseconds(int64_t n) { return {n * 1'000'000}; }
  static constexpr Duration seconds(int64_t n) { return {n * 1'000'000'000}; }
  static constexpr Duration minutes(int64_t n) { return seconds(n * 60); }
  constexpr int64_t ms() const { return ns / 1'000'000; }
  double to_seconds() const { return static_cast<double>(ns) / 1e9; }
  // 0 → "0s"; y and w only where they divide the rest exactly: 90d → "90d", 7d → "1w", 90s → "1m30s".
  std::string str() const;

  friend auto operator<=>(const Duration&, const Duration&) = default;
};

// Reads y w d h m s ms, each at most once and in this order, or "0". Errors (scrape spec, section 1.2):
//   empty duration string
//   not a valid duration string: "5m1h"
//   unknown unit "." in duration "1.5s"
//   duration out of range
Result<Duration> parse_duration(std::string_view text);

}  // namespace narthex
