#include "storage/log/replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <deque>
#include <thread>

#include "storage/log/record_codec.h"

namespace narthex::storage {
namespace {

constexpr size_t kMaxProblems = 20;
constexpr size_t kMaxReaders = 4;

// The definitions of one family, by the numbers its writer gave them. A later definition of a number replaces the
// earlier one: after a restart numbers begin anew.
class FamilyDefinitions {
 public:
  // False: it names a symbol that was not defined.
  bool add(const Definitions& defined, Identity& identity) {
    for (const DefinedSymbol& s : defined.symbols) symbols_.insert_or_assign(s.id, std::string(s.text));
    for (const DefinedList& list : defined.lists) {
      std::vector<PairView> pairs;
      for (const auto& [name, value] : list.pairs) {
        const auto n = symbols_.find(name);
        const auto v = symbols_.find(value);
        if (n == symbols_.end() || v == symbols_.end()) return false;
        pairs.push_back({n->second, v->second});
      }
      lists_.insert_or_assign(list.id, identity.intern(pairs));
    }
    return true;
  }
  // Null: not defined.
  const ListRef* find(ListId id) const {
    const auto it = lists_.find(id);
    return it == lists_.end() ? nullptr : &it->second;
  }

 private:
  boost::unordered_flat_map<uint32_t, std::string> symbols_;
  boost::unordered_flat_map<ListId, ListRef> lists_;
};

// What is known of the records of one target and window within one family.
struct Stream {
  std::shared_ptr<Target> target;
  uint32_t next_number = 0;
  bool waiting = true;     // for a key frame
  bool elsewhere = false;  // another reader's target
};

// An exemplar as it was logged. The batch's number gives the order between readers.
struct ReadExemplar {
  Sequence sequence;
  ListRef target;
  ListRef difference;
  Exemplar exemplar;
};

// One of several readers at work at once: each reads everything and applies the records of its share of the targets.
class Replay {
 public:
  Replay(Core& core, Windows& windows, size_t max_exemplars, size_t reader, size_t readers)
      : core_(core), windows_(windows), max_exemplars_(max_exemplars), reader_(reader), readers_(readers) {}

  void batch(const std::vector<std::pair<int64_t, std::string_view>>& families) {
    ++report_.batches;
    ++sequence_;
    pending_.clear();
    for (const auto& [window, bytes] : families) read_frames(window, bytes);
    // As they were applied: late ones first.
    std::stable_sort(pending_.begin(), pending_.end(),
                     [](const Pending& a, const Pending& b) { return a.window < b.window; });
    for (const Pending& p : pending_) record(p);
  }
  Sequence sequence() const { return sequence_; }
  Timestamp newest() const { return newest_; }
  std::deque<ReadExemplar>& exemplars() { return exemplars_; }
  ReplayReport& report() { return report_; }

 private:
  struct Pending {
    int64_t family;
    int64_t window;
    RecordHead head;
    std::string_view rest;
  };

  void problem(std::string text) {
    if (report_.problems.size() < kMaxProblems) report_.problems.push_back(std::move(text));
  }
  void damaged(int64_t family, std::string_view what) {
    ++report_.damaged_frames;
    problem(fmt::format("the log of window {} has {}", family, what));
  }
  void read_frames(int64_t family, std::string_view bytes);
  void read_payload(int64_t family, std::string_view payload);
  void record(const Pending& p);
  bool open_stream(const Pending& p, Stream& stream);
  bool apply(const Pending& p, Stream& stream);
  void keep_exemplars(const Record& record, const Target& target);
  bool translate(int64_t family, std::vector<SlotTemplate>& slots) const;

  Core& core_;
  Windows& windows_;
  const size_t max_exemplars_;
  const size_t reader_;
  const size_t readers_;
  ReplayReport report_;
  Sequence sequence_ = 0;
  Timestamp newest_ = INT64_MIN;
  std::map<int64_t, FamilyDefinitions> definitions_;
  std::map<std::tuple<int64_t, int64_t, uint32_t>, Stream> streams_;  // family, window, target
  std::vector<Pending> pending_;
  DecodedRecord decoded_;
  std::deque<ReadExemplar> exemplars_;  // no more than are kept in the end
};

void Replay::read_frames(int64_t family, std::string_view bytes) {
  while (!bytes.empty()) {
    const Frame frame = next_frame(bytes);
    if (frame.lost) return damaged(family, "a batch that ends within a record");
    if (!frame.sound) {
      damaged(family, "a record with a wrong checksum");
      continue;
    }
    read_payload(family, frame.payload);
  }
}

void Replay::read_payload(int64_t family, std::string_view payload) {
  if (payload[0] == 'D') {
    Definitions defined;
    if (!decode_definitions(payload, defined)) return damaged(family, "definitions that make no sense");
    if (!definitions_[family].add(defined, core_.identity)) problem("a definition names a symbol that was lost");
    return;
  }
  Pending p{family, family, {}, payload};
  if (payload[0] != 'R' || !decode_head(p.rest, p.head)) return damaged(family, "a record that makes no sense");
  p.window = family - static_cast<int64_t>(p.head.late);
  pending_.push_back(p);
}

void Replay::record(const Pending& p) {
  Stream& stream = streams_[{p.family, p.window, p.head.target}];
  if (p.head.key_frame) {
    stream.waiting = !open_stream(p, stream);
    stream.elsewhere = !stream.waiting && stream.target->number() % readers_ != reader_;
  }
  if (stream.elsewhere) return;
  if (!p.head.key_frame && !stream.waiting && p.head.number != stream.next_number) {
    stream.waiting = true;
    problem(fmt::format("records {} to {} of target {} are missing in the log of window {}", stream.next_number,
                        p.head.number, dump(stream.target->labels()), p.family));
  }
  if (!stream.waiting && !apply(p, stream)) {
    stream.waiting = true;
    problem(fmt::format("record {} of target {} in the log of window {} cannot be understood", p.head.number,
                        dump(stream.target->labels()), p.family));
  }
  if (stream.waiting) {
    ++report_.skipped_records;
    return;
  }
  stream.next_number = p.head.number + 1;
  ++report_.records;
}

bool Replay::open_stream(const Pending& p, Stream& stream) {
  const ListRef* labels = definitions_[p.family].find(p.head.labels);
  if (labels == nullptr) {
    problem(fmt::format("the log of window {} does not define the labels of target {}", p.family, p.head.target));
    return false;
  }
  stream.target = core_.registry.get(*labels);
  return true;
}

bool Replay::translate(int64_t family, std::vector<SlotTemplate>& slots) const {
  const auto defined = definitions_.find(family);
  for (SlotTemplate& s : slots) {
    const ListRef* list = defined == definitions_.end() ? nullptr : defined->second.find(s.list);
    if (list == nullptr) return false;
    s.list = (*list)->id;
  }
  return true;
}

bool Replay::apply(const Pending& p, Stream& stream) {
  Record& record = decoded_.record;
  std::string_view rest = p.rest;
  record.window = p.window;
  record.key_frame = p.head.key_frame;
  if (!decode_slots(rest, record.slots) || !translate(p.family, record.slots)) return false;
  Target& target = *stream.target;
  std::lock_guard lock(target.mutex());
  if (record.key_frame) {
    target.lay_out(record.slots);
  } else {
    for (const SlotTemplate& s : record.slots) target.place(s.slot, s.list);
  }
  if (!decode_samples(rest, p.head, target, target.part(p.window), windows_.start_of(p.window), decoded_)) return false;
  Part& part = windows_.part(stream.target, p.window);
  target.apply(record, part, sequence_, sequence_);
  if (record.has_scrape) {
    newest_ = std::max(newest_, record.timestamp);
    for (const uint64_t word : record.seen) report_.samples += static_cast<uint64_t>(std::popcount(word));
  }
  keep_exemplars(record, target);
  for (const OwnSample& sample : record.timed) newest_ = std::max(newest_, sample.timestamp);
  report_.samples += record.timed.size();
  return true;
}

void Replay::keep_exemplars(const Record& record, const Target& target) {
  if (max_exemplars_ == 0) return;
  for (const RecordExemplar& e : record.exemplars) {
    if (exemplars_.size() == max_exemplars_) exemplars_.pop_front();
    exemplars_.push_back({sequence_, target.labels_ref(), core_.identity.get(target.list(e.slot)), *e.exemplar});
  }
}

void fill_ring(ExemplarRing& ring, const std::vector<std::unique_ptr<Replay>>& shares) {
  std::vector<const ReadExemplar*> sorted;
  for (const auto& share : shares) {
    for (const ReadExemplar& e : share->exemplars()) sorted.push_back(&e);
  }
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const ReadExemplar* a, const ReadExemplar* b) { return a->sequence < b->sequence; });
  for (const ReadExemplar* e : sorted) ring.add(combine(*e->target, *e->difference), e->exemplar);
}

// A label set may have had several owners one after the other: the one with the newest sample goes on.
void index_slot(Core& core, const std::shared_ptr<Target>& target, Slot slot, const LabelList& list) {
  const uint64_t hash = series_hash(target->labels(), list);
  const SeriesPlace here{target->number(), slot};
  std::optional<Owner> other;
  if (!core.index.find(hash).empty()) other = find_owner(core, combine(target->labels(), list), hash);
  if (other) {
    const auto ours = target->newest(slot);
    const auto theirs = other->target->newest(other->slot);
    if (!ours || (theirs && theirs->timestamp >= ours->timestamp)) return;
    core.index.erase(hash, {other->target->number(), other->slot});
  }
  core.index.insert(hash, here);
}

void index_series(Core& core) {
  for (const auto& target : core.registry.all()) {
    const std::vector<ListId> ids(target->lists().begin(), target->lists().end());
    const std::vector<ListRef> lists = core.identity.get(ids);
    for (Slot slot = 0; slot < lists.size(); ++slot) {
      if (lists[slot] != nullptr) index_slot(core, target, slot, *lists[slot]);
    }
  }
}

// Frames and batches are seen by all readers, records by one.
void add(ReplayReport& sum, const ReplayReport& part, bool first) {
  sum.records += part.records;
  sum.samples += part.samples;
  sum.skipped_records += part.skipped_records;
  if (first) sum.batches = part.batches, sum.damaged_frames = part.damaged_frames;
  for (const std::string& text : part.problems) {
    const bool told = std::find(sum.problems.begin(), sum.problems.end(), text) != sum.problems.end();
    if (!told && sum.problems.size() < kMaxProblems) sum.problems.push_back(text);
  }
}

// Whatever was read is still to be frozen, those windows as late ones whose own family is gone.
void reopen_windows(Windows& windows, int64_t first_family) {
  const auto list = windows.list();
  if (list->empty()) return;
  windows.set_first_open(std::min(windows.due_first_open(), std::max(first_family, list->front()->number())));
}

}  // namespace

ReplayReport replay(LogDb& db, Core& core, Windows& windows, ExemplarRing& ring) {
  const size_t readers = std::clamp<size_t>(std::thread::hardware_concurrency(), 1, kMaxReaders);
  std::vector<std::unique_ptr<Replay>> shares;
  for (size_t i = 0; i < readers; ++i)
    shares.push_back(std::make_unique<Replay>(core, windows, ring.max(), i, readers));
  std::vector<std::thread> threads;
  for (const auto& share : shares) {
    threads.emplace_back([&db, &share] {
      const auto damage = db.read([&](uint64_t, const auto& families) { share->batch(families); });
      for (const std::string& text : damage) share->report().problems.push_back(text);
    });
  }
  for (std::thread& thread : threads) thread.join();
  ReplayReport report;
  for (const auto& share : shares) {
    add(report, share->report(), share == shares.front());
    if (share->newest() != INT64_MIN) windows.advance(share->newest());
    windows.publish(std::max(windows.published(), share->sequence()));
  }
  reopen_windows(windows, db.first_retained());
  fill_ring(ring, shares);
  index_series(core);
  return report;
}

}  // namespace narthex::storage
