#include "storage/head/windows.h"

#include <algorithm>

namespace narthex::storage {

uint64_t Window::bytes() const {
  uint64_t sum = arena_->bytes();
  for (const Member& member : members()) {
    std::lock_guard lock(member.target->mutex());
    sum += member.part->bytes();
  }
  return sum;
}

Part& Windows::part(const std::shared_ptr<Target>& target, int64_t number) {
  if (Part* known = target->part(number)) return *known;
  const auto holder = window(number);
  auto part = std::make_shared<Part>(number, holder->start(), holder->arena());
  target->add_part(part);
  holder->add({target, part});
  return *part;
}

std::shared_ptr<Window> Windows::window(int64_t number) {
  std::lock_guard lock(mutex_);
  const auto after = std::upper_bound(list_->begin(), list_->end(), number,
                                      [](int64_t n, const auto& window) { return n < window->number(); });
  if (after != list_->begin()) {
    const auto& last = *std::prev(after);
    if (last->number() == number && !last->frozen()) return last;
  }
  auto made = std::make_shared<Window>(number, start_of(number), start_of(number + 1));
  auto list = std::make_shared<WindowList>(*list_);
  list->insert(list->begin() + (after - list_->begin()), made);
  list_ = std::move(list);
  return made;
}

void Windows::advance(Timestamp t) {
  if (t <= newest()) return;
  const bool first = newest() == INT64_MIN;
  newest_.store(t, std::memory_order_relaxed);
  if (first) first_open_ = due_first_open();
}

int64_t Windows::due_first_open() const {
  return newest() == INT64_MIN ? first_open_ : number_of(newest() - overlap_ms_);
}

std::shared_ptr<const WindowList> Windows::list() const {
  std::lock_guard lock(mutex_);
  return list_;
}

std::shared_ptr<const SegmentList> Windows::segments() const {
  std::lock_guard lock(mutex_);
  return segments_;
}

void Windows::take_out(const WindowList& windows) {
  auto list = std::make_shared<WindowList>(*list_);
  std::erase_if(*list, [&](const auto& w) { return std::find(windows.begin(), windows.end(), w) != windows.end(); });
  list_ = std::move(list);
  removed_.insert(removed_.end(), windows.begin(), windows.end());
}

void Windows::remove(const std::shared_ptr<Window>& window) {
  std::lock_guard lock(mutex_);
  take_out({window});
}

void Windows::replace(const WindowList& sealed, const SegmentList& added,
                      const std::vector<uint64_t>& removed_segment_ids) {
  std::lock_guard lock(mutex_);
  auto segments = std::make_shared<SegmentList>(*segments_);
  std::erase_if(*segments, [&](const auto& segment) {
    return std::find(removed_segment_ids.begin(), removed_segment_ids.end(), segment->id()) !=
           removed_segment_ids.end();
  });
  segments->insert(segments->end(), added.begin(), added.end());
  std::sort(segments->begin(), segments->end(), [](const auto& a, const auto& b) {
    return std::pair(a->footer().first_window, a->id()) < std::pair(b->footer().first_window, b->id());
  });
  segments_ = std::move(segments);
  take_out(sealed);
}

WindowList Windows::alive() const {
  std::lock_guard lock(mutex_);
  WindowList all = *list_;
  std::erase_if(removed_, [&](const auto& weak) {
    auto window = weak.lock();
    if (window) all.push_back(std::move(window));
    return weak.expired();
  });
  return all;
}

Snapshot Windows::acquire() {
  std::lock_guard lock(mutex_);
  views_.insert(published_);
  return {published_, list_, segments_, deletions_};
}

std::shared_ptr<const Deletions> Windows::deletions() const {
  std::lock_guard lock(mutex_);
  return deletions_;
}

void Windows::release(const Snapshot& snapshot) {
  std::lock_guard lock(mutex_);
  views_.erase(views_.find(snapshot.sequence));
}

Sequence Windows::published() const {
  std::lock_guard lock(mutex_);
  return published_;
}

void Windows::publish(Sequence sequence) {
  std::lock_guard lock(mutex_);
  published_ = sequence;
}

Sequence Windows::oldest_view() const {
  std::lock_guard lock(mutex_);
  return views_.empty() ? published_ : std::min(published_, *views_.begin());
}

}  // namespace narthex::storage
