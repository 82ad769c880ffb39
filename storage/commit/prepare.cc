#include "storage/commit/prepare.h"

#include <algorithm>
#include <bit>

namespace narthex::storage {

bool Preparer::in_bounds(Timestamp t, Timestamp now) const {
  if (t > now && t - now > options_.max_future_ms) return false;
  if (t < now && t < now - options_.limits.retention_ms) return false;  // also where there is no newest sample yet
  const Timestamp newest = windows_.newest();
  if (newest != INT64_MIN && t < newest - options_.max_past_ms) return false;
  return windows_.number_of(t) >= windows_.first_retained();
}

Preparer::Verdict Preparer::against(const std::optional<NewestSample>& newest, const OwnSample& sample) {
  if (!newest || sample.timestamp > newest->timestamp) return Verdict::kAccept;
  if (sample.timestamp < newest->timestamp) return Verdict::kOutOfOrder;
  const bool histograms = newest->histogram != nullptr && sample.histogram != nullptr;
  const bool numbers = newest->histogram == nullptr && sample.histogram == nullptr;
  const bool same = histograms ? same_bits(*newest->histogram, *sample.histogram)
                               : numbers && std::bit_cast<uint64_t>(sample.value) == newest->bits;
  return same ? Verdict::kSilent : Verdict::kDuplicate;
}

bool Preparer::count(Verdict verdict, bool quiet) {
  if (quiet) return verdict == Verdict::kAccept;
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
  gather_beside(scratch);
  scrape_samples(scratch);
  for (const OwnSample& sample : rerouted_) one_by_one(scratch, sample, true);
  own_samples(scratch);
  exemplars(scratch);
  std::stable_sort(out_.records.begin(), out_.records.end(),
                   [](const PreparedRecord& a, const PreparedRecord& b) { return a.record.window < b.record.window; });
  return std::move(out_);
}

namespace {

constexpr auto kBySlot = [](const auto& a, const auto& b) { return a.slot < b.slot; };

template <class T>
void sort_by_slot(std::vector<T>& list) {
  if (!std::is_sorted(list.begin(), list.end(), kBySlot)) std::stable_sort(list.begin(), list.end(), kBySlot);
}

// Null if the slot has none.
template <class T>
const T* find(const std::vector<T>& by_slot, Slot slot) {
  const auto it = std::lower_bound(by_slot.begin(), by_slot.end(), slot, [](const T& t, Slot s) { return t.slot < s; });
  return it == by_slot.end() || it->slot != slot ? nullptr : &*it;
}

}  // namespace

// Histograms at the scrape's time and starts, by slot. A malformed histogram loses its place.
void Preparer::gather_beside(ScratchImpl& scratch) {
  histograms_.clear();
  starts_.clear();
  for (const SlotHistogram& h : scratch.histograms()) {
    if (h.timed) continue;
    if (is_well_formed(h.histogram)) {
      histograms_.push_back({h.slot, &h.histogram});
      continue;
    }
    ++out_.result.malformed_histograms;
    scratch.seen_bits()[h.slot / 64] &= ~(uint64_t{1} << (h.slot & 63));
  }
  sort_by_slot(histograms_);
  starts_ = scratch.starts();
  sort_by_slot(starts_);
  // Of a slot's starts the last one holds.
  const auto superseded = [](const SlotStart& a, const SlotStart& b) { return a.slot == b.slot; };
  starts_.erase(starts_.begin(), std::unique(starts_.rbegin(), starts_.rend(), superseded).base());
}

OwnSample Preparer::sample_of(Slot slot, Timestamp t, double value, const Histogram* histogram) const {
  const SlotStart* start = find(starts_, slot);
  return {slot, t, value, histogram, start == nullptr ? 0 : start->start};
}

// What the samples that stay in the scrape have beside their numbers.
void Preparer::put_beside(const ScratchImpl& scratch, Record& record) {
  for (const ScrapedHistogram& h : histograms_) {
    if (scratch.has(h.slot)) record.histograms.push_back(h);
  }
  for (const SlotStart& s : starts_) {
    if (s.start != 0 && scratch.has(s.slot)) record.starts.push_back(s);
  }
  out_.histograms += record.histograms.size();
}

void Preparer::scrape_samples(ScratchImpl& scratch) {
  Target& target = *scratch.target();
  std::vector<uint64_t>& seen = scratch.seen_bits();
  const Timestamp t = scratch.timestamp();
  uint64_t seen_count = 0;
  for (const uint64_t word : seen) seen_count += static_cast<uint64_t>(std::popcount(word));
  if (seen_count == 0) return;
  if (!in_bounds(t, scratch.now())) {
    for_each_bit(seen, [&](Slot slot) { count(Verdict::kOutOfBounds, scratch.is_quiet(slot)); });
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
  put_beside(scratch, record);
  out_.samples += kept;
  out_.newest = std::max(out_.newest, t);
}

bool Preparer::keep_in_scrape(ScratchImpl& scratch, Target& target, Slot slot, uint32_t group_number,
                              bool group_takes_it) {
  const Timestamp t = scratch.timestamp();
  const ScrapedHistogram* beside = find(histograms_, slot);
  const OwnSample sample = sample_of(slot, t, scratch.values()[slot], beside == nullptr ? nullptr : beside->histogram);
  if (target.foreign(slot) != nullptr) {
    rerouted_.push_back(sample);
    return false;
  }
  if (!count(against(target.newest(slot), sample), scratch.is_quiet(slot))) return false;
  const TimeGroup* current = target.group_of(slot);
  const Part* part = target.part(windows_.number_of(t));
  const bool elsewhere =
      current != nullptr && target.column(slot).group != group_number && part != nullptr && part->owns(*current);
  if (group_takes_it && !(elsewhere && target.column(slot).moved)) return true;
  rerouted_.push_back(sample);
  return false;
}

// Samples with their own timestamps, numbers and histograms in the order of appending.
void Preparer::own_samples(ScratchImpl& scratch) {
  const std::vector<TimedSample>& timed = scratch.timed();
  size_t done = 0;
  const auto numbers_until = [&](size_t end) {
    for (; done < end; ++done) {
      one_by_one(scratch, sample_of(timed[done].slot, timed[done].timestamp, timed[done].value, nullptr), false);
    }
  };
  for (const SlotHistogram& h : scratch.histograms()) {
    if (!h.timed) continue;
    numbers_until(h.timed_before);
    if (is_well_formed(h.histogram)) {
      one_by_one(scratch, sample_of(h.slot, h.timestamp, 0, &h.histogram), false);
    } else {
      ++out_.result.malformed_histograms;
    }
  }
  numbers_until(timed.size());
}

void Preparer::one_by_one(ScratchImpl& scratch, const OwnSample& sample, bool from_scrape) {
  const std::shared_ptr<Target>& target = scratch.target();
  const ForeignSlot* foreign = target->foreign(sample.slot);
  const bool quiet = from_scrape && scratch.is_quiet(sample.slot);
  if (!in_bounds(sample.timestamp, scratch.now())) {
    count(Verdict::kOutOfBounds, quiet);
    return;
  }
  // What the scrape itself appended counts as appended first.
  if (!from_scrape && foreign == nullptr && scratch.has(sample.slot) && sample.timestamp <= scratch.timestamp()) {
    count(against(target->newest(sample.slot), sample), quiet);
    return;
  }
  if (foreign == nullptr) return append_to(target, sample, quiet);
  OwnSample at_owner = sample;
  at_owner.slot = foreign->slot;
  if (foreign->owner == target) return append_to(target, at_owner, quiet);
  std::lock_guard lock(foreign->owner->mutex());
  append_to(foreign->owner, at_owner, quiet);
}

void Preparer::append_to(const std::shared_ptr<Target>& owner, const OwnSample& sample, bool quiet) {
  if (!count(against(owner->newest(sample.slot), sample), quiet)) return;
  const auto [reached, first] = reached_.emplace(Key{owner.get(), sample.slot}, sample.timestamp);
  if (!first && sample.timestamp <= reached->second) return;  // lost silently: conflicts within one scrape
  reached->second = sample.timestamp;
  record_of(owner, windows_.number_of(sample.timestamp)).timed.push_back(sample);
  ++out_.samples;
  if (sample.histogram != nullptr) ++out_.histograms;
  out_.newest = std::max(out_.newest, sample.timestamp);
}

void Preparer::exemplars(const ScratchImpl& scratch) {
  if (scratch.exemplars().empty() || ring_.max() == 0 || !in_bounds(scratch.timestamp(), scratch.now())) return;
  // By series, in the order in which these first occur.
  boost::unordered_flat_map<Slot, size_t> place;
  std::vector<const SlotExemplar*> sorted;
  for (const SlotExemplar& e : scratch.exemplars()) {
    place.emplace(e.slot, sorted.size());
    sorted.push_back(&e);
  }
  std::stable_sort(sorted.begin(), sorted.end(), [&](const SlotExemplar* a, const SlotExemplar* b) {
    return a->slot != b->slot ? place[a->slot] < place[b->slot] : is_older(a->exemplar, b->exemplar);
  });
  for (size_t i = 0, end = 0; i < sorted.size(); i = end) {
    while (end < sorted.size() && sorted[end]->slot == sorted[i]->slot) ++end;
    exemplars_of_series(scratch, std::span(sorted).subspan(i, end - i));
  }
}

void Preparer::exemplars_of_series(const ScratchImpl& scratch, std::span<const SlotExemplar* const> exemplars) {
  const Target& target = *scratch.target();
  const Slot slot = exemplars.front()->slot;
  const ListRef list = slot < target.slot_count() ? core_.identity.get(target.list(slot)) : nullptr;
  if (list == nullptr) return;
  const Labels series = combine(target.labels(), *list);
  const std::optional<Exemplar> before = ring_.newest(series);
  const Exemplar* newest = before ? &*before : nullptr;
  size_t refused = 0;
  for (const SlotExemplar* e : exemplars) {
    const Exemplar& exemplar = e->exemplar;
    if (is_too_long(exemplar) || (newest != nullptr && same_bits(exemplar, *newest))) continue;
    if (newest != nullptr && is_older(exemplar, *newest)) {
      ++refused;
      continue;
    }
    newest = &exemplar;
    Record& record = record_of(scratch.target(), windows_.number_of(scratch.timestamp()));
    record.timestamp = scratch.timestamp();
    record.exemplars.push_back({slot, &exemplar});
    out_.exemplars.push_back({series, &exemplar});
  }
  if (refused == exemplars.size()) out_.result.exemplar_out_of_order += refused;
}

}  // namespace narthex::storage
