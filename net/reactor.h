// A thread with an event loop: timers and sockets. Asio lives behind it.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/clock.h"

namespace narthex::net {

class TimerState;

// A pending timer. Destroying or cancelling it on its reactor's thread guarantees that its function is not called.
class Timer {
 public:
  Timer() = default;
  explicit Timer(std::shared_ptr<TimerState> state) : state_(std::move(state)) {}
  Timer(Timer&&) = default;
  Timer& operator=(Timer&& other) noexcept;
  ~Timer();
  void cancel();

 private:
  std::shared_ptr<TimerState> state_;
};

// post() is thread-safe; everything else belongs to the reactor's own thread.
class Reactor {
 public:
  // Starts the thread; `name` is what `top -H` shows (15 bytes at most).
  explicit Reactor(std::string name);
  // Stops, then joins. Functions still queued are destroyed, not run.
  ~Reactor();
  Reactor(const Reactor&) = delete;
  Reactor& operator=(const Reactor&) = delete;

  // Runs `task` soon on the reactor's thread, in order of posting.
  void post(std::function<void()> task);
  // Runs `task` once, `delay_ns` from now (immediately when not positive). Reactor thread only.
  Timer after(int64_t delay_ns, std::function<void()> task);
  bool on_own_thread() const;
  // Lets the loop end; post() afterwards is ignored. Thread-safe, idempotent; does not wait.
  void stop();

  struct Impl;
  Impl& impl() { return *impl_; }  // for net/ itself

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace narthex::net
