#include "base/clock.h"

#include <chrono>

namespace narthex {
namespace {

template <class C>
int64_t ns_of() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(C::now().time_since_epoch()).count();
}

class SystemClock final : public Clock {
 public:
  int64_t now_ns() const override { return ns_of<std::chrono::system_clock>(); }
  int64_t steady_ns() const override { return ns_of<std::chrono::steady_clock>(); }
};

}  // namespace

const Clock& system_clock() {
  static const SystemClock clock;
  return clock;
}

}  // namespace narthex
