// Writing: how a scrape gets its samples into the store, all or nothing, in two passes (design: two passes, time
// groups).
//
//   auto target = store.open_target(public_labels);
//   auto scratch = target->begin(scrape_time, now);             // pass 1: only scratch is written
//   auto slot = target->resolve(*scratch, final_labels);         // once per new line
//   scratch->set(slot, value);                                   // once per line: no lock, no allocation
//   target->commit(std::move(scratch), [](CommitResult r) {…});  // log, then pass 2, then visible
//
// Dropping the scratch instead leaves no trace: no series, no slot, no sample.
#pragma once

#include <cstdint>
#include <functional>
#include <iterator>
#include <memory>
#include <vector>

#include "base/result.h"
#include "model/histogram.h"
#include "model/labels.h"
#include "model/sample.h"

namespace narthex::storage {

// A series' place within its target: dense from 0, stable until a Remap says otherwise. Slots resolved in a scratch
// that was dropped are given again to others.
using Slot = uint32_t;
inline constexpr Slot kNoSlot = UINT32_MAX;

// Samples with a timestamp of their own are kept apart from those at the scrape's time.
struct TimedSample {
  Slot slot;
  Timestamp timestamp;
  double value;
};

// Native histograms, whether at the scrape's time or at their own.
struct SlotHistogram {
  Slot slot;
  bool timed;  // `timestamp` is its own
  Timestamp timestamp;
  Histogram histogram;
  size_t timed_before;  // how many values with their own timestamps were appended before it
};

struct SlotExemplar {
  Slot slot;
  Exemplar exemplar;
};

// Since when the sample of a slot counts.
struct SlotStart {
  Slot slot;
  Timestamp start;
};

// The same for one sample with its own timestamp.
struct TimedStart {
  Slot slot;
  Timestamp timestamp;
  Timestamp start;
};

// One scrape being assembled. Belongs to whoever began it, one thread at a time.
class Scratch {
 public:
  virtual ~Scratch() = default;

  Timestamp timestamp() const { return timestamp_; }

  // The slot's value at the scrape's timestamp. False, and nothing changed: it has one already in this scrape.
  bool set(Slot slot, double value) {
    uint64_t& word = seen_[slot >> 6];
    const uint64_t bit = uint64_t{1} << (slot & 63);
    if (word & bit) return false;
    word |= bit;
    values_[slot] = value;
    return true;
  }
  // The same for what a scrape writes by itself, such as stale markers: if it is refused for its timestamp, nobody
  // counts it (scrape spec, sections 8 and 9).
  void set_quietly(Slot slot, double value) {
    if (!set(slot, value)) return;
    if (quiet_.size() <= slot >> 6) quiet_.resize((slot >> 6) + 1);
    quiet_[slot >> 6] |= uint64_t{1} << (slot & 63);
  }
  bool has(Slot slot) const { return seen_[slot >> 6] >> (slot & 63) & 1; }
  // Which slots have a value at the scrape's timestamp: bit i of word i / 64.
  const std::vector<uint64_t>& seen() const { return seen_; }

  // A value with its own timestamp. Several per slot are allowed; conflicts are resolved at commit (scrape spec, 6.2).
  void set_at(Slot slot, Timestamp timestamp, double value) { timed_.push_back({slot, timestamp, value}); }

  // A native histogram at the scrape's timestamp. False, and nothing changed: the slot has a value or a histogram
  // already in this scrape. Whether it is valid is the caller's to check; one whose spans do not fit its buckets is
  // refused at commit.
  bool set_histogram(Slot slot, Histogram histogram) {
    if (!set(slot, 0)) return false;
    histograms_.push_back({slot, false, timestamp_, std::move(histogram), timed_.size()});
    return true;
  }
  // One with its own timestamp, as set_at().
  void set_histogram_at(Slot slot, Timestamp timestamp, Histogram histogram) {
    histograms_.push_back({slot, true, timestamp, std::move(histogram), timed_.size()});
  }

  // Goes with the sample that the slot gets in this scrape (with all of them, if it gets several); without one it is
  // ignored. In ms, not 0. The last call for a slot holds.
  void set_start(Slot slot, Timestamp start) { starts_.push_back({slot, start}); }
  // For the slot's sample with this timestamp of its own; wins over set_start().
  void set_start_at(Slot slot, Timestamp timestamp, Timestamp start) {
    timed_starts_.push_back({slot, timestamp, start});
  }
  // A sample that is older than the out-of-order window, and was not set quietly, fails the whole commit with "too old
  // sample" (scrape spec, 6.2).
  void fail_if_too_old() { fails_if_too_old_ = true; }
  // What is not in order is refused even where the out-of-order window would take it (scrape spec, 9).
  void only_in_order() { only_in_order_ = true; }

  // Kept in a ring of bounded size; refusals never fail a commit (scrape spec, 6.2). Dropped silently: one with more
  // than 128 code points in names and values of its labels, and one equal to the newest of its series. Refused: one
  // older than that.
  void add_exemplar(Slot slot, Exemplar exemplar) { exemplars_.push_back({slot, std::move(exemplar)}); }

  // What is resolved from now on is never refused for want of memory: for the few series of a target that must be
  // there, such as `up`.
  void never_refuse() { refusable_ = false; }
  bool refusable() const { return refusable_; }

  // Slots that resolve() made in this scratch: they end with it if it is dropped or its commit fails, and are then
  // given to others.
  virtual std::vector<Slot> created_slots() const = 0;
  // Slots known to this scratch: those of the target plus those resolved in it.
  Slot slot_count() const { return static_cast<Slot>(slot_count_); }

 protected:
  Timestamp timestamp_ = 0;
  bool refusable_ = true;
  size_t slot_count_ = 0;
  std::vector<double> values_;   // by slot; meaningful where seen
  std::vector<uint64_t> seen_;   // always large enough for slot_count_
  std::vector<uint64_t> quiet_;  // bits of seen_ that were set quietly; may be shorter
  std::vector<TimedSample> timed_;
  // Usually empty. A slot with a histogram at the scrape's time is in seen_, with a value that means nothing.
  std::vector<SlotHistogram> histograms_;
  std::vector<SlotStart> starts_;
  std::vector<TimedStart> timed_starts_;
  std::vector<SlotExemplar> exemplars_;
  bool fails_if_too_old_ = false;
  bool only_in_order_ = false;
};

// Why a sample or an exemplar was not stored (configuration spec, sections 7 and 9).
enum class Refusal {
  kOutOfOrder,
  kDuplicate,
  kOutOfBounds,
  kTooFarAhead,  // of the wall clock
  kTooOld,       // for the out-of-order window
  kMalformed,    // a histogram whose spans do not fit its buckets
  kExemplarOutOfOrder,
  kExemplarTooLong,
};

// What was refused. Of an exemplar: its series, timestamp and value.
struct RefusedSample {
  Refusal why = Refusal::kOutOfOrder;
  size_t scratch = 0;  // which of those that were committed together
  Slot slot = 0;       // in that scratch
  Labels series;
  Timestamp timestamp = 0;
  double value = 0;
  bool is_histogram = false;  // `value` means nothing
  // What a duplicate collides with.
  double existing = 0;
  bool existing_is_histogram = false;
};

struct CommitResult {
  Result<> status;  // error: nothing of this scrape is stored or visible; the message says why
  // Samples refused one by one; all others are stored (scrape spec, 6.2).
  uint64_t out_of_order = 0;
  uint64_t duplicate_timestamp = 0;
  uint64_t out_of_bounds = 0;
  uint64_t too_old = 0;  // for the out-of-order window; where there is one, no sample is out of order or too old else
  // Exemplars refused for their timestamps. Those of a series count if all it brought were refused: exporters repeat
  // old ones beside new ones.
  uint64_t exemplar_out_of_order = 0;
  uint64_t malformed_histograms = 0;  // spans that do not fit the buckets
  // Store::commit_all() alone tells these one by one: scratches in their order, all that a scratch brought.
  std::vector<RefusedSample> refused = {};

  // Samples, as opposed to exemplars.
  uint64_t refused_samples() const {
    return out_of_order + duplicate_timestamp + out_of_bounds + too_old + malformed_histograms;
  }
  // Adds what another scratch of the same commit had refused.
  void add(CommitResult other) {
    out_of_order += other.out_of_order;
    duplicate_timestamp += other.duplicate_timestamp;
    out_of_bounds += other.out_of_bounds;
    too_old += other.too_old;
    exemplar_out_of_order += other.exemplar_out_of_order;
    malformed_histograms += other.malformed_histograms;
    if (refused.empty()) refused.swap(other.refused);
    refused.insert(refused.end(), std::make_move_iterator(other.refused.begin()),
                   std::make_move_iterator(other.refused.end()));
  }
};

// What becomes of scratches of which a sample is refused. Refused exemplars, and samples that are silently ignored
// (equal to the newest one, or in conflict with each other), are no reason.
enum class CommitMode {
  kPartial,       // all else is stored
  kAllOrNothing,  // nothing is stored, no series remains; the status is kInvalid
};

// New slot of each old slot (kNoSlot: dead), after a compaction of a layout.
using Remap = std::vector<Slot>;

// The store's side of one scrape target. One writer: begin/resolve/commit of one target never overlap; different
// targets may be written from different threads. Destroying it keeps its series.
class TargetAppender {
 public:
  virtual ~TargetAppender() = default;

  // Slots in use so far.
  virtual Slot slot_count() const = 0;
  // If the layout was compacted since the last call: how slots moved. Ask before begin().
  virtual std::unique_ptr<Remap> take_remap() = 0;

  // A scratch for a scrape at `timestamp`; `now` is the wall clock, which bounds the future.
  virtual std::unique_ptr<Scratch> begin(Timestamp timestamp, Timestamp now) = 0;

  // The slot of the series with exactly these final labels (public labels of the target included, and whatever
  // honor_labels and relabeling left), created within the scratch if new. Equal labels give the equal slot.
  // kLimit: a new series was refused (memory budget), the message says why; the scrape goes on without it. Series that
  // are stored already are never refused.
  virtual Result<Slot> resolve(Scratch& scratch, const Labels& labels) = 0;
  // Asking again for what was refused is in vain until this number changes.
  virtual uint64_t refusal_epoch() const { return 0; }
  // Whether there is memory (some `bytes`) for the caller to remember that a series was refused.
  virtual bool may_remember_refusal(size_t /*bytes*/) { return true; }

  // The labels of a slot.
  virtual Labels labels(Slot slot) const = 0;

  // Hands the scratch to the committer. `done` is called exactly once, on a thread of the store, after the samples are
  // in the log and visible (or have failed). Slots resolved in the scratch are valid from then on.
  virtual void commit(std::unique_ptr<Scratch> scratch, std::function<void(CommitResult)> done) = 0;
};

}  // namespace narthex::storage
