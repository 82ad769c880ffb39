#include "storage/head/target.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cassert>
#include <utility>

namespace narthex::storage {

Slot Target::reserve(ListId list) {
  if (!free_slots_.empty()) {
    const Slot slot = free_slots_.back();
    free_slots_.pop_back();
    lists_[slot] = list;
    return slot;
  }
  lists_.push_back(list);
  columns_.emplace_back();
  return slot_count() - 1;
}

void Target::give_back(Slot slot) {
  ++generation_;
  lists_[slot] = kNoList;
  columns_[slot] = {};
  foreign_.erase(slot);
  free_slots_.push_back(slot);
}

void Target::place(Slot slot, ListId list) {
  while (slot_count() <= slot) {
    if (slot_count() < slot) free_slots_.push_back(slot_count());
    lists_.push_back(kNoList);
    columns_.emplace_back();
  }
  if (lists_[slot] == list) return;
  std::erase(free_slots_, slot);
  retire(slot);
  columns_[slot] = {};
  sides_.erase(slot);
  lists_[slot] = list;
}

// Where each series is. Of several slots of one series (a dead one that the log never said to be gone, and its
// successor; or two producers' that began it at once) the one with the newest sample; the others' columns are retired.
boost::unordered_flat_map<ListId, Slot> Target::places_of_series() {
  boost::unordered_flat_map<ListId, Slot> places;
  for (Slot slot = 0; slot < slot_count(); ++slot) {
    const auto [it, fresh] = places.emplace(lists_[slot], slot);
    if (fresh || lists_[slot] == kNoList) continue;
    const auto known = newest(it->second);
    const auto here = newest(slot);
    Slot other = slot;
    if (!known || (here && here->timestamp > known->timestamp)) std::swap(it->second, other);
    retire(other);
  }
  return places;
}

// The slots were compacted: columns move with their templates; what the layout does not name was dead.
void Target::move_to(std::span<const SlotTemplate> layout) {
  const boost::unordered_flat_map<ListId, Slot> old_places = places_of_series();
  boost::unordered_flat_map<ListId, Slot> places;
  for (const SlotTemplate& s : layout) {
    const bool fresh = places.emplace(s.list, s.slot).second;
    const auto old = fresh ? old_places.end() : old_places.find(s.list);
    if (old != old_places.end()) retire(old->second);  // either slot may go on
  }
  for (Slot slot = 0; slot < slot_count(); ++slot) {
    if (!places.contains(lists_[slot])) retire(slot);
  }
  const std::vector<ColumnState> columns = std::exchange(columns_, {});
  auto sides = std::exchange(sides_, {});
  lists_.clear();
  free_slots_.clear();
  for (const SlotTemplate& s : layout) {
    place(s.slot, s.list);
    const auto old = old_places.find(s.list);
    if (old == old_places.end() || places.find(s.list)->second != s.slot) continue;
    columns_[s.slot] = columns[old->second];
    if (OpenSide* side = sides.find(old->second)) sides_.put(s.slot, std::move(*side));
  }
}

// Whether the layout only adds to this one. Not where it names a series that is in another slot here: that has moved,
// be it to a slot that nothing was known of.
bool Target::fits(std::span<const SlotTemplate> layout) const {
  std::vector<ListId> added;
  for (const SlotTemplate& s : layout) {
    const ListId here = s.slot < slot_count() ? lists_[s.slot] : kNoList;
    if (here == s.list) continue;
    if (here != kNoList) return false;
    added.push_back(s.list);
  }
  if (added.empty()) return true;
  std::sort(added.begin(), added.end());
  return std::none_of(lists_.begin(), lists_.end(), [&](ListId list) {
    return list != kNoList && std::binary_search(added.begin(), added.end(), list);
  });
}

void Target::lay_out(std::span<const SlotTemplate> layout) {
  if (!fits(layout)) return move_to(layout);
  for (const SlotTemplate& s : layout) place(s.slot, s.list);
}

ForeignSlot* Target::foreign(Slot slot) {
  const auto it = foreign_.find(slot);
  return it == foreign_.end() ? nullptr : &it->second;
}

std::optional<Slot> Target::foreign_slot_of(ListId list) const {
  for (const auto& [slot, owner] : foreign_) {
    if (lists_[slot] == list) return slot;
  }
  return std::nullopt;
}

void Target::set_foreign(Slot slot, ForeignSlot owner) { foreign_.insert_or_assign(slot, std::move(owner)); }

uint32_t Target::add_producer() {
  const auto it = std::find(producers_.begin(), producers_.end(), false);
  const auto number = static_cast<uint32_t>(it - producers_.begin());
  if (it == producers_.end()) producers_.push_back(false);
  producers_[number] = true;
  return number;
}

void Target::remove_producer(uint32_t producer) { producers_[producer] = false; }

size_t Target::producers() const { return static_cast<size_t>(std::count(producers_.begin(), producers_.end(), true)); }

Part* Target::part(int64_t window) const {
  for (const auto& part : parts_) {
    if (part->window() == window) return part.get();
  }
  return nullptr;
}

const TimeGroup* Target::group_of(Slot slot) const {
  const uint32_t number = columns_[slot].group;
  return number == kNoGroup ? nullptr : groups_[number].get();
}

std::optional<NewestSample> Target::newest(Slot slot) const {
  const TimeGroup* group = group_of(slot);
  if (group == nullptr) return std::nullopt;
  const ColumnState& column = columns_[slot];
  const OpenSide* beside = side(slot);
  const bool is_histogram = beside != nullptr && beside->column.ends_with_histogram(column.last_index);
  return NewestSample{group->time(column.last_index), column.last_bits, is_histogram ? beside->last.get() : nullptr};
}

const OpenSide* Target::side(Slot slot) const { return columns_[slot].beside ? sides_.find(slot) : nullptr; }

uint32_t Target::keep_group(std::shared_ptr<TimeGroup> group) {
  if (free_groups_.empty()) {
    groups_.push_back(std::move(group));
    return static_cast<uint32_t>(groups_.size() - 1);
  }
  const uint32_t number = free_groups_.back();
  free_groups_.pop_back();
  groups_[number] = std::move(group);
  return number;
}

// The group that takes a scrape at `t`. Another one than before is begun where the log goes on after a freeze that this
// process has not seen: the part that began then may have had earlier scrapes.
TimeGroup& Target::scrape_group(Part& part, uint32_t producer, Timestamp t, uint32_t& number) {
  if (TimeGroup* group = part.scrapes_of(producer); group != nullptr && (group->empty() || t > group->last())) {
    number = part.scrapes_number(producer);
    return *group;
  }
  auto group = part.add_group(true);
  TimeGroup& made = *group;
  number = keep_group(std::move(group));
  part.set_scrapes(producer, number, &made);
  return made;
}

// Moves a slot's open column to the part of its window.
void Target::retire(Slot slot) {
  ColumnState& column = columns_[slot];
  if (column.group == kNoGroup || column.retired) return;
  const TimeGroup& group = *groups_[column.group];
  Part* owner = part(group.window);
  assert(owner != nullptr && owner->owns(group));
  ColumnState piece = column;
  piece.group = group.place;
  const OpenSide* beside = side(slot);
  owner->add_piece(lists_[slot], piece, beside == nullptr ? nullptr : &beside->column);
  column.chain = {};
  column.retired = true;
}

void Target::put(Slot slot, Part& part, uint32_t number, uint32_t index, uint64_t bits) {
  ColumnState& column = columns_[slot];
  if (column.group == number && !column.retired) return append(column, part.arena(), index, bits);
  const bool same_part = column.group != kNoGroup && part.owns(*groups_[column.group]);
  retire(slot);
  if (column.beside) sides_.erase(slot);
  start_column(column, index, bits);
  column.group = number;
  column.moved = same_part;
}

void Target::apply(const Record& record, Part& part, Sequence sequence, Sequence oldest_view) {
  if (record.key_frame) {
    lay_out(record.slots);
    part.forget_bases();
  } else {
    for (const SlotTemplate& s : record.slots) place(s.slot, s.list);
  }
  if (record.has_scrape) {
    uint32_t number = 0;
    TimeGroup& group = scrape_group(part, record.producer, record.timestamp, number);
    const uint32_t index = group.push(record.timestamp, sequence, oldest_view);
    for_each_bit(record.seen,
                 [&](Slot slot) { put(slot, part, number, index, std::bit_cast<uint64_t>(record.values[slot])); });
    group.seen.assign(record.seen.begin(), record.seen.end());
    if (has_sides() || !record.histograms.empty() || !record.starts.empty()) put_beside(record, part);
  }
  for (const OwnSample& sample : record.timed) apply_timed(sample, part, sequence, oldest_view);
}

OpenSide& Target::side_for_writing(Slot slot) {
  ColumnState& column = columns_[slot];
  if (column.beside) return *sides_.find(slot);
  column.beside = true;
  return sides_.put(slot, OpenSide{SideColumn(column.first_index)});
}

// The slot's last sample is this histogram.
void Target::put_histogram(Slot slot, Part& part, const Histogram& histogram) {
  OpenSide& side = side_for_writing(slot);
  append(side.column, part.arena(), columns_[slot].last_index, side.last.get(), histogram);
  if (side.last == nullptr) side.last = std::make_unique<Histogram>();
  *side.last = histogram;
}

// The slot's last sample has this start.
void Target::put_start(Slot slot, Part& part, Timestamp start) {
  const ColumnState& column = columns_[slot];
  if (start == 0 && !column.beside) return;
  set_start(side_for_writing(slot).column, part.arena(), column.last_index, column.last_index == column.first_index,
            start);
}

// What the samples of a scrape have beside their numbers. Where no start is told, it is unknown from now on.
void Target::put_beside(const Record& record, Part& part) {
  for (const ScrapedHistogram& h : record.histograms) put_histogram(h.slot, part, *h.histogram);
  auto told = record.starts.begin();
  for_each_bit(record.seen, [&](Slot slot) {
    const bool is_told = told != record.starts.end() && told->slot == slot;
    put_start(slot, part, is_told ? (told++)->start : 0);
  });
}

void Target::apply_timed(const OwnSample& sample, Part& part, Sequence sequence, Sequence oldest_view) {
  const Slot slot = sample.slot;
  if (sample.out_of_order) return part.out_of_order().add(lists_[slot], sample, sequence);
  if (const auto last = newest(slot); last && sample.timestamp <= last->timestamp) return;
  place_timed(sample, part, sequence, oldest_view);
  if (sample.histogram != nullptr) put_histogram(slot, part, *sample.histogram);
  put_start(slot, part, sample.start);
}

// Whether the slot can have its sample at `t` in that group, at which index. A group for own timestamps grows by one
// timestamp per batch, unless all of them are of one slot: whoever disagrees leaves. Timestamps that are there already
// are everybody's, so that a target's samples may come in several batches.
bool Target::join(Slot slot, uint32_t number, Timestamp t, Sequence sequence, Sequence oldest_view, uint32_t& index) {
  TimeGroup& group = *groups_[number];
  const ColumnState& column = columns_[slot];
  const uint32_t batch_start = group.batch_start(sequence);
  if (!group.empty() && t <= group.last()) {
    index = group.find(t, column.group == number ? column.last_index + 1 : 0);
    if (index == kNoIndex) return false;
    if (index < batch_start) group.join_late(lists_[slot], index, sequence, oldest_view);
    return true;
  }
  if (batch_start < group.size() && group.last_pusher != slot) return false;
  if (batch_start == group.size()) note_growth(number, t, sequence);
  index = group.push(t, sequence, oldest_view);
  group.last_pusher = slot;
  return true;
}

// Those of the batch are all kept: there may be as many as series. Those of earlier ones only while they are few.
void Target::note_growth(uint32_t number, Timestamp t, Sequence sequence) {
  constexpr size_t kFew = 16;
  if (grown_sequence_ != sequence && lately_grown_.size() > kFew) lately_grown_ = {};
  grown_sequence_ = sequence;
  lately_grown_.insert_or_assign(t, number);
}

void Target::place_timed(const OwnSample& sample, Part& part, Sequence sequence, Sequence oldest_view) {
  const Slot slot = sample.slot;
  const uint64_t bits = std::bit_cast<uint64_t>(sample.value);
  uint32_t index = 0;
  const uint32_t own = columns_[slot].group;
  const bool stays =
      own != kNoGroup && !columns_[slot].retired && !groups_[own]->of_scrapes && part.owns(*groups_[own]);
  if (stays && join(slot, own, sample.timestamp, sequence, oldest_view, index)) {
    return put(slot, part, own, index, bits);
  }
  const auto grown = lately_grown_.find(sample.timestamp);
  const uint32_t other = grown == lately_grown_.end() ? kNoGroup : grown->second;
  if (other != kNoGroup && other != own && part.owns(*groups_[other]) &&
      join(slot, other, sample.timestamp, sequence, oldest_view, index)) {
    return put(slot, part, other, index, bits);
  }
  const uint32_t number = keep_group(part.add_group(false));
  join(slot, number, sample.timestamp, sequence, oldest_view, index);
  put(slot, part, number, index, bits);
}

void Target::freeze(const std::shared_ptr<Part>& part) {
  for (Slot slot = 0; slot < slot_count(); ++slot) {
    const TimeGroup* group = group_of(slot);
    if (group != nullptr && part->owns(*group)) retire(slot);
  }
  part->finish();
  lately_grown_ = {};
  std::erase(parts_, part);
}

void Target::forget_dead(Timestamp horizon) {
  std::vector<bool> used(groups_.size());
  for (Slot slot = 0; slot < slot_count(); ++slot) {
    ColumnState& column = columns_[slot];
    if (column.group == kNoGroup) continue;
    if (!column.retired || !is_dead(slot, horizon)) {
      used[column.group] = true;
      continue;
    }
    sides_.erase(slot);
    column = ColumnState{};
  }
  for (uint32_t number = 0; number < groups_.size(); ++number) {
    const TimeGroup* group = groups_[number].get();
    if (group == nullptr || used[number]) continue;
    const Part* active = part(group->window);
    if (active != nullptr && active->owns(*group)) continue;
    groups_[number] = nullptr;
    free_groups_.push_back(number);
    lately_grown_ = {};
  }
}

bool Target::is_dead(Slot slot, Timestamp horizon) const {
  if (lists_[slot] == kNoList) return true;
  const auto last = newest(slot);
  return !last || last->timestamp < horizon;
}

size_t Target::live_series(Timestamp horizon) const {
  size_t live = 0;
  for (Slot slot = 0; slot < slot_count(); ++slot) live += !is_dead(slot, horizon) && !foreign_.contains(slot);
  return live;
}

std::vector<Slot> Target::compact(Timestamp horizon) {
  ++generation_;
  std::vector<Slot> remap(slot_count(), kNoSlot);
  SideTable kept_sides;
  Slot kept = 0;
  for (Slot slot = 0; slot < slot_count(); ++slot) {
    if (is_dead(slot, horizon)) {
      retire(slot);  // a late sample may still be in the open column
      continue;
    }
    remap[slot] = kept;
    lists_[kept] = lists_[slot];
    columns_[kept] = columns_[slot];
    if (columns_[kept].beside) kept_sides.put(kept, std::move(*sides_.find(slot)));
    ++kept;
  }
  sides_ = std::move(kept_sides);
  lists_.resize(kept);
  columns_.resize(kept);
  lists_.shrink_to_fit();
  columns_.shrink_to_fit();
  free_slots_.clear();
  foreign_.clear();  // they have no samples of their own, so they are among the dead
  for (const auto& part : parts_) {
    part->forget_bases();
    part->log.needs_key_frame = true;
  }
  return remap;
}

size_t Target::bytes() const {
  size_t kept = 0;  // groups that outlived their windows
  for (const auto& group : groups_) kept += group.use_count() == 1 ? group->bytes() : 0;
  return sizeof(*this) + kept + lists_.capacity() * sizeof(ListId) + columns_.capacity() * sizeof(ColumnState) +
         groups_.capacity() * sizeof(groups_[0]) + parts_.capacity() * sizeof(parts_[0]) +
         free_slots_.capacity() * sizeof(Slot) + sides_.bytes() +
         lately_grown_.bucket_count() * sizeof(*lately_grown_.begin());
}

std::string dump(Target& target) {
  std::lock_guard lock(target.mutex());
  std::string out = fmt::format("target {}\n", dump(target.labels()));
  std::string tokens;
  for (Slot slot = 0; slot < target.slot_count(); ++slot) {
    const TimeGroup* group = target.group_of(slot);
    if (group == nullptr) continue;
    const ColumnState& column = target.column(slot);
    tokens.clear();
    const Arena* arena = column.retired ? nullptr : &target.part(group->window)->arena();
    if (arena != nullptr) arena->copy(column.chain, tokens);
    out += fmt::format("  {} window {} {} {}", slot, group->window, group->of_scrapes ? "scrapes" : "own",
                       column.retired ? "retired" : dump_tokens(column, tokens));
    if (const OpenSide* side = target.side(slot); side != nullptr && arena != nullptr) {
      std::string histograms;
      std::string starts;
      arena->copy(side->column.histograms, histograms);
      arena->copy(side->column.starts, starts);
      out += dump_side(side->column, column.first_index, histograms, starts);
    }
    out += '\n';
  }
  return out;
}

}  // namespace narthex::storage
