// What the samples of a scrape are coded against in the log: the slot's last sample, if it had it from this producer's
// scrapes in this window, at or after the last key frame.
#pragma once

#include <span>

#include "storage/head/target.h"

namespace narthex::storage {

// `target` and `part` in the state before the record is applied, behind the target's mutex; both must outlive this.
// `part` may be null. A key frame has no bases.
class Bases {
 public:
  Bases(const Target& target, const Part* part, uint32_t producer, bool key_frame) : target_(target) {
    const TimeGroup* group = part == nullptr || key_frame ? nullptr : part->scrapes_of(producer);
    if (group == nullptr) return;
    number_ = part->scrapes_number(producer);
    key_index_ = group->key_index;
    seen_ = group->seen;
  }

  // Bits of the value, else 0.
  uint64_t operator()(Slot slot) const { return holds(slot) ? target_.column(slot).last_bits : 0; }
  // The start, else 0.
  Timestamp start(Slot slot) const {
    const OpenSide* side = holds(slot) ? target_.side(slot) : nullptr;
    return side == nullptr ? 0 : side->column.last_start;
  }
  // The last histogram, which other samples may have followed, else null.
  const Histogram* histogram(Slot slot) const {
    const OpenSide* side = holds(slot) ? target_.side(slot) : nullptr;
    return side != nullptr && side->column.next_index > key_index_ ? side->last.get() : nullptr;
  }
  // The last scrape's bits.
  std::span<const uint64_t> seen() const { return seen_; }

 private:
  bool holds(Slot slot) const {
    if (number_ == kNoGroup || slot >= target_.slot_count()) return false;
    const ColumnState& column = target_.column(slot);
    return column.group == number_ && !column.retired && column.last_index >= key_index_;
  }

  const Target& target_;
  uint32_t number_ = kNoGroup;
  uint32_t key_index_ = 0;
  std::span<const uint64_t> seen_;
};

}  // namespace narthex::storage
