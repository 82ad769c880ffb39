// The committer: the one thread that writes. It gathers what waits, decides, logs, applies, publishes, and answers.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "base/log.h"
#include "storage/commit/housekeeping.h"
#include "storage/commit/prepare.h"
#include "storage/commit/scratch.h"
#include "storage/core/ownership.h"
#include "storage/head/windows.h"
#include "storage/log/record_log.h"

namespace narthex::storage {

struct CommitterStats {
  std::atomic<uint64_t> samples{0};
  std::atomic<uint64_t> histograms{0};
  std::atomic<uint64_t> commits{0};
  std::atomic<uint64_t> failures{0};
};

// Thread-safe.
class Committer {
 public:
  // All must outlive the committer. `sink`: see Housekeeping.
  Committer(Core& core, Windows& windows, ExemplarRing& ring, RecordLog& record_log, const Options& options,
            const LiveLimits& limits, FrozenSink& sink);
  // Stops as stop() does.
  ~Committer();

  // `done` is called on the committer's thread; at once, with an error, after stop().
  void commit(std::unique_ptr<ScratchImpl> scratch, std::function<void(CommitResult)> done);
  // See Store::commit_all().
  void commit_all(std::vector<std::unique_ptr<ScratchImpl>> scratches, CommitMode mode,
                  std::function<void(CommitResult)> done);
  // Writes what waits, then ends the thread.
  void stop();

  const CommitterStats& stats() const { return stats_; }

 private:
  // A scratch on its way.
  struct Entry {
    std::unique_ptr<ScratchImpl> scratch;
    bool claimed = false;
    std::vector<CreatedSlot> inserted = {};            // into the index: taken back if the commit fails
    std::vector<std::shared_ptr<Target>> pinned = {};  // once per foreign slot
    Prepared prepared = {};
  };
  // What is committed together.
  struct Job {
    std::vector<Entry> entries;
    std::optional<CommitMode> mode;  // of several; one alone is partial, and is told counts only
    std::function<void(CommitResult)> done;
    Result<> status = {};  // error: nothing of it is stored, whatever becomes of the batch
  };

  void run();
  std::vector<Job> next_jobs();
  void process(std::vector<Job> jobs);
  // Takes from `jobs` a batch in which no target occurs twice, owners of foreign slots included.
  std::vector<Job> take_batch(std::vector<Job>& jobs);
  void add(Job job);
  void claim(Entry& entry);
  void claim_slot(Entry& entry, Slot slot, uint64_t hash);
  void check_foreign_slots(Entry& entry);
  std::vector<SlotTemplate> pin_owners(Entry& entry);
  void unpin(Entry& entry);
  void prepare(Job& job);
  Result<> write(std::vector<Job>& batch);
  void apply(std::vector<Job>& batch);
  void apply(Entry& entry, Sequence sequence, Sequence oldest_view);
  void finish(std::vector<Job>& batch, const Result<>& status);
  void take_back(const Entry& entry);

  Core& core_;
  Windows& windows_;
  ExemplarRing& ring_;
  RecordLog& record_log_;
  Preparer preparer_;
  Housekeeping housekeeping_;
  CommitterStats stats_;

  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Job> waiting_;  // behind mutex_
  bool stopping_ = false;     // behind mutex_
  std::thread thread_;
};

}  // namespace narthex::storage
