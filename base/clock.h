// Time as a parameter: whoever needs the time takes a Clock, so that tests can replay a day in a second.
#pragma once

#include <cstdint>

namespace narthex {

// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  // Wall clock: nanoseconds since 1970-01-01 UTC. May jump.
  virtual int64_t now_ns() const = 0;
  // Never goes back; only differences mean anything.
  virtual int64_t steady_ns() const = 0;

  int64_t now_ms() const { return now_ns() / 1'000'000; }
};

// The machine's own clock. Lives as long as the process.
const Clock& system_clock();

// A clock that moves only when told. Not thread-safe while it is moved.
class FakeClock final : public Clock {
 public:
  explicit FakeClock(int64_t now_ns) : now_(now_ns), steady_(1'000'000'000) {}
  int64_t now_ns() const override { return now_; }
  int64_t steady_ns() const override { return steady_; }
  void advance_ns(int64_t by) { now_ += by, steady_ += by; }
  // Moves the wall clock alone, as NTP or an administrator would.
  void set_wall_ns(int64_t now) { now_ = now; }

 private:
  int64_t now_;
  int64_t steady_;
};

}  // namespace narthex
