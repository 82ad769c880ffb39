// What lies beside the open columns of a target, by slot.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "storage/appender.h"
#include "storage/head/side_column.h"

namespace narthex::storage {

// Of one open column. It outlasts the column's retirement, for the last histogram's sake.
struct OpenSide {
  SideColumn column;
  std::unique_ptr<Histogram> last = {};  // the last histogram
};

// Empty, and then free of charge, where no series has anything beside. Guarded by its target's mutex.
class SideTable {
 public:
  bool empty() const { return sides_.size() == free_.size(); }
  // Null if there is none.
  const OpenSide* find(Slot slot) const { return has(slot) ? &sides_[places_[slot]] : nullptr; }
  OpenSide* find(Slot slot) { return has(slot) ? &sides_[places_[slot]] : nullptr; }

  // The slot has none. References are valid until the next put.
  OpenSide& put(Slot slot, OpenSide side) {
    if (slot >= places_.size()) places_.resize(slot + size_t{1}, kNone);
    if (free_.empty()) {
      places_[slot] = static_cast<uint32_t>(sides_.size());
      return sides_.emplace_back(std::move(side));
    }
    places_[slot] = free_.back();
    free_.pop_back();
    return sides_[places_[slot]] = std::move(side);
  }
  void erase(Slot slot) {
    if (!has(slot)) return;
    sides_[places_[slot]].last = nullptr;
    free_.push_back(places_[slot]);
    places_[slot] = kNone;
  }

  // Resident bytes.
  size_t bytes() const {
    size_t sum = places_.capacity() * sizeof(places_[0]) + sides_.capacity() * sizeof(OpenSide) +
                 free_.capacity() * sizeof(free_[0]);
    for (const OpenSide& side : sides_) {
      if (side.last != nullptr) sum += bytes_of(*side.last);
    }
    return sum;
  }

 private:
  static constexpr uint32_t kNone = UINT32_MAX;

  bool has(Slot slot) const { return slot < places_.size() && places_[slot] != kNone; }

  std::vector<uint32_t> places_;  // by slot: in sides_
  std::vector<OpenSide> sides_;
  std::vector<uint32_t> free_;  // places in sides_
};

}  // namespace narthex::storage
