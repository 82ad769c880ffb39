// What the killed writer writes, so that whoever reads afterwards knows every bit of it: values follow from
// (target, step, series).
#pragma once

#include <bit>
#include <cstdint>
#include <string>

#include "storage/store.h"

namespace narthex::storage {

constexpr uint32_t kTargets = 6;
constexpr uint32_t kSeries = 150;
constexpr int64_t kStart = 1'700'000'000'000;
constexpr int64_t kInterval = 1000;
constexpr int64_t kLag = 45'000;
constexpr int64_t kRetention = 720'000;

// Windows are sealed every 60 steps, merged every 240, and gone 720 later.
inline Options crash_options(const std::string& folder) {
  Options out;
  out.path = folder;
  out.window_ms = 60'000;
  out.overlap_ms = 10'000;
  out.key_frame_ms = 15'000;
  out.merge_windows = 4;
  out.max_past_ms = 300'000;
  out.limits.retention_ms = kRetention;
  out.sync_interval_ms = 20;
  return out;
}

inline Timestamp time_of(uint32_t step) { return kStart + int64_t{step} * kInterval; }

inline uint64_t mix(uint64_t x) {
  x ^= x >> 33, x *= 0xff51afd7ed558ccdull, x ^= x >> 33, x *= 0xc4ceb9fe1a85ec53ull;
  return x ^ x >> 33;
}

// Constant series, counters and any bits at all.
inline uint64_t bits_of(uint32_t target, uint32_t step, uint32_t series) {
  if (series % 3 == 0) return std::bit_cast<uint64_t>(static_cast<double>(series));
  if (series % 3 == 1) return std::bit_cast<uint64_t>(static_cast<double>(step) * 7 + series);
  return mix(uint64_t{target} << 40 ^ uint64_t{step} << 10 ^ series);
}

// Every fifth series is a native histogram, now and then with another layout.
inline bool is_histogram(uint32_t series) { return series % 5 == 4; }
inline Histogram histogram_of(uint32_t target, uint32_t step, uint32_t series) {
  Histogram h;
  h.schema = 3;
  h.count = mix(uint64_t{step} << 20 ^ series);
  h.sum = std::bit_cast<double>(bits_of(target, step, series));
  h.positive.spans = {{static_cast<int32_t>(step / 7), 1 + step / 11 % 3}};
  for (uint32_t i = 0; i < h.positive.spans[0].length; ++i) h.positive.integers.push_back(step * i);
  return h;
}

// Some carry timestamps of their own, so old that their window is closed most of the time.
inline int64_t lag_of(uint32_t series) { return series % 50 == 7 ? kLag : 0; }

inline Timestamp start_of(uint32_t step, uint32_t series) { return series % 4 == 0 ? kStart + step / 13 : 0; }
inline Exemplar exemplar_of(uint32_t target, uint32_t step) {
  return {Labels{{"step", std::to_string(step)}}, static_cast<double>(target), time_of(step)};
}

// Lines come and go, and every 30 steps some are never seen again: definitions go on.
inline bool exposed(uint32_t step, uint32_t series) { return series % 10 != 9 || step / 5 % 2 == 0; }
inline std::string metric_of(uint32_t step, uint32_t series) {
  return "m" + std::to_string(series) + (series % 25 == 3 ? "_" + std::to_string(step / 30) : "");
}

inline Labels target_labels(uint32_t target) { return Labels{{"instance", std::to_string(target)}, {"job", "crash"}}; }
inline Labels series_labels(uint32_t target, uint32_t step, uint32_t series) {
  return Labels{{"__name__", metric_of(step, series)}, {"instance", std::to_string(target)}, {"job", "crash"}};
}

}  // namespace narthex::storage
