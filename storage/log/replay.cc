#include "storage/log/replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <thread>

#include "storage/log/record_codec.h"
#include "storage/log/replay_share.h"

namespace narthex::storage {
namespace {

constexpr size_t kMaxShares = 4;
// So much of the log is applied at once, while the next chunk is read: a few scrapes of a million series.
constexpr size_t kChunkBytes = 16 << 20;

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

// Records that wait to be applied, and the bytes they point into.
struct Chunk {
  std::deque<std::string> owned;
  size_t bytes = 0;
  std::vector<std::vector<ReplayRecord>> by_share;
};

// Reads the log from end to end, and deals its records out to the shares.
class Replay {
 public:
  Replay(Core& core, Windows& windows, size_t max_exemplars, size_t shares) : core_(core), windows_(windows) {
    for (size_t i = 0; i < shares; ++i) shares_.emplace_back(core, windows, max_exemplars);
    next_.by_share.resize(shares);
  }

  void batch(const std::vector<std::pair<int64_t, std::string_view>>& families) {
    ++report_.batches;
    ++sequence_;
    pending_.clear();
    for (const auto& [window, bytes] : families) read_frames(window, next_.owned.emplace_back(bytes));
    // As they were applied: late ones first.
    std::stable_sort(pending_.begin(), pending_.end(),
                     [](const Pending& a, const Pending& b) { return a.window < b.window; });
    for (const Pending& p : pending_) deal(p);
    for (const auto& [window, bytes] : families) next_.bytes += bytes.size();
    if (next_.bytes >= kChunkBytes) flush();
  }
  // The end of the log.
  void finish() {
    flush();
    wait();
    for (ReplayShare& share : shares_) share.finish();
  }
  Sequence sequence() const { return sequence_; }
  std::deque<ReplayShare>& shares() { return shares_; }
  ReplayReport& report() { return report_; }

 private:
  struct Pending {
    int64_t family;
    int64_t window;
    RecordHead head;
    std::string_view rest;
  };

  void damaged(int64_t family, std::string_view what) {
    ++report_.damaged_frames;
    report_.add_problem(fmt::format("the log of window {} has {}", family, what));
  }
  void read_frames(int64_t family, std::string_view bytes);
  void read_payload(int64_t family, std::string_view payload);
  void deal(const Pending& p);
  void begin_stream(ReplayStream*& stream, std::shared_ptr<Target> target);
  std::shared_ptr<Target> target_of(const Pending& p);
  bool translate(int64_t family, std::vector<SlotTemplate>& slots) const;
  void flush();
  void wait();

  Core& core_;
  Windows& windows_;
  ReplayReport report_;
  Sequence sequence_ = 0;
  std::map<int64_t, FamilyDefinitions> definitions_;
  std::deque<ReplayStream> all_streams_;
  std::map<std::tuple<int64_t, int64_t, uint32_t>, ReplayStream*> streams_;  // family, window, target: the last one
  std::vector<Pending> pending_;
  std::deque<ReplayShare> shares_;
  Chunk next_;     // being read
  Chunk current_;  // being applied by threads_
  std::vector<std::thread> threads_;
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
    if (!definitions_[family].add(defined, core_.identity)) {
      report_.add_problem("a definition names a symbol that was lost");
    }
    return;
  }
  Pending p{family, family, {}, payload};
  if (payload[0] != 'R' || !decode_head(p.rest, p.head)) return damaged(family, "a record that makes no sense");
  p.window = family - static_cast<int64_t>(p.head.late);
  pending_.push_back(p);
}

void Replay::deal(const Pending& p) {
  ReplayStream*& stream = streams_[{p.family, p.window, p.head.target}];
  if (p.head.key_frame) begin_stream(stream, target_of(p));
  if (stream == nullptr || stream->target == nullptr) {
    ++report_.skipped_records;
    return;
  }
  ReplayRecord record{stream->target, stream, p.family, p.window, sequence_, p.head, true, {}, p.rest};
  record.sound = decode_slots(record.rest, record.slots) && translate(p.family, record.slots);
  next_.by_share[stream->target->number() % shares_.size()].push_back(std::move(record));
}

// Numbers of targets begin anew with each process: what another one's records were waiting for does not concern these,
// which may be applied before them.
void Replay::begin_stream(ReplayStream*& stream, std::shared_ptr<Target> target) {
  if (stream != nullptr && stream->target == target) return;
  stream = &all_streams_.emplace_back();
  stream->target = std::move(target);
}

// Null: the log does not say.
std::shared_ptr<Target> Replay::target_of(const Pending& p) {
  if (const ListRef* labels = definitions_[p.family].find(p.head.labels)) return core_.registry.get(*labels);
  report_.add_problem(
      fmt::format("the log of window {} does not define the labels of target {}", p.family, p.head.target));
  return nullptr;
}

bool Replay::translate(int64_t family, std::vector<SlotTemplate>& slots) const {
  if (slots.empty()) return true;
  const auto defined = definitions_.find(family);
  for (SlotTemplate& s : slots) {
    const ListRef* list = defined == definitions_.end() ? nullptr : defined->second.find(s.list);
    if (list == nullptr) return false;
    s.list = (*list)->id;
  }
  return true;
}

void Replay::flush() {
  wait();
  std::swap(current_, next_);
  next_.owned.clear();
  next_.bytes = 0;
  for (auto& records : next_.by_share) records.clear();
  next_.by_share.resize(shares_.size());
  for (size_t i = 0; i < shares_.size(); ++i) {
    if (current_.by_share[i].empty()) continue;
    threads_.emplace_back([&share = shares_[i], &records = current_.by_share[i]] { share.apply(records); });
  }
}

void Replay::wait() {
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void fill_ring(ExemplarRing& ring, std::deque<ReplayShare>& shares) {
  std::vector<const ReadExemplar*> sorted;
  for (ReplayShare& share : shares) {
    for (const ReadExemplar& e : share.exemplars()) sorted.push_back(&e);
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

void add(ReplayReport& sum, const ReplayReport& part) {
  sum.records += part.records;
  sum.samples += part.samples;
  sum.skipped_records += part.skipped_records;
  for (const std::string& text : part.problems) sum.add_problem(text);
}

// Whatever was read is still to be frozen, those windows as late ones whose own family is gone.
void reopen_windows(Windows& windows, int64_t first_family) {
  const auto list = windows.list();
  if (list->empty()) return;
  windows.set_first_open(std::min(windows.due_first_open(), std::max(first_family, list->front()->number())));
}

}  // namespace

ReplayReport replay(LogDb& db, Core& core, Windows& windows, ExemplarRing& ring) {
  Replay replay(core, windows, ring.max(), std::clamp<size_t>(std::thread::hardware_concurrency(), 1, kMaxShares));
  const auto damage = db.read([&](uint64_t, const auto& families) { replay.batch(families); });
  replay.finish();
  ReplayReport report = replay.report();
  for (ReplayShare& share : replay.shares()) {
    add(report, share.report());
    if (share.newest() != INT64_MIN) windows.advance(share.newest());
  }
  for (const std::string& text : damage) report.add_problem(text);
  windows.publish(std::max(windows.published(), replay.sequence()));
  reopen_windows(windows, db.first_retained());
  fill_ring(ring, replay.shares());
  index_series(core);
  return report;
}

}  // namespace narthex::storage
