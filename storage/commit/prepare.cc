#include "storage/commit/prepare.h"

#include <algorithm>
#include <bit>

namespace narthex::storage {

Preparer::Age Preparer::age_of(Timestamp t) const {
  if (t > now_ && t - now_ > options_.max_future_ms) return Age::kFuture;
  // Also where there is no newest sample yet.
  if (t < now_ && t < oldest_kept(limits_, now_)) return Age::kTooOld;
  const Timestamp newest = windows_.newest();
  if (newest == INT64_MIN || t >= newest - options_.max_past_ms) return Age::kCurrent;
  return in_window(t) ? Age::kOld : Age::kTooOld;
}

bool Preparer::in_window(Timestamp t) const {
  return limits_.out_of_order_window_ms > 0 && t >= windows_.newest() - limits_.out_of_order_window_ms;
}

Preparer::Verdict Preparer::not_in_order(Timestamp t) const {
  if (limits_.out_of_order_window_ms <= 0) return Verdict::kOutOfOrder;
  if (only_in_order_) return Verdict::kSilent;
  return in_window(t) ? Verdict::kInsert : Verdict::kTooOld;
}

Preparer::Verdict Preparer::judge(const std::optional<NewestSample>& newest, const OwnSample& sample) const {
  switch (age_of(sample.timestamp)) {
    case Age::kFuture:
      return Verdict::kOutOfBounds;
    case Age::kTooOld:
      return limits_.out_of_order_window_ms > 0 ? Verdict::kTooOld : Verdict::kOutOfBounds;
    case Age::kOld:
      return not_in_order(sample.timestamp);
    case Age::kCurrent:
      break;
  }
  if (!newest || sample.timestamp > newest->timestamp) return Verdict::kAccept;
  if (sample.timestamp < newest->timestamp) return not_in_order(sample.timestamp);
  const bool histograms = newest->histogram != nullptr && sample.histogram != nullptr;
  const bool numbers = newest->histogram == nullptr && sample.histogram == nullptr;
  const bool same = histograms ? same_bits(*newest->histogram, *sample.histogram)
                               : numbers && std::bit_cast<uint64_t>(sample.value) == newest->bits;
  return same ? Verdict::kSilent : Verdict::kDuplicate;
}

void Preparer::count(Verdict verdict, bool quiet) {
  if (quiet) return;
  switch (verdict) {
    case Verdict::kAccept:
    case Verdict::kInsert:
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
    case Verdict::kTooOld:
      ++out_.result.too_old;
      break;
  }
}

void Preparer::fail_if_too_old() {
  const uint64_t too_old = out_.result.too_old;
  if (too_old == 0) return;
  out_ = {};
  out_.result.too_old = too_old;
  out_.result.status = invalid("too old sample");
}

void Preparer::count(Verdict verdict, const Origin& origin, const Target& owner, const OwnSample& sample,
                     const std::optional<NewestSample>& newest) {
  count(verdict, origin.quiet);
  if (!place_ || origin.quiet) return;
  Refusal why = Refusal::kOutOfOrder;
  switch (verdict) {
    case Verdict::kAccept:
    case Verdict::kInsert:
    case Verdict::kSilent:
      return;
    case Verdict::kOutOfOrder:
      break;
    case Verdict::kDuplicate:
      why = Refusal::kDuplicate;
      break;
    case Verdict::kOutOfBounds:
      why = age_of(sample.timestamp) == Age::kFuture ? Refusal::kTooFarAhead : Refusal::kOutOfBounds;
      break;
    case Verdict::kTooOld:
      why = Refusal::kTooOld;
      break;
  }
  RefusedSample& told = tell(why, origin.slot, owner, sample.slot);
  told.timestamp = sample.timestamp;
  told.value = sample.value;
  told.is_histogram = sample.histogram != nullptr;
  if (!newest) return;
  told.existing = std::bit_cast<double>(newest->bits);
  told.existing_is_histogram = newest->histogram != nullptr;
}

RefusedSample& Preparer::tell(Refusal why, Slot slot, const Target& owner, Slot owner_slot) {
  const ListRef list = core_.identity.get(owner.list(owner_slot));
  RefusedSample& told = out_.result.refused.emplace_back();
  told.why = why;
  told.scratch = *place_;
  told.slot = slot;
  if (list) told.series = combine(owner.labels(), *list);
  return told;
}

void Preparer::malformed(const ScratchImpl& scratch, const SlotHistogram& histogram) {
  ++out_.result.malformed_histograms;
  if (!place_) return;
  RefusedSample& told = tell(Refusal::kMalformed, histogram.slot, *scratch.target(), histogram.slot);
  told.timestamp = histogram.timestamp;
  told.is_histogram = true;
}

Record& Preparer::record_of(const std::shared_ptr<Target>& target, int64_t window) {
  // Most often the last one: samples of a series ascend.
  for (size_t i = out_.records.size(); i-- > 0;) {
    PreparedRecord& r = out_.records[i];
    if (r.target == target && r.record.window == window) return r.record;
  }
  out_.records.push_back({target, &windows_.part(target, window), {}});
  out_.records.back().record.window = window;
  return out_.records.back().record;
}

Prepared Preparer::prepare(ScratchImpl& scratch, size_t place) {
  place_ = place;
  Prepared prepared = prepare(scratch);
  place_ = std::nullopt;
  return prepared;
}

Prepared Preparer::prepare(ScratchImpl& scratch) {
  out_ = {};
  rerouted_.clear();
  foreign_.clear();
  limits_ = live_limits_.get();
  now_ = scratch.now();
  target_ = scratch.target().get();
  only_in_order_ = scratch.is_only_in_order();
  std::unique_lock lock(scratch.target()->mutex());
  gather_beside(scratch);
  scrape_samples(scratch);
  for (const OwnSample& sample : rerouted_) one_by_one(scratch, sample, true);
  own_samples(scratch);
  exemplars(scratch);
  lock.unlock();  // one target's mutex at a time
  for (const Foreign& f : foreign_) {
    std::lock_guard owners(f.owner->mutex());
    append_to(f.owner, f.sample, INT64_MIN, f.origin);
  }
  forget_reached();
  if (scratch.fails_if_too_old()) fail_if_too_old();
  std::stable_sort(out_.records.begin(), out_.records.end(),
                   [](const PreparedRecord& a, const PreparedRecord& b) { return a.record.window < b.record.window; });
  return std::move(out_);
}

namespace {

constexpr auto kBySlot = [](const auto& a, const auto& b) { return a.slot < b.slot; };
constexpr auto kBySlotAndTime = [](const auto& a, const auto& b) {
  return a.slot != b.slot ? a.slot < b.slot : a.timestamp < b.timestamp;
};

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
    malformed(scratch, h);
    scratch.seen_bits()[h.slot / 64] &= ~(uint64_t{1} << (h.slot & 63));
  }
  sort_by_slot(histograms_);
  starts_ = scratch.starts();
  sort_by_slot(starts_);
  // Of a slot's starts the last one holds.
  const auto superseded = [](const SlotStart& a, const SlotStart& b) { return a.slot == b.slot; };
  starts_.erase(starts_.begin(), std::unique(starts_.rbegin(), starts_.rend(), superseded).base());
  timed_starts_ = scratch.timed_starts();
  std::stable_sort(timed_starts_.begin(), timed_starts_.end(), kBySlotAndTime);
}

OwnSample Preparer::sample_of(Slot slot, Timestamp t, double value, const Histogram* histogram) const {
  OwnSample sample{slot, t, value, histogram, 0};
  if (!timed_starts_.empty()) {
    const auto behind = std::upper_bound(timed_starts_.begin(), timed_starts_.end(), sample, kBySlotAndTime);
    if (behind != timed_starts_.begin() && !kBySlotAndTime(*std::prev(behind), sample)) {
      sample.start = std::prev(behind)->start;
      return sample;
    }
  }
  if (const SlotStart* start = find(starts_, slot)) sample.start = start->start;
  return sample;
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
  const bool current = age_of(t) == Age::kCurrent;
  const int64_t window = windows_.number_of(t);
  const Part* part = target.part(window);
  const TimeGroup* group = part == nullptr ? nullptr : part->scrapes_of(scratch.producer());
  const uint32_t number = group == nullptr ? kNoGroup : part->scrapes_number(scratch.producer());
  const bool takes_it = current && (group == nullptr || t > group->last());
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
  const Verdict verdict = judge(newest_of(target, slot, t), sample);
  count(verdict, scratch.is_quiet(slot));
  if (verdict == Verdict::kInsert) rerouted_.push_back(sample);
  if (verdict != Verdict::kAccept) return false;
  const TimeGroup* current = target.group_of(slot);
  const Part* part = target.part(windows_.number_of(t));
  const bool elsewhere =
      current != nullptr && target.column(slot).group != group_number && part != nullptr && part->owns(*current);
  if (group_takes_it && !(elsewhere && target.column(slot).moved)) return true;
  rerouted_.push_back(sample);
  return false;
}

std::optional<NewestSample> Preparer::newest_of(const Target& owner, Slot slot, Timestamp t) {
  const auto known = owner.newest(slot);
  if (known || t > windows_.sealed_at_start()) return known;
  const ListRef list = core_.identity.get(owner.list(slot));
  return list == nullptr ? std::nullopt : sealed_newest_.find(combine(owner.labels(), *list), t);
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
      malformed(scratch, h);
    }
  }
  numbers_until(timed.size());
}

void Preparer::one_by_one(ScratchImpl& scratch, const OwnSample& sample, bool from_scrape) {
  const std::shared_ptr<Target>& target = scratch.target();
  const ForeignSlot* foreign = target->foreign(sample.slot);
  const Origin origin{sample.slot, from_scrape && scratch.is_quiet(sample.slot)};
  OwnSample at_owner = sample;
  if (foreign != nullptr) at_owner.slot = foreign->slot;
  if (foreign == nullptr || foreign->owner == target) {
    // What the scrape itself appended counts as appended first.
    const Timestamp newer = scratch.has(at_owner.slot) ? scratch.timestamp() : INT64_MIN;
    return append_to(target, at_owner, newer, origin);
  }
  foreign_.push_back({foreign->owner, at_owner, origin});
}

Timestamp& Preparer::reached_by(const Target& owner, Slot slot) {
  if (&owner != target_) {
    return reached_at_others_.try_emplace(Key{&owner, slot}, Timestamp{INT64_MIN}).first->second;
  }
  if (reached_.size() <= slot) reached_.resize(owner.slot_count(), INT64_MIN);
  if (reached_[slot] == INT64_MIN) reached_slots_.push_back(slot);
  return reached_[slot];
}

void Preparer::forget_reached() {
  for (const Slot slot : reached_slots_) reached_[slot] = INT64_MIN;
  reached_slots_.clear();
  reached_at_others_.clear();
}

// `newer`: what the series gets from this scrape before.
void Preparer::append_to(const std::shared_ptr<Target>& owner, OwnSample sample, Timestamp newer,
                         const Origin& origin) {
  const auto newest = newest_of(*owner, sample.slot, sample.timestamp);
  Verdict verdict = judge(newest, sample);
  count(verdict, origin, *owner, sample, newest);
  if (verdict == Verdict::kAccept) {
    Timestamp& reached = reached_by(*owner, sample.slot);
    reached = std::max(reached, newer);
    // Conflicts within one scrape are lost silently.
    if (sample.timestamp < reached) verdict = not_in_order(sample.timestamp);
    if (sample.timestamp == reached) verdict = Verdict::kSilent;
    reached = std::max(reached, sample.timestamp);
  }
  if (verdict != Verdict::kAccept && verdict != Verdict::kInsert) return;
  sample.out_of_order = verdict == Verdict::kInsert;
  record_of(owner, windows_.number_of(sample.timestamp)).timed.push_back(sample);
  ++out_.samples;
  if (sample.histogram != nullptr) ++out_.histograms;
  out_.newest = std::max(out_.newest, sample.timestamp);
}

void Preparer::exemplars(const ScratchImpl& scratch) {
  if (scratch.exemplars().empty() || ring_.max() == 0 || age_of(scratch.timestamp()) != Age::kCurrent) return;
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
    const bool too_long = is_too_long(exemplar);
    if (!too_long && newest != nullptr && same_bits(exemplar, *newest)) continue;
    if (too_long || (newest != nullptr && is_older(exemplar, *newest))) {
      if (!too_long) ++refused;
      if (!place_) continue;
      RefusedSample& told =
          tell(too_long ? Refusal::kExemplarTooLong : Refusal::kExemplarOutOfOrder, slot, target, slot);
      told.timestamp = exemplar.timestamp;
      told.value = exemplar.value;
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
