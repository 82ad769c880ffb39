// The reactor's inside: for those in net/ who put sockets on its loop.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "net/detail/timer_heap.h"
#include "net/reactor.h"

// Asio's coroutine frames come from aligned_alloc and go back through its own operator delete; GCC 12 inlines one of
// them and takes the pair for a mismatch.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

namespace narthex::net {

class Resolver;

// A rule for all coroutines here, because of GCC 12.2: co_await stands in a statement of its own (`const auto x =
// co_await f(y);`), with named arguments where they are of class type. Seen otherwise: temporaries destroyed twice
// (braced arguments,
// ?:), the right side of || evaluated although the left was true, and (in conditions of `if`) a frame that begins with
// a stray variable where the resume pointer belongs.
//
// Coroutines of net/ know their executor's type: no type erasure per operation.
using Executor = boost::asio::io_context::executor_type;
template <class T>
using Task = boost::asio::awaitable<T, Executor>;
inline constexpr boost::asio::use_awaitable_t<Executor> use_task{};

struct Reactor::Impl {
  explicit Impl(std::string name);
  ~Impl();

  void post(std::function<void()> task);
  void drain();
  void arm();

  // Tasks wait in a list of our own, so that a burst of posts costs one entry (and one wake-up) of the loop.
  std::mutex mutex;
  std::vector<std::function<void()>> posted;  // guarded by mutex
  bool stopped = false;                       // guarded by mutex

  // Only used by the reactor's thread.
  boost::asio::io_context io{1};
  std::vector<std::function<void()>> running;
  TimerHeap timers;
  boost::asio::steady_timer alarm{io};
  int64_t armed_for = TimerHeap::kNever;
  // Made by the first look-up of a name; shared by all clients of this reactor.
  std::shared_ptr<Resolver> resolver;

  std::thread thread;
};

}  // namespace narthex::net
