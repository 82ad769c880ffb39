// A target: its public labels T, the templates and open columns of its slots, and its parts of the windows.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "storage/head/part.h"
#include "storage/head/record.h"
#include "storage/head/side_table.h"
#include "storage/head/time_group.h"

namespace narthex::storage {

class Target;

// A slot whose series another slot owns: samples go there, one by one.
struct ForeignSlot {
  std::shared_ptr<Target> owner;
  Slot slot;
  uint64_t generation;  // of the owner when this was written down: tells whether its slot still is that series
};

// The newest sample of a series, as far as it is known. `histogram`: not null, then it is that; valid until the target
// changes.
struct NewestSample {
  Timestamp timestamp;
  uint64_t bits;
  const Histogram* histogram;
};

// Everything behind `mutex`. Samples are written by the committer alone; appenders reserve slots; readers copy.
class Target {
 public:
  Target(uint32_t number, ListRef labels) : number_(number), labels_(std::move(labels)) {}

  uint32_t number() const { return number_; }
  const LabelList& labels() const { return *labels_; }
  const ListRef& labels_ref() const { return labels_; }
  std::mutex& mutex() { return mutex_; }

  // Slots. Reserved for a template until given back, or used for good once a sample came.
  Slot slot_count() const { return static_cast<Slot>(lists_.size()); }
  ListId list(Slot slot) const { return lists_[slot]; }
  std::span<const ListId> lists() const { return lists_; }
  const ColumnState& column(Slot slot) const { return columns_[slot]; }
  // Null: there is nothing beside. Of a retired column only the last histogram holds.
  const OpenSide* side(Slot slot) const;
  bool has_sides() const { return !sides_.empty(); }
  // Another one whenever slots may have been given to other series: by number and list alone a slot that was reserved
  // anew, and whose series belongs to somebody else by now, looks like the old one.
  uint64_t generation() const { return generation_; }
  Slot reserve(ListId list);
  void give_back(Slot slot);
  // Puts a template where the log says it is.
  void place(Slot slot, ListId list);
  // The same for a whole layout: after a compaction, slots that are not in it are gone.
  void lay_out(std::span<const SlotTemplate> layout);

  ForeignSlot* foreign(Slot slot);
  std::optional<Slot> foreign_slot_of(ListId list) const;
  void set_foreign(Slot slot, ForeignSlot owner);
  void take_ownership(Slot slot) { foreign_.erase(slot); }
  const auto& foreign_slots() const { return foreign_; }
  void forget_foreign_slots() { foreign_.clear(); }

  // Producers: numbers of the appenders at work, small and reused.
  uint32_t add_producer();
  void remove_producer(uint32_t producer);
  size_t producers() const;
  uint32_t scratches_out = 0;  // begun, and neither dropped nor settled; and records under way from other targets

  // The parts that are written to: one per window at most.
  const std::vector<std::shared_ptr<Part>>& parts() const { return parts_; }
  Part* part(int64_t window) const;
  void add_part(std::shared_ptr<Part> part) { parts_.push_back(std::move(part)); }

  std::optional<NewestSample> newest(Slot slot) const;
  // The group of a slot's newest sample; null: it has none.
  const TimeGroup* group_of(Slot slot) const;

  // Pass 2. `sequence` is the batch that makes it visible.
  void apply(const Record& record, Part& part, Sequence sequence, Sequence oldest_view);

  // For scrapes in a row that show the same series. is_steady(): every slot that the group saw last has its newest
  // sample there, and nothing beside. Then apply_changes() adds the samples at the group's next index, of which only
  // the changed ones are told; the others are added by catch_up(), before anything else looks at the target or changes
  // it.
  bool is_steady(const TimeGroup& group, uint32_t number) const;
  void apply_changes(Part& part, uint32_t index, std::span<const SlotChange> changes);
  void catch_up(const TimeGroup& group);

  // Moves the open columns of a part to it, and lets go of it: a later sample for its window begins a new part. Series
  // keep their newest sample.
  void freeze(const std::shared_ptr<Part>& part);
  // Forgets the newest samples of series that are dead, and the time groups that nobody needs any more.
  void forget_dead(Timestamp horizon);

  // Whether a series had its newest sample before `horizon`.
  bool is_dead(Slot slot, Timestamp horizon) const;
  size_t live_series(Timestamp horizon) const;
  // Removes dead slots, keeping the order of the others; says what moved where. The next records are key frames.
  std::vector<Slot> compact(Timestamp horizon);

  // Resident bytes of slots and groups, without arenas.
  size_t bytes() const;

 private:
  boost::unordered_flat_map<ListId, Slot> places_of_series();
  bool fits(std::span<const SlotTemplate> layout) const;
  void move_to(std::span<const SlotTemplate> layout);
  TimeGroup& scrape_group(Part& part, uint32_t producer, Timestamp t, uint32_t& number);
  void put(Slot slot, Part& part, uint32_t number, uint32_t index, uint64_t bits);
  OpenSide& side_for_writing(Slot slot);
  void put_histogram(Slot slot, Part& part, const Histogram& histogram);
  void put_start(Slot slot, Part& part, Timestamp start);
  void put_beside(const Record& record, Part& part);
  void place_timed(const OwnSample& sample, Part& part, Sequence sequence, Sequence oldest_view);
  void apply_timed(const OwnSample& sample, Part& part, Sequence sequence, Sequence oldest_view);
  bool join(Slot slot, uint32_t number, Timestamp t, Sequence sequence, Sequence oldest_view, uint32_t& index);
  void note_growth(uint32_t number, Timestamp t, Sequence sequence);
  void retire(Slot slot);
  uint32_t keep_group(std::shared_ptr<TimeGroup> group);

  const uint32_t number_;
  const ListRef labels_;
  std::mutex mutex_;

  // Behind mutex_:
  std::vector<ListId> lists_;         // by slot
  std::vector<ColumnState> columns_;  // by slot; column.group is a place in groups_
  uint64_t generation_ = 0;
  SideTable sides_;  // of the slots whose columns say so
  std::vector<Slot> free_slots_;
  boost::unordered_flat_map<Slot, ForeignSlot> foreign_;
  std::vector<bool> producers_;
  std::vector<std::shared_ptr<TimeGroup>> groups_;
  std::vector<uint32_t> free_groups_;
  std::vector<std::shared_ptr<Part>> parts_;
  // For series that begin or leave their group: the groups for own timestamps by the first timestamp that each got in
  // one of the last batches.
  boost::unordered_flat_map<Timestamp, uint32_t> lately_grown_;
  Sequence grown_sequence_ = 0;
};

// Readable state, for tests: a line per slot and group.
std::string dump(Target& target);

}  // namespace narthex::storage
