// A set of slots as a bitmap: which series a scrape showed, which ones it owes a stale marker.
#pragma once

#include <bit>
#include <cstdint>
#include <span>
#include <vector>

#include "storage/appender.h"

namespace narthex::scrape {

// Not thread-safe.
class SlotSet {
 public:
  SlotSet() = default;
  explicit SlotSet(std::vector<uint64_t> words) : words_(std::move(words)) {}

  void insert(storage::Slot slot) {
    if (slot / 64 >= words_.size()) words_.resize(slot / 64 + 1);
    words_[slot / 64] |= uint64_t{1} << slot % 64;
  }
  bool has(storage::Slot slot) const { return slot / 64 < words_.size() && (words_[slot / 64] >> slot % 64 & 1); }
  bool empty() const;
  uint64_t size() const;
  void clear() { words_.clear(); }
  // Takes over the bits of `words`, keeping this set's memory.
  void assign(const std::vector<uint64_t>& words) { words_.assign(words.begin(), words.end()); }
  void add(const SlotSet& other);
  void erase(std::span<const storage::Slot> slots);
  // How many are here and not in `other`.
  uint64_t count_without(const SlotSet& other) const;
  // Calls `f(slot)` for those that are here and not in `other`, in ascending order.
  template <class F>
  void for_each_without(const SlotSet& other, F&& f) const;
  // Moves every slot to its new place; dead ones leave the set.
  void remap(const storage::Remap& remap);

 private:
  uint64_t word_without(const SlotSet& other, size_t i) const {
    return words_[i] & ~(i < other.words_.size() ? other.words_[i] : 0);
  }

  std::vector<uint64_t> words_;
};

template <class F>
void SlotSet::for_each_without(const SlotSet& other, F&& f) const {
  for (size_t i = 0; i < words_.size(); ++i) {
    for (uint64_t word = word_without(other, i); word; word &= word - 1) {
      f(static_cast<storage::Slot>(i * 64 + static_cast<size_t>(std::countr_zero(word))));
    }
  }
}

}  // namespace narthex::scrape
