// What people at a page should know now: that the configuration is not the one on disk, that the server starts or ends.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace narthex::web {

// The texts that clients know (HTTP API spec, section 6).
inline constexpr std::string_view kReloadFailed = "Configuration reload has failed.";
inline constexpr std::string_view kStarting = "Prometheus is starting and replaying the write-ahead log (WAL).";
inline constexpr std::string_view kStopping = "Prometheus is shutting down and gracefully stopping all operations.";

struct Notification {
  std::string text;
  int64_t since_ns = 0;  // 1970
  bool active = true;    // false: it has ended
};

// Thread-safe.
class Notifications {
 public:
  // What a subscriber has not taken. Ends the subscription when it is destroyed.
  class Subscription {
   public:
    // What came since the last call, in order.
    std::vector<Notification> take();

   private:
    friend class Notifications;
    void push(const Notification& notification);

    std::mutex mutex_;
    std::vector<Notification> pending_;  // guarded by mutex_
  };

  // `clock` must outlive it.
  Notifications(const Clock& clock, size_t max_subscribers) : clock_(clock), max_subscribers_(max_subscribers) {}

  // Begins one, unless it is there.
  void begin(std::string_view text);
  // Ends it, if it is there.
  void end(std::string_view text);
  // The active ones, oldest first.
  std::vector<Notification> active() const;
  // First gets the active ones, then every beginning and end. Null: there are as many subscribers as may be.
  std::shared_ptr<Subscription> subscribe();

 private:
  void tell(const Notification& notification);

  const Clock& clock_;
  const size_t max_subscribers_;

  mutable std::mutex mutex_;  // guards the rest
  std::vector<Notification> active_;
  std::vector<std::weak_ptr<Subscription>> subscribers_;
};

}  // namespace narthex::web
