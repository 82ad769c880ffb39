// The committer: the one thread that writes. It gathers what waits, decides, logs, applies, publishes, and answers.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
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
  std::atomic<uint64_t> out_of_order{0};  // samples refused
  std::atomic<uint64_t> too_old{0};       // likewise
};

// Thread-safe.
class Committer {
 public:
  // All must outlive the committer. `sink`: see Housekeeping.
  Committer(Core& core, Windows& windows, ExemplarRing& ring, RecordLog& record_log, const Options& options,
            const LiveLimits& limits, FrozenSink& sink, Log& log);
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
  // Why batches cannot be written, since the first that could not; "": the last one could.
  std::string failure() const;

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
    Result<> status = {};  // error: refused as a whole
  };

  void run();
  std::vector<Job> next_jobs();
  void at(std::string_view point) const;
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
  // Tells the log of the first failure, and of the first success after it.
  void note(const Result<>& written);
  void apply(std::vector<Job>& batch);
  void apply(Entry& entry, Sequence sequence, Sequence oldest_view);
  void finish(std::vector<Job>& batch, const Result<>& status);
  void take_back(const Entry& entry);

  Core& core_;
  Windows& windows_;
  ExemplarRing& ring_;
  RecordLog& record_log_;
  Log& log_;
  const Options& options_;
  Preparer preparer_;
  Housekeeping housekeeping_;
  CommitterStats stats_;

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Job> waiting_;  // behind mutex_
  bool stopping_ = false;     // behind mutex_
  std::string failure_;       // behind mutex_; only the thread changes it
  std::thread thread_;
};

}  // namespace narthex::storage
