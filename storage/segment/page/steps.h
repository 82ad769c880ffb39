// Differences of timestamps and of numbers, modulo 2^64: any two have one, and damaged bytes cannot overflow.
#pragma once

#include <cstdint>

namespace narthex::storage {

inline int64_t step_between(int64_t from, int64_t to) {
  return static_cast<int64_t>(static_cast<uint64_t>(to) - static_cast<uint64_t>(from));
}
inline int64_t after_step(int64_t from, int64_t step) {
  return static_cast<int64_t>(static_cast<uint64_t>(from) + static_cast<uint64_t>(step));
}

}  // namespace narthex::storage
