#include "web/api/query_gate.h"

#include <algorithm>

namespace narthex::web {

// How often a waiting query looks whether its client is still there.
constexpr std::chrono::milliseconds kPoll{100};

Result<QueryGate::Pass> QueryGate::enter(int64_t timeout_ms, const std::function<bool()>& canceled) {
  using Clock = std::chrono::steady_clock;
  const auto deadline = Clock::now() + std::chrono::milliseconds(timeout_ms);
  std::unique_lock lock(mutex_);
  while (free_ == 0) {
    if (canceled && canceled()) return Error{Code::kCanceled, "query was canceled in query queue"};
    if (Clock::now() >= deadline) return Error{Code::kTimeout, "query timed out in query queue"};
    changed_.wait_until(lock, std::min(deadline, Clock::now() + kPoll));
  }
  --free_;
  return Pass(this);
}

void QueryGate::leave() {
  {
    std::lock_guard lock(mutex_);
    ++free_;
  }
  changed_.notify_one();
}

}  // namespace narthex::web
