// The quick way through the log at start: scrapes that are told by what changed.
#include <algorithm>
#include <cassert>

#include "storage/head/target.h"

namespace narthex::storage {

bool Target::is_steady(const TimeGroup& group, uint32_t number) const {
  if (has_sides() || group.empty()) return false;
  bool steady = true;
  for_each_bit(group.seen, [&](Slot slot) {
    steady = steady && slot < slot_count() && columns_[slot].group == number && !columns_[slot].retired &&
             columns_[slot].last_index + 1 == group.size();
  });
  return steady;
}

namespace {

// The series had the same value up to this index.
void repeat_until(ColumnState& column, uint32_t index) {
  column.run += index - column.last_index;
  column.last_index = index;
}

}  // namespace

void Target::apply_changes(Part& part, uint32_t index, std::span<const SlotChange> changes) {
  assert(index > 0);
  for (const auto& [slot, value] : changes) {
    ColumnState& column = columns_[slot];
    repeat_until(column, index - 1);
    if (value.integers) {
      append_integer(column, part.arena(), index, value.bits, value.last, value.now);
    } else {
      append(column, part.arena(), index, value.bits);
    }
  }
}

void Target::catch_up(const TimeGroup& group) {
  for_each_bit(group.seen, [&](Slot slot) { repeat_until(columns_[slot], group.size() - 1); });
}

}  // namespace narthex::storage
