// The windows of data time and what each target has in them: those that are written to, and frozen ones until segments
// take their place.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <vector>

#include "storage/deletion/tombstone.h"
#include "storage/head/target.h"
#include "storage/options.h"
#include "storage/segment/segment.h"

namespace narthex::storage {

// Number of the window that holds `t`.
inline int64_t window_of(Timestamp t, int64_t window_ms) { return t / window_ms - (t % window_ms < 0 ? 1 : 0); }

// One window, or what came late for one: several objects may have one number, of which the last at most is not frozen.
// Lives as long as the store, a view, or whoever makes segments of it holds it. A frozen one never changes again, and
// neither do its parts: they are read without the mutexes of their targets.
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
  // The committer's. Its parts are frozen first (Target::freeze()).
  bool frozen() const { return frozen_; }
  void set_frozen() { frozen_ = true; }

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
  bool frozen_ = false;
  mutable std::mutex mutex_;
  std::vector<Member> members_;
};
// Ascending by number; of one number in the order in which they were begun.
using WindowList = std::vector<std::shared_ptr<Window>>;

// What a view is made of. Everything it needs is held by it.
struct Snapshot {
  Sequence sequence;
  std::shared_ptr<const WindowList> windows;
  std::shared_ptr<const SegmentList> segments;
  std::shared_ptr<const Deletions> deletions;
};

// Reading, registering views and replacing windows is thread-safe; everything else is the committer's.
class Windows {
 public:
  explicit Windows(const Options& options) : window_ms_(options.window_ms), overlap_ms_(options.overlap_ms) {}

  // The part of a target in a window that is not frozen; both are made if need be. Takes the target's mutex for
  // granted.
  Part& part(const std::shared_ptr<Target>& target, int64_t window);

  int64_t number_of(Timestamp t) const { return window_of(t, window_ms_); }
  Timestamp start_of(int64_t window) const { return window * window_ms_; }

  // Data time: the newest accepted timestamp.
  Timestamp newest() const { return newest_.load(std::memory_order_relaxed); }
  void advance(Timestamp t);

  // Windows below are closed: their samples are late. Below the first one that was read from the log, too.
  int64_t first_open() const { return first_open_; }
  // The newest sample that was in a segment when the store was opened: of series that are not in the log since, only
  // segments tell what they had up to there.
  Timestamp sealed_at_start() const { return sealed_at_start_; }
  void set_sealed_at_start(Timestamp t) { sealed_at_start_ = t; }
  // Where data time says that first_open() should be.
  int64_t due_first_open() const;
  void set_first_open(int64_t window) { first_open_ = window; }

  // Thread-safe.
  std::shared_ptr<const WindowList> list() const;
  // Ascending, as segment.h says.
  std::shared_ptr<const SegmentList> segments() const;
  // Takes a window out of the list; views that hold it keep it.
  void remove(const std::shared_ptr<Window>& window);
  // Frozen windows and segments leave the list, the segments made of them enter it, in one step: every view sees the
  // former or the latter.
  void replace(const WindowList& sealed, const SegmentList& added, const std::vector<uint64_t>& removed_segment_ids);
  // What is deleted: every later view hides it. Thread-safe.
  std::shared_ptr<const Deletions> deletions() const;
  template <class Change>
  void change_deletions(Change&& change) {
    std::lock_guard lock(mutex_);
    std::vector<Tombstone> tombstones(deletions_->tombstones().begin(), deletions_->tombstones().end());
    change(tombstones);
    deletions_ = std::make_shared<Deletions>(std::move(tombstones));
  }
  // Windows that somebody still holds: the list, a view, or whoever makes segments.
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
  // Behind mutex_.
  void take_out(const WindowList& windows);

  const int64_t window_ms_;
  const int64_t overlap_ms_;
  std::atomic<Timestamp> newest_{INT64_MIN};
  int64_t first_open_ = INT64_MIN;
  Timestamp sealed_at_start_ = INT64_MIN;

  mutable std::mutex mutex_;  // short
  std::shared_ptr<const WindowList> list_ = std::make_shared<WindowList>();
  std::shared_ptr<const SegmentList> segments_ = std::make_shared<SegmentList>();
  std::shared_ptr<const Deletions> deletions_ = std::make_shared<Deletions>();
  mutable std::vector<std::weak_ptr<Window>> removed_;
  std::multiset<Sequence> views_;
  Sequence published_ = 0;
};

}  // namespace narthex::storage
