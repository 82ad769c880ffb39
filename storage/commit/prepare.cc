#include "storage/commit/prepare.h"

#include <algorithm>
#include <bit>

namespace narthex::storage {

bool Preparer::in_bounds(Timestamp t, Timestamp now) const {
  if (t > now && t - now > options_.max_future_ms) return false;
  const Timestamp newest = windows_.newest();
  if (newest != INT64_MIN && t < newest - options_.max_past_ms) return false;
  return windows_.number_of(t) >= windows_.first_retained();
}

Preparer::Verdict Preparer::against(const std::optional<NewestSample>& newest, Timestamp t, uint64_t bits) {
  if (!newest || t > newest->timestamp) return Verdict::kAccept;
  if (t < newest->timestamp) return Verdict::kOutOfOrder;
  return bits == newest->bits ? Verdict::kSilent : Verdict::kDuplicate;
}

bool Preparer::count(Verdict verdict) {
  switch (verdict) {
    case Verdict::kAccept:
      return true;
    case Verdict::kSilent:
      break;
    case Verdict::kOutOfOrder:
      ++out_.result.out_of_order;
      break;
    case Verdict::kDuplicate:
      ++out_.result.duplicate_timestamp;
      break;
    case Verdict::kOutOfBounds:
      ++out_.result.out_of_bounds;
      break;
  }
  return false;
}

Record& Preparer::record_of(const std::shared_ptr<Target>& target, int64_t window) {
  for (PreparedRecord& r : out_.records) {
    if (r.target == target && r.record.window == window) return r.record;
  }
  out_.records.push_back({target, &windows_.part(target, window), {}});
  out_.records.back().record.window = window;
  return out_.records.back().record;
}

Prepared Preparer::prepare(ScratchImpl& scratch) {
  out_ = {};
  reached_.clear();
  rerouted_.clear();
  std::lock_guard lock(scratch.target()->mutex());
  scrape_samples(scratch);
  for (const TimedSample& sample : rerouted_) one_by_one(scratch, sample, true);
  for (const TimedSample& sample : scratch.timed()) one_by_one(scratch, sample, false);
  std::stable_sort(out_.records.begin(), out_.records.end(),
                   [](const PreparedRecord& a, const PreparedRecord& b) { return a.record.window < b.record.window; });
  return std::move(out_);
}

void Preparer::scrape_samples(ScratchImpl& scratch) {
  Target& target = *scratch.target();
  std::vector<uint64_t>& seen = scratch.seen_bits();
  const Timestamp t = scratch.timestamp();
  uint64_t seen_count = 0;
  for (const uint64_t word : seen) seen_count += static_cast<uint64_t>(std::popcount(word));
  if (seen_count == 0) return;
  if (!in_bounds(t, scratch.now())) {
    out_.result.out_of_bounds += seen_count;
    std::fill(seen.begin(), seen.end(), 0);
    return;
  }
  const int64_t window = windows_.number_of(t);
  const Part* part = target.part(window);
  const TimeGroup* group = part == nullptr ? nullptr : part->scrapes_of(scratch.producer());
  const uint32_t number = group == nullptr ? kNoGroup : part->scrapes_number(scratch.producer());
  const bool takes_it = group == nullptr || t > group->last();
  const bool foreigners = !target.foreign_slots().empty();
  uint64_t kept = 0;
  for (uint64_t& word : seen) {
    for (uint64_t bits = word; bits != 0; bits &= bits - 1) {
      const auto bit = static_cast<unsigned>(std::countr_zero(bits));
      const auto slot = static_cast<Slot>(static_cast<size_t>(&word - seen.data()) * 64 + bit);
      // The usual case: the series is in this group, whose last timestamp is before t.
      const bool usual = takes_it && !foreigners && target.column(slot).group == number && number != kNoGroup;
      if (usual || keep_in_scrape(scratch, target, slot, number, takes_it)) {
        ++kept;
      } else {
        word &= ~(uint64_t{1} << bit);
      }
    }
  }
  if (kept == 0) return;
  Record& record = record_of(scratch.target(), window);
  record.has_scrape = true;
  record.producer = scratch.producer();
  record.timestamp = t;
  record.seen = seen;
  record.values = scratch.values();
  out_.samples += kept;
  out_.newest = std::max(out_.newest, t);
}

bool Preparer::keep_in_scrape(ScratchImpl& scratch, Target& target, Slot slot, uint32_t group_number,
                              bool group_takes_it) {
  const Timestamp t = scratch.timestamp();
  const TimedSample sample{slot, t, scratch.values()[slot]};
  if (target.foreign(slot) != nullptr) {
    rerouted_.push_back(sample);
    return false;
  }
  if (!count(against(target.newest(slot), t, std::bit_cast<uint64_t>(sample.value)))) return false;
  const TimeGroup* current = target.group_of(slot);
  const bool elsewhere =
      current != nullptr && target.column(slot).group != group_number && current->window == windows_.number_of(t);
  if (group_takes_it && !(elsewhere && target.column(slot).moved)) return true;
  rerouted_.push_back(sample);
  return false;
}

void Preparer::one_by_one(ScratchImpl& scratch, const TimedSample& sample, bool from_scrape) {
  const std::shared_ptr<Target>& target = scratch.target();
  const ForeignSlot* foreign = target->foreign(sample.slot);
  if (!in_bounds(sample.timestamp, scratch.now())) {
    count(Verdict::kOutOfBounds);
    return;
  }
  // What the scrape itself appended counts as appended first.
  if (!from_scrape && foreign == nullptr && scratch.has(sample.slot) && sample.timestamp <= scratch.timestamp()) {
    count(against(target->newest(sample.slot), sample.timestamp, std::bit_cast<uint64_t>(sample.value)));
    return;
  }
  if (foreign == nullptr) return append_to(target, sample);
  const TimedSample at_owner{foreign->slot, sample.timestamp, sample.value};
  if (foreign->owner == target) return append_to(target, at_owner);
  std::lock_guard lock(foreign->owner->mutex());
  append_to(foreign->owner, at_owner);
}

void Preparer::append_to(const std::shared_ptr<Target>& owner, const TimedSample& sample) {
  const Verdict verdict = against(owner->newest(sample.slot), sample.timestamp, std::bit_cast<uint64_t>(sample.value));
  if (!count(verdict)) return;
  const auto [reached, first] = reached_.emplace(Key{owner.get(), sample.slot}, sample.timestamp);
  if (!first && sample.timestamp <= reached->second) return;  // lost silently: conflicts within one scrape
  reached->second = sample.timestamp;
  record_of(owner, windows_.number_of(sample.timestamp)).timed.push_back(sample);
  ++out_.samples;
  out_.newest = std::max(out_.newest, sample.timestamp);
}

}  // namespace narthex::storage
