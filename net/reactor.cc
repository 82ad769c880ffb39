#include "net/reactor.h"

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <utility>

#include "net/detail/reactor_impl.h"
#include "net/detail/thread.h"

namespace narthex::net {
namespace asio = boost::asio;

Timer& Timer::operator=(Timer&& other) noexcept {
  if (this != &other) {
    cancel();
    state_ = std::move(other.state_);
  }
  return *this;
}

Timer::~Timer() { cancel(); }

void Timer::cancel() {
  // Moved out first: what the task owned may own this timer.
  if (const auto state = std::move(state_)) state->cancel();
}

Reactor::Impl::Impl(std::string name)
    : thread([this, name = std::move(name)] {
        prepare_thread(name);
        const auto stay = asio::make_work_guard(io);
        io.run();
      }) {}

Reactor::Impl::~Impl() {
  std::vector<std::function<void()>> unrun;
  {
    const std::lock_guard lock(mutex);
    stopped = true;
  }
  io.stop();
  if (thread.joinable()) thread.join();
  timers.clear();
  // What they own may belong to the loop, so they go before it.
  const std::lock_guard lock(mutex);
  unrun.swap(posted);
}

void Reactor::Impl::post(std::function<void()> task) {
  bool first;
  {
    const std::lock_guard lock(mutex);
    if (stopped) return;
    first = posted.empty();
    posted.push_back(std::move(task));
  }
  if (first) asio::post(io, [this] { drain(); });
}

void Reactor::Impl::drain() {
  {
    const std::lock_guard lock(mutex);
    running.swap(posted);
  }
  for (auto& task : running) {
    if (io.stopped()) break;
    // Destroyed as soon as it ran, not with the batch: what it owns may be waited for.
    auto once = std::exchange(task, nullptr);
    once();
  }
  running.clear();
}

void Reactor::Impl::arm() {
  const int64_t due = timers.next_due();
  if (due >= armed_for) return;
  armed_for = due;
  alarm.expires_at(asio::steady_timer::time_point(std::chrono::nanoseconds(due)));
  alarm.async_wait([this](const boost::system::error_code& error) {
    if (error) return;  // replaced by an earlier one
    armed_for = TimerHeap::kNever;
    timers.run_due(system_clock().steady_ns());
    arm();
  });
}

Reactor::Reactor(std::string name) : impl_(std::make_unique<Impl>(std::move(name))) {}

Reactor::~Reactor() = default;

void Reactor::post(std::function<void()> task) { impl_->post(std::move(task)); }

Timer Reactor::after(int64_t delay_ns, std::function<void()> task) {
  constexpr int64_t kYear = 365LL * 24 * 3600 * 1'000'000'000;  // beyond it, sums would leave int64_t
  const int64_t due = system_clock().steady_ns() + std::clamp<int64_t>(delay_ns, 0, kYear);
  Timer timer(impl_->timers.add(due, std::move(task)));
  impl_->arm();
  return timer;
}

bool Reactor::on_own_thread() const { return std::this_thread::get_id() == impl_->thread.get_id(); }

void Reactor::stop() {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->stopped = true;
  }
  impl_->io.stop();
}

}  // namespace narthex::net
