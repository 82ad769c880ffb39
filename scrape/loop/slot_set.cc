#include "scrape/loop/slot_set.h"

#include <algorithm>

namespace narthex::scrape {

bool SlotSet::empty() const {
  return std::all_of(words_.begin(), words_.end(), [](uint64_t word) { return word == 0; });
}

uint64_t SlotSet::size() const { return count_without({}); }

void SlotSet::add(const SlotSet& other) {
  if (words_.size() < other.words_.size()) words_.resize(other.words_.size());
  for (size_t i = 0; i < other.words_.size(); ++i) words_[i] |= other.words_[i];
}

void SlotSet::erase(std::span<const storage::Slot> slots) {
  for (const storage::Slot slot : slots) {
    if (slot / 64 < words_.size()) words_[slot / 64] &= ~(uint64_t{1} << slot % 64);
  }
}

uint64_t SlotSet::count_without(const SlotSet& other) const {
  uint64_t count = 0;
  for (size_t i = 0; i < words_.size(); ++i) count += static_cast<uint64_t>(std::popcount(word_without(other, i)));
  return count;
}

void SlotSet::remap(const storage::Remap& remap) {
  SlotSet moved;
  for_each_without({}, [&](storage::Slot slot) {
    if (slot < remap.size() && remap[slot] != storage::kNoSlot) moved.insert(remap[slot]);
  });
  *this = std::move(moved);
}

}  // namespace narthex::scrape
