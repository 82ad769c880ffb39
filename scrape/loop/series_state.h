// What a loop knows of its series from one scrape to the next: which are tracked for staleness, which are known to the
// target, and the slots of the report series. Source: scrape spec, sections 6.3, 8 and 9.
#pragma once

#include <array>
#include <memory>
#include <span>

#include "scrape/loop/report.h"
#include "scrape/loop/slot_set.h"
#include "storage/appender.h"

namespace narthex::scrape {

// The series that a pass over a body showed.
struct Seen {
  SlotSet tracked;  // those that get a stale marker once they are missing
  SlotSet all;      // tracked ones and those with timestamps of their own

  // The scratch of these slots is about to be dropped: they have been none.
  void forget(std::span<const storage::Slot> created) {
    tracked.erase(created);
    all.erase(created);
  }
};

// Not thread-safe.
class SeriesState {
 public:
  SeriesState(Labels target, std::shared_ptr<storage::TargetAppender> appender)
      : target_(std::move(target)), appender_(std::move(appender)) {}

  storage::TargetAppender& appender() { return *appender_; }

  // If the store compacted the target's slots: moves what is known here and returns how they moved. Ask before begin().
  std::unique_ptr<storage::Remap> take_remap();
  // A scratch for this target. Times in ms.
  std::unique_ptr<storage::Scratch> begin(Timestamp timestamp, Timestamp now);

  // How many of `seen` are new to the target, or return after an absence.
  uint64_t count_added(const Seen& seen) const { return seen.all.count_without(known_); }

  // Writes a stale marker for every tracked series that is not in `seen`.
  void mark_missing(storage::Scratch& scratch, const SlotSet& seen) const;
  // Writes the report series. Where the body itself showed one of them, its sample stays. A series that the store
  // refuses for want of memory is left out.
  Result<> write_reports(storage::Scratch& scratch, std::span<const double> values);
  // The end of a target: markers for all that is tracked and for the report series.
  void mark_all(storage::Scratch& scratch) const;

  // What happened to the scratch of the last begin(), after its commit.
  void committed_good(Seen seen);  // a body that was read to its end
  void committed_empty();          // an empty body: nothing is tracked any more, yet nothing is forgotten
  // A failed scrape: `seen` is what was reached before the failure, without slots that went with its scratch; it is
  // carried over without a sample or a marker.
  void committed_failed(const Seen& seen);
  // The store refused the batch: as if there had been no scrape.
  void commit_refused() { forget_pending_reports(); }
  // The job's rules changed: every series counts as new at the next scrape.
  void forget_known() { known_.clear(); }

 private:
  void forget_pending_reports();

  const Labels target_;
  const std::shared_ptr<storage::TargetAppender> appender_;
  SlotSet tracked_;
  SlotSet known_;  // shown by the last good scrape, or by a failed one since
  std::array<storage::Slot, kReports> reports_ = no_slots();
  std::array<bool, kReports> pending_reports_{};  // resolved in the scratch of the last begin(), not committed

  static constexpr std::array<storage::Slot, kReports> no_slots() {
    std::array<storage::Slot, kReports> slots{};
    slots.fill(storage::kNoSlot);
    return slots;
  }
};

}  // namespace narthex::scrape
