// Between the two passes: which samples of a scratch are stored, and where (scrape spec, 6.2). Decides only; nothing of
// the store changes but empty parts.
//
// A sample at the scrape's time goes into its producer's scrape group, with these exceptions, which are written one by
// one like samples with a timestamp of their own:
//   - the scrape is not newer than the group's last timestamp, but newer than the series' own;
//   - within this window the series has already changed its group once (two producers, or both kinds of timestamps);
//   - the series belongs to another slot ("foreign"): it becomes a record of the owner;
//   - it is out of order, and the out-of-order window takes it.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <memory>
#include <optional>
#include <vector>

#include "storage/commit/live_limits.h"
#include "storage/commit/scratch.h"
#include "storage/core/ownership.h"
#include "storage/exemplars/exemplar_ring.h"
#include "storage/head/windows.h"
#include "storage/query/sealed_newest.h"

namespace narthex::storage {

struct PreparedRecord {
  std::shared_ptr<Target> target;
  Part* part;
  Record record;
};

// An accepted exemplar, which belongs to the scratch.
struct PreparedExemplar {
  Labels series;
  const Exemplar* exemplar;
};

struct Prepared {
  std::vector<PreparedRecord> records;      // windows ascending within a target
  std::vector<PreparedExemplar> exemplars;  // in the order in which they go into the ring
  CommitResult result;
  Timestamp newest = INT64_MIN;  // of all accepted samples
  uint64_t samples = 0;          // accepted
  uint64_t histograms = 0;       // of them
};

// For the committer's thread.
class Preparer {
 public:
  Preparer(const Core& core, Windows& windows, const ExemplarRing& ring, const Options& options,
           const LiveLimits& limits)
      : core_(core),
        windows_(windows),
        ring_(ring),
        options_(options),
        live_limits_(limits),
        sealed_newest_(windows, options) {}

  // Clears from the scratch's seen bits what is not stored through them; the records point into the scratch. The
  // result's status is an error, and there are no records, if a sample fails the whole commit.
  Prepared prepare(ScratchImpl& scratch);
  // The same, and tells refusals one by one; `place` is the scratch's among those that are committed together.
  Prepared prepare(ScratchImpl& scratch, size_t place);

 private:
  // kCurrent: accepted in order, if its series agrees. kOld: can only be out of order.
  enum class Age { kFuture, kCurrent, kOld, kTooOld };
  enum class Verdict { kAccept, kInsert, kSilent, kOutOfOrder, kDuplicate, kOutOfBounds, kTooOld };
  struct Key {
    const Target* target;
    Slot slot;
    friend bool operator==(const Key&, const Key&) = default;
    friend size_t hash_value(const Key& k) {
      return reinterpret_cast<uintptr_t>(k.target) * 0x9e3779b97f4a7c15ull + k.slot * 0xc2b2ae3d27d4eb4full;
    }
  };

  // Where a sample comes from.
  struct Origin {
    Slot slot;  // of the scratch
    bool quiet = false;
  };
  // A sample for a series of another target.
  struct Foreign {
    std::shared_ptr<Target> owner;
    OwnSample sample;
    Origin origin;
  };

  Age age_of(Timestamp t) const;
  bool in_window(Timestamp t) const;
  Verdict not_in_order(Timestamp t) const;
  // The newest sample of a slot's series, as far as it matters for one at `t`. Valid until the next call.
  std::optional<NewestSample> newest_of(const Target& owner, Slot slot, Timestamp t);
  // Of a sample whose series has this newest one.
  Verdict judge(const std::optional<NewestSample>& newest, const OwnSample& sample) const;
  // Counts what is refused, unless it was written quietly.
  void count(Verdict verdict, bool quiet);
  // The same, and tells of it if refusals are to be told. The sample's slot is the owner's, whose mutex is held;
  // `newest` is what it was held against.
  void count(Verdict verdict, const Origin& origin, const Target& owner, const OwnSample& sample,
             const std::optional<NewestSample>& newest);
  RefusedSample& tell(Refusal why, Slot slot, const Target& owner, Slot owner_slot);
  void malformed(const ScratchImpl& scratch, const SlotHistogram& histogram);
  void fail_if_too_old();
  void gather_beside(ScratchImpl& scratch);
  OwnSample sample_of(Slot slot, Timestamp t, double value, const Histogram* histogram) const;
  void scrape_samples(ScratchImpl& scratch);
  bool keep_in_scrape(ScratchImpl& scratch, Target& target, Slot slot, uint32_t group_number, bool group_takes_it);
  void put_beside(const ScratchImpl& scratch, Record& record);
  void own_samples(ScratchImpl& scratch);
  void one_by_one(ScratchImpl& scratch, const OwnSample& sample, bool from_scrape);
  void append_to(const std::shared_ptr<Target>& owner, OwnSample sample, Timestamp newer, const Origin& origin);
  Timestamp& reached_by(const Target& owner, Slot slot);
  void forget_reached();
  void exemplars(const ScratchImpl& scratch);
  void exemplars_of_series(const ScratchImpl& scratch, std::span<const SlotExemplar* const> exemplars);
  Record& record_of(const std::shared_ptr<Target>& target, int64_t window);

  const Core& core_;
  Windows& windows_;
  const ExemplarRing& ring_;
  const Options& options_;
  const LiveLimits& live_limits_;
  SealedNewest sealed_newest_;
  Prepared out_;
  // Of the scratch at work.
  Limits limits_;
  Timestamp now_ = 0;
  bool only_in_order_ = false;
  const Target* target_ = nullptr;
  std::vector<ScrapedHistogram> histograms_;  // at the scrape's time; slots ascending
  std::vector<SlotStart> starts_;             // slots ascending, each once
  std::vector<TimedStart> timed_starts_;      // by slot and timestamp
  std::optional<size_t> place_;               // refusals are told one by one
  // Newest accepted in this scratch, of samples one by one. Of the target's slots an array (INT64_MIN: none; as all are
  // between two scratches), with those that are set.
  std::vector<Timestamp> reached_;
  std::vector<Slot> reached_slots_;
  boost::unordered_flat_map<Key, Timestamp> reached_at_others_;
  std::vector<Foreign> foreign_;
  std::vector<OwnSample> rerouted_;  // from the scrape's own
};

}  // namespace narthex::storage
