// Which lines of a target the store refused for want of memory, in 6 to 11 bytes each: where memory is short, they may
// be ten times as many as those that are stored.
//
// Of a line's hash 32 bits are kept. Another new line agrees with one of n refused ones once in 2^32 / n: it is taken
// for refused as well, which it would most likely have been, until the set is cleared.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace narthex::scrape {

// Open addressing over a power of two, at most three quarters full. Not thread-safe.
class RefusedLines {
 public:
  bool has(uint64_t hash) const {
    if (entries_.empty()) return false;
    const uint32_t entry = entry_of(hash);
    for (size_t at = entry & mask();; at = (at + 1) & mask()) {
      if (entries_[at] == entry) return true;
      if (entries_[at] == kEmpty) return false;
    }
  }
  void add(uint64_t hash) {
    if ((size_ + 1) * 4 > entries_.size() * 3) grow();
    put(entry_of(hash));
  }
  // Forgets all, and gives the memory back.
  void clear() {
    std::vector<uint32_t>().swap(entries_);
    size_ = 0;
  }
  size_t size() const { return size_; }
  size_t memory_bytes() const { return entries_.capacity() * sizeof(uint32_t); }

 private:
  static constexpr uint32_t kEmpty = 0;
  static constexpr size_t kSmallest = 16;

  static uint32_t entry_of(uint64_t hash) {
    const auto entry = static_cast<uint32_t>(hash >> 32);
    return entry == kEmpty ? 1 : entry;
  }
  size_t mask() const { return entries_.size() - 1; }
  void put(uint32_t entry) {
    size_t at = entry & mask();
    while (entries_[at] != kEmpty && entries_[at] != entry) at = (at + 1) & mask();
    size_ += entries_[at] == kEmpty;
    entries_[at] = entry;
  }
  void grow() {
    std::vector<uint32_t> old(entries_.empty() ? kSmallest : entries_.size() * 2, kEmpty);
    old.swap(entries_);
    size_ = 0;
    for (const uint32_t entry : old) {
      if (entry != kEmpty) put(entry);
    }
  }

  std::vector<uint32_t> entries_;
  size_t size_ = 0;
};

}  // namespace narthex::scrape
