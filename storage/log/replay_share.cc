#include "storage/log/replay_share.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <numeric>

namespace narthex::storage {

void ReplayShare::apply(std::vector<ReplayRecord>& records) {
  std::vector<uint32_t> order(records.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](uint32_t a, uint32_t b) { return records[a].target->number() < records[b].target->number(); });
  const size_t kept = exemplars_.size();
  for (const uint32_t i : order) record(records[i]);
  sort_exemplars(kept);
}

void ReplayShare::finish() {
  for (const auto& [target, steady] : steady_) {
    std::lock_guard lock(target->mutex());
    settle(*target);
  }
  steady_.clear();
}

void ReplayShare::record(ReplayRecord& r) {
  ReplayStream& stream = *r.stream;
  if (r.head.key_frame) stream.waiting = false;
  if (!r.head.key_frame && !stream.waiting && r.head.number != stream.next_number) {
    stream.waiting = true;
    report_.add_problem(fmt::format("records {} to {} of target {} are missing in the log of window {}",
                                    stream.next_number, r.head.number, dump(r.target->labels()), r.family));
  }
  if (!stream.waiting && !apply(r)) {
    stream.waiting = true;
    report_.add_problem(fmt::format("record {} of target {} in the log of window {} cannot be understood",
                                    r.head.number, dump(r.target->labels()), r.family));
  }
  if (stream.waiting) {
    ++report_.skipped_records;
    return;
  }
  stream.next_number = r.head.number + 1;
  ++report_.records;
}

bool ReplayShare::apply(ReplayRecord& r) {
  if (!r.sound) return false;
  Target& target = *r.target;
  std::lock_guard lock(target.mutex());
  const auto known = steady_.find(&target);
  if (known != steady_.end() && apply_changes(r, known->second)) return true;
  settle(target);
  steady_.erase(&target);
  Record& record = decoded_.record;
  record.window = r.window;
  record.key_frame = r.head.key_frame;
  record.slots = std::move(r.slots);
  if (record.key_frame) {
    target.lay_out(record.slots);
  } else {
    for (const SlotTemplate& s : record.slots) target.place(s.slot, s.list);
  }
  if (!decode_samples(r.rest, r.head, target, target.part(r.window), windows_.start_of(r.window), decoded_)) {
    return false;
  }
  apply_whole(r, windows_.part(r.target, r.window));
  return true;
}

void ReplayShare::apply_whole(const ReplayRecord& r, Part& part) {
  const Record& record = decoded_.record;
  r.target->apply(record, part, r.sequence, r.sequence);
  if (record.has_scrape) {
    newest_ = std::max(newest_, record.timestamp);
    for (const uint64_t word : record.seen) report_.samples += static_cast<uint64_t>(std::popcount(word));
  }
  keep_exemplars(r);
  for (const OwnSample& sample : record.timed) newest_ = std::max(newest_, sample.timestamp);
  report_.samples += record.timed.size();
  note_steady(r, part);
}

void ReplayShare::note_steady(const ReplayRecord& r, Part& part) {
  const Record& record = decoded_.record;
  if (!record.has_scrape || !record.timed.empty()) return;
  TimeGroup* group = part.scrapes_of(record.producer);
  if (!r.target->is_steady(*group, part.scrapes_number(record.producer))) return;
  uint64_t samples = 0;
  for (const uint64_t word : group->seen) samples += static_cast<uint64_t>(std::popcount(word));
  steady_.insert_or_assign(r.target.get(), Steady{r.window, record.producer, &part, group, samples});
}

// False: it is not only that values changed, and nothing was done.
bool ReplayShare::apply_changes(const ReplayRecord& r, Steady& steady) {
  if (r.window != steady.window || !r.slots.empty()) return false;
  const Timestamp start = windows_.start_of(r.window);
  if (!decode_changes(r.rest, r.head, *r.target, *steady.group, start, changes_)) return false;
  if (changes_.producer != steady.producer || changes_.timestamp <= steady.group->last()) return false;
  const uint32_t index = steady.group->push(changes_.timestamp, r.sequence, r.sequence);
  r.target->apply_changes(*steady.part, index, changes_.values);
  steady.behind = true;
  newest_ = std::max(newest_, changes_.timestamp);
  report_.samples += steady.samples;
  return true;
}

// Behind the target's mutex.
void ReplayShare::settle(Target& target) {
  const auto known = steady_.find(&target);
  if (known == steady_.end() || !known->second.behind) return;
  target.catch_up(*known->second.group);
  known->second.behind = false;
}

void ReplayShare::keep_exemplars(const ReplayRecord& r) {
  if (max_exemplars_ == 0) return;
  for (const RecordExemplar& e : decoded_.record.exemplars) {
    exemplars_.push_back({r.sequence, r.target->labels_ref(), core_.identity.get(r.target->list(e.slot)), *e.exemplar});
  }
}

// They came target by target.
void ReplayShare::sort_exemplars(size_t from) {
  std::stable_sort(exemplars_.begin() + static_cast<ptrdiff_t>(from), exemplars_.end(),
                   [](const ReadExemplar& a, const ReadExemplar& b) { return a.sequence < b.sequence; });
  while (exemplars_.size() > max_exemplars_) exemplars_.pop_front();
}

}  // namespace narthex::storage
