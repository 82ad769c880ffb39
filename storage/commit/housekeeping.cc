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
  for (Frozen& batch : frozen) sink_.take(std::move(batch));
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
    any = any || !member.part->empty();
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
      member.part->out_of_order().for_each(UINT64_MAX, [&](ListId list, Timestamp) { used.insert(list); });
    }
  }
  if (options_.at_point) options_.at_point("sweep.gathered");
  core_.identity.sweep(used);
}

}  // namespace narthex::storage
