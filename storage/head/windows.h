// The windows of data time, from the oldest retained to the newest open one, and what each target has in them.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <vector>

#include "storage/head/target.h"
#include "storage/options.h"

namespace narthex::storage {

// Number of the window that holds `t`.
inline int64_t window_of(Timestamp t, int64_t window_ms) { return t / window_ms - (t % window_ms < 0 ? 1 : 0); }

// One window. Lives as long as the store or a view holds it.
class Window {
 public:
  struct Member {
    std::shared_ptr<Target> target;
    std::shared_ptr<Part> part;
  };

  Window(int64_t number, Timestamp start, Timestamp end) : number_(number), start_(start), end_(end) {}

  int64_t number() const { return number_; }
  Timestamp start() const { return start_; }
  Timestamp end() const { return end_; }  // exclusive
  const std::shared_ptr<Arena>& arena() const { return arena_; }

  // Thread-safe.
  void add(Member member) {
    std::lock_guard lock(mutex_);
    members_.push_back(std::move(member));
  }
  std::vector<Member> members() const {
    std::lock_guard lock(mutex_);
    return members_;
  }
  // Resident bytes of columns.
  uint64_t bytes() const;

 private:
  const int64_t number_;
  const Timestamp start_;
  const Timestamp end_;
  const std::shared_ptr<Arena> arena_ = std::make_shared<Arena>();
  mutable std::mutex mutex_;
  std::vector<Member> members_;
};
using WindowList = std::vector<std::shared_ptr<Window>>;  // ascending

// What a view is made of. Everything it needs is held by it.
struct Snapshot {
  Sequence sequence;
  std::shared_ptr<const WindowList> windows;
};

// Reading and registering views is thread-safe; everything else is the committer's.
class Windows {
 public:
  explicit Windows(const Options& options) : window_ms_(options.window_ms), overlap_ms_(options.overlap_ms) {}

  // The part of a target in a window; both are made if need be. The window must be retained. Takes the target's mutex
  // for granted.
  Part& part(const std::shared_ptr<Target>& target, int64_t window);

  int64_t number_of(Timestamp t) const { return window_of(t, window_ms_); }
  Timestamp start_of(int64_t window) const { return window * window_ms_; }

  // Data time: the newest accepted timestamp.
  Timestamp newest() const { return newest_.load(std::memory_order_relaxed); }
  void advance(Timestamp t);

  // Windows below are closed: their samples are late.
  int64_t first_open() const { return first_open_; }
  // Where data time says that first_open() should be.
  int64_t due_first_open() const;
  void set_first_open(int64_t window) { first_open_ = window; }
  // Windows below were dropped, or never were: their samples are out of bounds.
  int64_t first_retained() const { return first_retained_; }
  void set_first_retained(int64_t window) { first_retained_ = window; }

  // Thread-safe.
  std::shared_ptr<const WindowList> list() const;
  // Takes a window out of the list; views that hold it keep it. Null if there is none.
  std::shared_ptr<Window> remove(int64_t window);
  // Windows that the store or any view still holds.
  WindowList alive() const;

  // A consistent state; release() it when it is no longer read. Thread-safe.
  Snapshot acquire();
  void release(const Snapshot& snapshot);
  // Everything up to this batch is visible. Thread-safe.
  Sequence published() const;
  void publish(Sequence sequence);
  // The oldest batch at which anybody looks or may begin to look.
  Sequence oldest_view() const;

 private:
  std::shared_ptr<Window> window(int64_t number);

  const int64_t window_ms_;
  const int64_t overlap_ms_;
  std::atomic<Timestamp> newest_{INT64_MIN};
  int64_t first_open_ = INT64_MIN;
  int64_t first_retained_ = INT64_MIN;

  mutable std::mutex mutex_;  // short
  std::shared_ptr<const WindowList> list_ = std::make_shared<WindowList>();
  mutable std::vector<std::weak_ptr<Window>> removed_;
  std::multiset<Sequence> views_;
  Sequence published_ = 0;
};

}  // namespace narthex::storage
