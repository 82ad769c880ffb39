// The server's open connections, as seen by those who may end them: deadlines, the limit, the stop. They end a
// connection by shutting its socket down; its own coroutine then sees the end of the stream and closes.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_set>

namespace narthex::net {

// Thread-safe.
class Connection {
 public:
  explicit Connection(int fd) : fd_(fd) {}

  // When it is ended if nothing happens; kNever while a handler works. Cheap: no timer is touched.
  static constexpr int64_t kNever = INT64_MAX;
  std::atomic<int64_t> deadline_ns{kNever};
  // Since when it waits for a request; kBusy while one is under way.
  static constexpr int64_t kBusy = 0;
  std::atomic<int64_t> idle_since_ns{kBusy};

  bool ending() const { return ending_.load(std::memory_order_relaxed); }
  // Shuts the socket down. False if that was done before.
  bool end();
  // Whether the peer closed its side, or end() was called. One system call.
  bool gone() const;
  // To be called before the descriptor is closed.
  void forget_descriptor();

 private:
  mutable std::mutex mutex_;
  int fd_;  // guarded by mutex_; -1 = closed
  std::atomic<bool> ending_{false};
};

// Thread-safe.
class Registry {
 public:
  std::shared_ptr<Connection> add(int fd);
  void remove(const std::shared_ptr<Connection>& connection);

  // Connections that are not already ending.
  size_t open() const;
  void end_expired(int64_t now_ns);
  // False if none is idle.
  bool end_oldest_idle();
  void end_idle();
  void end_all();
  // Waits until all were removed, for at most `timeout_ns` (negative: for ever); true if they were.
  bool wait_until_empty(int64_t timeout_ns);

 private:
  mutable std::mutex mutex_;
  std::condition_variable removed_;
  std::unordered_set<std::shared_ptr<Connection>> all_;  // guarded by mutex_
};

}  // namespace narthex::net
