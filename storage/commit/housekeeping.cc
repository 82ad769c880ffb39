#include "storage/commit/housekeeping.h"

#include <algorithm>

namespace narthex::storage {

Timestamp dead_before(const Windows& windows, const Options& options) {
  const Timestamp newest = windows.newest();
  if (newest == INT64_MIN) return INT64_MIN;
  return std::min(windows.start_of(windows.number_of(newest) - 1), newest - options.max_past_ms);
}

void Housekeeping::run() {
  record_log_.create_ahead(windows_.newest());
  const int64_t due = windows_.due_first_open();
  if (due <= windows_.first_open()) return;
  std::vector<Frozen> frozen = freeze_windows(due);
  windows_.set_first_open(due);
  if (options_.at_point) options_.at_point("freeze.frozen");
  if (sink_ == nullptr) drop_windows();
  for (Frozen& batch : frozen) {
    if (sink_ != nullptr) sink_->take(std::move(batch));
  }
  forget_dead();
  sweep_lists();
}

namespace {

// False: there is nothing in it.
bool freeze(Window& window) {
  bool any = false;
  for (const Window::Member& member : window.members()) {
    std::lock_guard lock(member.target->mutex());
    member.target->freeze(member.part);
    any = any || !member.part->pieces().empty();
  }
  window.set_frozen();
  return any;
}

}  // namespace

std::vector<Frozen> Housekeeping::freeze_windows(int64_t first_open) {
  std::vector<Frozen> batches;
  WindowList waiting;
  const auto list = windows_.list();
  for (const auto& window : *list) {
    if (window->frozen() || window->number() >= first_open) continue;
    if (!freeze(*window)) {
      windows_.remove(window);
      continue;
    }
    waiting.push_back(window);
    if (window->number() >= windows_.first_open()) batches.push_back({window->number(), std::move(waiting)});
    if (window->number() >= windows_.first_open()) waiting.clear();
  }
  if (!waiting.empty()) batches.push_back({first_open - 1, std::move(waiting)});
  return batches;
}

void Housekeeping::drop_windows() {
  const auto list = windows_.list();
  uint64_t closed = 0;
  for (const auto& window : *list) {
    if (window->frozen()) closed += window->bytes();
  }
  for (const auto& window : *list) {
    if (!window->frozen()) break;
    const bool old = window->end() <= windows_.newest() - options_.limits.retention_ms;
    if (!old && closed <= static_cast<uint64_t>(std::max<int64_t>(0, options_.max_closed_bytes))) break;
    closed -= std::min(closed, window->bytes());
    if (!drop_window(window, old ? "older than the retention time" : "closed windows exceed their size limit")) break;
  }
}

bool Housekeeping::drop_window(const std::shared_ptr<Window>& window, std::string_view why) {
  const int64_t next = window->number() + 1;
  if (next > windows_.first_retained()) {
    if (auto dropped = record_log_.drop(window->number()); !dropped) {
      log_.error("Dropping a window failed", {{"err", dropped.error().str()}});
      return false;
    }
    windows_.set_first_retained(next);
  }
  log_.info("Dropped a window", {{"start", std::to_string(window->start())},
                                 {"end", std::to_string(window->end())},
                                 {"reason", std::string(why)}});
  windows_.remove(window);
  return true;
}

void Housekeeping::forget_dead() {
  const Timestamp since = dead_before(windows_, options_);
  for (auto& target : core_.registry.all()) {
    bool empty = false;
    {
      std::lock_guard lock(target->mutex());
      target->forget_dead(since);
      // Targets that are scraped are compacted by their appender, which has to learn the new slots.
      if (target->producers() > 0 || target->scratches_out > 0) continue;
      if (worth_compacting(target->slot_count(), target->live_series(since))) compact_slots(core_, *target, since);
      empty = target->slot_count() == 0;
    }
    if (empty) core_.registry.remove(target);
  }
}

void Housekeeping::sweep_lists() {
  ListIdSet used;
  for (const auto& target : core_.registry.all()) {
    std::lock_guard lock(target->mutex());
    used.insert(target->lists().begin(), target->lists().end());
  }
  for (const auto& window : windows_.alive()) {
    for (const Window::Member& member : window->members()) {
      std::lock_guard lock(member.target->mutex());
      for (const Piece& piece : member.part->pieces()) used.insert(piece.list);
    }
  }
  core_.identity.sweep(used);
}

}  // namespace narthex::storage
