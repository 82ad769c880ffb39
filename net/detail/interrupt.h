// Lets a deadline or a cancellation end whatever a call is waiting for. Belongs to one reactor's thread.
#pragma once

#include <functional>
#include <optional>
#include <utility>

#include "base/result.h"

namespace narthex::net {

class Interrupt {
 public:
  // The first reason counts.
  void raise(Error reason) {
    if (reason_) return;
    reason_ = std::move(reason);
    if (const auto stop = stop_) stop();
  }
  bool raised() const { return reason_.has_value(); }
  const std::optional<Error>& reason() const { return reason_; }

  // While it lives, raise() calls `stop`. They do not nest.
  class Scope {
   public:
    Scope(Interrupt& interrupt, std::function<void()> stop) : interrupt_(interrupt) {
      interrupt_.stop_ = std::move(stop);
    }
    ~Scope() { interrupt_.stop_ = nullptr; }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    Interrupt& interrupt_;
  };

 private:
  std::optional<Error> reason_;
  std::function<void()> stop_;
};

}  // namespace narthex::net
