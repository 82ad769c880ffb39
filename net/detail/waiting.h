// How a coroutine waits for something that comes by callback on the same thread, or for an interrupt.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "net/detail/interrupt.h"
#include "net/detail/reactor_impl.h"

namespace narthex::net {

// One value that is awaited. Not thread-safe; belongs to its reactor's thread.
template <class T>
class Awaited {
 public:
  explicit Awaited(Reactor& reactor) : state_(std::make_shared<State>(reactor.impl().io)) {}

  // Hands the value over, at once or later. May outlive this object: then nobody wants the value any more.
  std::function<void(T)> callback() const {
    return [state = state_](T value) {
      state->value.emplace(std::move(value));
      state->arrived.cancel();
    };
  }

  // nullopt: interrupted. Called once.
  Task<std::optional<T>> wait(Interrupt& interrupt) const {
    const std::shared_ptr<State> state = state_;
    const Interrupt::Scope scope(interrupt, [state] { state->arrived.cancel(); });
    if (!state->value && !interrupt.raised()) co_await state->arrived.async_wait(boost::asio::as_tuple(use_task));
    co_return std::move(state->value);
  }

 private:
  struct State {
    explicit State(boost::asio::io_context& io) : arrived(io, boost::asio::steady_timer::time_point::max()) {}
    boost::asio::steady_timer arrived;  // cancelled when there is a value, or nobody wants it any more
    std::optional<T> value;
  };
  std::shared_ptr<State> state_;
};

}  // namespace narthex::net
