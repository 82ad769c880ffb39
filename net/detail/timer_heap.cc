#include "net/detail/timer_heap.h"

#include <algorithm>

namespace narthex::net {

std::shared_ptr<TimerState> TimerHeap::add(int64_t due_ns, std::function<void()> task) {
  if (entries_.size() >= sweep_at_) sweep();
  auto state = std::make_shared<TimerState>(std::move(task));
  entries_.push_back(Entry{due_ns, next_sequence_++, state});
  std::push_heap(entries_.begin(), entries_.end(), later);
  return state;
}

void TimerHeap::run_due(int64_t now_ns) {
  const uint64_t newcomers = next_sequence_;
  while (!entries_.empty() && entries_.front().due <= now_ns && entries_.front().sequence < newcomers) {
    std::pop_heap(entries_.begin(), entries_.end(), later);
    const auto state = std::move(entries_.back().state);
    entries_.pop_back();
    if (auto task = state->take()) task();
  }
}

void TimerHeap::sweep() {
  // Dropped states go after the heap is whole again: no destructor sees it half done.
  const auto dead = std::stable_partition(entries_.begin(), entries_.end(),
                                          [](const Entry& entry) { return entry.state->pending(); });
  const std::vector<Entry> dropped(std::make_move_iterator(dead), std::make_move_iterator(entries_.end()));
  entries_.erase(dead, entries_.end());
  std::make_heap(entries_.begin(), entries_.end(), later);
  sweep_at_ = std::max(kFewEntries, 2 * entries_.size());
}

void TimerHeap::clear() {
  const auto dropped = std::exchange(entries_, {});
  for (const Entry& entry : dropped) entry.state->cancel();
}

}  // namespace narthex::net
