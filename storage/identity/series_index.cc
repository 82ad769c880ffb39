#include "storage/identity/series_index.h"

#include <algorithm>
#include <cassert>

namespace narthex::storage {
namespace {

constexpr uint64_t kEmpty = UINT64_MAX;  // target and slot all ones: above kMaxTargets - 1

uint64_t tag_of_hash(uint64_t hash) { return hash >> 40 & 0xffff; }
uint64_t tag_of(uint64_t entry) { return entry >> 48; }
SeriesPlace place_of(uint64_t entry) {
  return {static_cast<uint32_t>(entry >> 26 & kMaxTargets), static_cast<uint32_t>(entry & kMaxSlots)};
}
uint64_t make_entry(uint64_t tag, SeriesPlace place) {
  assert(place.target < kMaxTargets && place.slot < kMaxSlots);
  return tag << 48 | uint64_t{place.target} << 26 | place.slot;
}

}  // namespace

SeriesPlaces SeriesIndex::find(uint64_t hash) const {
  SeriesPlaces found;
  const uint64_t tag = tag_of_hash(hash);
  Shard& s = shard(hash);
  std::lock_guard lock(s.mutex);
  if (s.used == 0) return found;
  for (size_t i = s.home(tag); s.entries[i] != kEmpty; i = s.next(i)) {
    if (tag_of(s.entries[i]) == tag) found.push_back(place_of(s.entries[i]));
  }
  return found;
}

void SeriesIndex::insert(uint64_t hash, SeriesPlace place) {
  Shard& s = shard(hash);
  std::lock_guard lock(s.mutex);
  if ((s.used + 1) * 5 > s.entries.size() * 4) s.grow();
  s.put(make_entry(tag_of_hash(hash), place));
  ++s.used;
}

void SeriesIndex::erase(uint64_t hash, SeriesPlace place) {
  Shard& s = shard(hash);
  std::lock_guard lock(s.mutex);
  if (s.used == 0) return;
  const uint64_t entry = make_entry(tag_of_hash(hash), place);
  for (size_t i = s.home(tag_of(entry)); s.entries[i] != kEmpty; i = s.next(i)) {
    if (s.entries[i] != entry) continue;
    s.remove(i);
    --s.used;
    return;
  }
}

void SeriesIndex::Shard::put(uint64_t entry) {
  size_t i = home(tag_of(entry));
  while (entries[i] != kEmpty) i = next(i);
  entries[i] = entry;
}

void SeriesIndex::Shard::grow() {
  std::vector<uint64_t> old = std::move(entries);
  entries.assign(std::max<size_t>(8, old.size() * 3 / 2), kEmpty);
  for (const uint64_t entry : old) {
    if (entry != kEmpty) put(entry);
  }
}

// Moves back whatever would no longer be found behind the hole.
void SeriesIndex::Shard::remove(size_t hole) {
  const auto distance = [&](size_t from, size_t to) { return to >= from ? to - from : to + entries.size() - from; };
  for (size_t i = next(hole); entries[i] != kEmpty; i = next(i)) {
    if (distance(home(tag_of(entries[i])), i) < distance(hole, i)) continue;
    entries[hole] = entries[i];
    hole = i;
  }
  entries[hole] = kEmpty;
}

size_t SeriesIndex::size() const {
  size_t sum = 0;
  for (Shard& s : shards_) {
    std::lock_guard lock(s.mutex);
    sum += s.used;
  }
  return sum;
}

size_t SeriesIndex::bytes() const {
  size_t sum = sizeof(*this);
  for (Shard& s : shards_) {
    std::lock_guard lock(s.mutex);
    sum += s.entries.capacity() * sizeof(uint64_t);
  }
  return sum;
}

}  // namespace narthex::storage
