// What stands for the encoded labels of a series: a hash of 128 bits under the process's secret. That two label sets
// share one is less likely than that the memory lies, and nobody who does not know the secret can make it happen: that
// is why a key is taken for its labels, without another look at them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace narthex::remote {

struct SeriesKey {
  uint64_t low;
  uint64_t high;
  friend bool operator==(const SeriesKey&, const SeriesKey&) = default;
};

// One per process, from a random seed. Immutable, so thread-safe.
class KeySecret {
 public:
  explicit KeySecret(uint64_t seed);
  SeriesKey operator()(const void* data, size_t size) const;

 private:
  std::array<char, 192> secret_{};  // what XXH3 wants
};

}  // namespace narthex::remote
