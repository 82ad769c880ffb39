// The limits that hold now.
#pragma once

#include <mutex>

#include "storage/limits.h"

namespace narthex::storage {

// Thread-safe. Whoever decides several things by them takes one copy for all.
class LiveLimits {
 public:
  explicit LiveLimits(const Limits& limits) : limits_(limits) {}

  Limits get() const {
    std::lock_guard lock(mutex_);
    return limits_;
  }
  void set(const Limits& limits) {
    std::lock_guard lock(mutex_);
    limits_ = limits;
  }

 private:
  mutable std::mutex mutex_;
  Limits limits_;
};

}  // namespace narthex::storage
