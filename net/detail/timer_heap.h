// Pending timers, earliest first. Cancelling only empties the timer; its place in the heap goes when it comes due, or
// when more than half of the heap is found dead: a request's deadline, nearly always cancelled, costs one push and no
// search.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace narthex::net {

// Shared between the heap and the Timer; has no tie to the reactor, so that a Timer may outlive it.
class TimerState {
 public:
  explicit TimerState(std::function<void()> task) : task_(std::move(task)) {}
  bool pending() const { return task_ != nullptr; }
  void cancel() { auto dropped = std::exchange(task_, nullptr); }
  std::function<void()> take() { return std::exchange(task_, nullptr); }

 private:
  std::function<void()> task_;
};

// Not thread-safe.
class TimerHeap {
 public:
  static constexpr int64_t kNever = INT64_MAX;

  std::shared_ptr<TimerState> add(int64_t due_ns, std::function<void()> task);
  // Runs what is due, in order of time, then of addition. Timers added meanwhile wait for the next call.
  void run_due(int64_t now_ns);
  // When run_due() is needed next; kNever if nothing is pending.
  int64_t next_due() const { return entries_.empty() ? kNever : entries_.front().due; }
  size_t size() const { return entries_.size(); }  // with cancelled ones that were not yet swept
  void clear();

 private:
  struct Entry {
    int64_t due;
    uint64_t sequence;
    std::shared_ptr<TimerState> state;
  };
  static bool later(const Entry& a, const Entry& b) { return a.due != b.due ? a.due > b.due : a.sequence > b.sequence; }
  void sweep();

  static constexpr size_t kFewEntries = 64;  // below this, sweeping is not worth a look
  std::vector<Entry> entries_;
  uint64_t next_sequence_ = 0;
  size_t sweep_at_ = kFewEntries;
};

}  // namespace narthex::net
