// Numbers that look random and come again from the same seed, on every machine.
#pragma once

#include <cstdint>

namespace narthex::bench {

// SplitMix64: one multiplication chain per number, and any seed will do. Not thread-safe.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}

  uint64_t next() {
    uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  // From [0, n); n is far below 2^32, so that nobody sees the bias.
  int64_t below(int64_t n) { return static_cast<int64_t>(((next() >> 32) * static_cast<uint64_t>(n)) >> 32); }
  // From [0, 1), with all 53 bits of a mantissa.
  double unit() { return static_cast<double>(next() >> 11) * 0x1p-53; }
  bool chance(int percent) { return below(100) < percent; }

 private:
  uint64_t state_;
};

// A seed for part `part` of what has the seed `seed`.
inline uint64_t derived_seed(uint64_t seed, uint64_t part) {
  return Random(seed ^ (part * 0xd1342543de82ef95 + 1)).next();
}

}  // namespace narthex::bench
