#include "storage/core/ownership.h"

#include <algorithm>

namespace narthex::storage {

namespace {

std::optional<Owner> verify(const Core& core, const SeriesPlace& place, const Labels& labels) {
  const auto target = core.registry.by_number(place.target);
  if (!target) return std::nullopt;
  ListId id = kNoList;
  uint64_t generation = 0;
  {
    std::lock_guard lock(target->mutex());
    if (place.slot < target->slot_count()) id = target->list(place.slot);
    generation = target->generation();
  }
  const ListRef list = id == kNoList ? nullptr : core.identity.get(id);
  if (!list || !equals(target->labels(), *list, labels)) return std::nullopt;
  return Owner{target, place.slot, generation};
}

}  // namespace

std::optional<Owner> find_owner(const Core& core, const Labels& labels, uint64_t hash) {
  for (SeriesPlaces places = core.index.find(hash);;) {
    for (const SeriesPlace& place : places) {
      auto owner = verify(core, place, labels);
      if (!owner) continue;
      // What was looked at may be a slot that somebody reserved anew after the series was forgotten.
      const SeriesPlaces now = core.index.find(hash);
      if (std::find(now.begin(), now.end(), place) != now.end()) return owner;
    }
    // A compaction between the two looks may have moved it: it is only absent if nothing changed.
    SeriesPlaces again = core.index.find(hash);
    if (again == places) return std::nullopt;
    places = std::move(again);
  }
}

Remap compact_slots(Core& core, Target& target, Timestamp horizon) {
  const std::vector<ListId> lists(target.lists().begin(), target.lists().end());
  Remap remap = target.compact(horizon);
  const std::vector<ListRef> refs = core.identity.get(lists);
  const auto moved = [&](Slot slot) { return refs[slot] != nullptr && remap[slot] != slot; };
  // First in, then out: whoever looks meanwhile finds the series at one place at least.
  for (Slot slot = 0; slot < remap.size(); ++slot) {
    if (!moved(slot) || remap[slot] == kNoSlot) continue;
    core.index.insert(series_hash(target.labels(), *refs[slot]), {target.number(), remap[slot]});
  }
  for (Slot slot = 0; slot < remap.size(); ++slot) {
    if (moved(slot)) core.index.erase(series_hash(target.labels(), *refs[slot]), {target.number(), slot});
  }
  return remap;
}

}  // namespace narthex::storage
