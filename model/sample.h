// Samples and the special values among them.
#pragma once

#include <bit>
#include <cstdint>

namespace narthex {

// Milliseconds since 1970-01-01 UTC; may be negative.
using Timestamp = int64_t;

struct Sample {
  Timestamp timestamp;
  double value;
};

// A series that ended is marked with this NaN. Comparison is by bits, never by value (scrape spec, section 9).
inline constexpr uint64_t kStaleBits = 0x7ff0000000000002;
// What every other NaN of a text format is stored as.
inline constexpr uint64_t kNanBits = 0x7ff8000000000001;

inline const double kStaleMarker = std::bit_cast<double>(kStaleBits);
inline const double kNormalNan = std::bit_cast<double>(kNanBits);

inline bool is_stale_marker(double value) { return std::bit_cast<uint64_t>(value) == kStaleBits; }

}  // namespace narthex
