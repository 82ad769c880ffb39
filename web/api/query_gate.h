// How many queries run at once: --query.max-concurrency.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>

#include "base/result.h"

namespace narthex::web {

// Thread-safe.
class QueryGate {
 public:
  explicit QueryGate(int capacity) : free_(capacity > 0 ? capacity : 1) {}

  // A place at the gate. Leaves when destroyed.
  class Pass {
   public:
    explicit Pass(QueryGate* gate) : gate_(gate) {}
    Pass(Pass&& other) noexcept : gate_(other.gate_) { other.gate_ = nullptr; }
    Pass& operator=(Pass&&) = delete;
    ~Pass() {
      if (gate_ != nullptr) gate_->leave();
    }

   private:
    QueryGate* gate_;
  };

  // Waits for a place. `query timed out in query queue`, `query was canceled in query queue`.
  Result<Pass> enter(int64_t timeout_ms, const std::function<bool()>& canceled);

 private:
  void leave();

  std::mutex mutex_;
  std::condition_variable changed_;
  int free_;  // guarded by mutex_
};

}  // namespace narthex::web
