// What one target has in one window: time groups and finished columns. The open columns are with the target's slots.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "storage/head/arena.h"
#include "storage/head/column.h"
#include "storage/head/out_of_order.h"
#include "storage/head/side_column.h"
#include "storage/head/time_group.h"
#include "storage/identity/label_list.h"

namespace narthex::storage {

inline constexpr uint32_t kNoSide = UINT32_MAX;

// A finished column. `column.group` is the group's place within the part, `side` that of what lies beside.
struct Piece {
  ListId list;
  uint32_t side;
  ColumnState column;
};

// What the log knows of a part: which record comes next, what needs no telling again.
struct LogState {
  int64_t family = INT64_MIN;  // the log family it was last written to
  uint32_t next_record = 0;    // number of the next record within the family
  bool needs_key_frame = true;
  Timestamp last_key_frame = 0;
  std::vector<bool> told_slots;  // whose template this family's reader knows
};

// Guarded by its target's mutex; written by the committer. Once frozen (Target::freeze()) it never changes again, nor
// do its groups and the arena behind it: whoever was handed it after that reads it without the mutex.
class Part {
 public:
  Part(int64_t window, Timestamp base, std::shared_ptr<Arena> arena)
      : window_(window), base_(base), arena_(std::move(arena)), out_of_order_(base) {}

  int64_t window() const { return window_; }
  Arena& arena() const { return *arena_; }

  const std::shared_ptr<TimeGroup>& group(uint32_t place) const { return groups_[place]; }
  std::span<const std::shared_ptr<TimeGroup>> groups() const { return groups_; }
  std::shared_ptr<TimeGroup> add_group(bool of_scrapes);
  // Whether the group is one of this part. Window numbers do not tell: a frozen part and a later one may have the same.
  bool owns(const TimeGroup& group) const {
    return group.place < groups_.size() && groups_[group.place].get() == &group;
  }
  // The scrape group of a producer; null before its first scrape in this window.
  TimeGroup* scrapes_of(uint32_t producer) const;
  uint32_t scrapes_number(uint32_t producer) const;
  // In place of the one it had. `number` is the group's number within the target.
  void set_scrapes(uint32_t producer, uint32_t number, TimeGroup* group);

  // `side`: what lies beside; null: nothing.
  void add_piece(ListId list, const ColumnState& column, const SideColumn* side);
  // The pieces of one series, in the order in which they were added.
  template <class Visit>
  void for_each_piece(ListId list, Visit&& visit) const;
  std::span<const Piece> pieces() const { return pieces_; }
  // Null: nothing lies beside the piece.
  const SideColumn* side_of(const Piece& piece) const { return piece.side == kNoSide ? nullptr : &sides_[piece.side]; }
  // Of all series, not only of those in columns.
  OutOfOrder& out_of_order() { return out_of_order_; }
  const OutOfOrder& out_of_order() const { return out_of_order_; }
  bool empty() const { return pieces_.empty() && out_of_order_.empty(); }
  // A key frame: no scrape group's earlier values are a base for the log any more.
  void forget_bases();
  // Nothing more will be written: gives back what only writing needed.
  void finish();

  // Resident bytes besides the arena.
  size_t bytes() const;

  LogState log;

 private:
  // Sorts the pieces by list, so that they are found quickly.
  void settle();

  struct Scrapes {
    uint32_t producer;
    uint32_t number;
    TimeGroup* group;
  };
  const int64_t window_;
  const Timestamp base_;
  const std::shared_ptr<Arena> arena_;
  std::vector<std::shared_ptr<TimeGroup>> groups_;
  std::vector<Scrapes> scrapes_;
  std::vector<Piece> pieces_;
  std::vector<SideColumn> sides_;
  OutOfOrder out_of_order_;
  size_t sorted_ = 0;  // so many pieces in front are sorted by list
};

template <class Visit>
void Part::for_each_piece(ListId list, Visit&& visit) const {
  const auto sorted_end = pieces_.begin() + static_cast<ptrdiff_t>(sorted_);
  auto it = std::lower_bound(pieces_.begin(), sorted_end, list, [](const Piece& p, ListId l) { return p.list < l; });
  for (; it != sorted_end && it->list == list; ++it) visit(*it);
  for (it = sorted_end; it != pieces_.end(); ++it) {
    if (it->list == list) visit(*it);
  }
}

}  // namespace narthex::storage
