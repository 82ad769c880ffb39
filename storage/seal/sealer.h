// The sealer: the one thread that turns frozen windows into segments, merges segments, and lets old ones go.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <future>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "storage/head/frozen.h"
#include "storage/limits.h"
#include "storage/seal/context.h"

namespace narthex::storage {

struct SealerStats {
  uint64_t seals = 0;     // batches of windows
  uint64_t merges = 0;    // segments made of others
  uint64_t expired = 0;   // segments that went by retention
  uint64_t failures = 0;  // of any of it
  std::string last_error;
  uint64_t waiting = 0;          // batches of windows that are not sealed yet
  uint64_t time_retentions = 0;  // how often segments went because they were too old
  uint64_t size_retentions = 0;  // how often, because all files together were too large
  bool busy = false;             // something waits, or is being done
};

// Thread-safe. Its thread has a lower priority than those that scrape and commit. A step that fails is tried again,
// ever less often, and meanwhile windows stay readable and in the log; the log is told once, and once when it works
// again.
class Sealer final : public FrozenSink {
 public:
  // `exemplars_sealed`: those up to this number are in segments. What the parts refer to must outlive the sealer.
  Sealer(const SealParts& parts, uint64_t exemplars_sealed);
  // Stops as stop() does.
  ~Sealer() override;

  void take(Frozen frozen) override;
  void set_limits(const Limits& limits);
  // Writes the segments anew that have something of what was deleted. Returns when it is done.
  Result<> clean();
  // Runs `work` on the sealer's thread, between what it does by itself, and returns what it returns. kUnavailable: the
  // store is closing.
  using Work = std::function<Result<>(const SealContext&)>;
  Result<> run_between(Work work);
  SealerStats stats() const;
  // What fails now, a sentence each, with the reason it had first.
  std::vector<std::string> failing() const;
  // Ends the thread soon, even in the middle of a merge. What is not sealed stays in the log.
  void stop();

 private:
  using Time = std::chrono::steady_clock::time_point;

  void run();
  bool wait_for_work(Frozen& next, bool& has_next);
  void run_errands();
  void sweep_tombstones();
  bool seal_next(const Frozen& frozen);
  void tidy();
  bool expire();
  bool merge();
  bool merge_one(const SegmentList& segments);
  // Counts a failure and tells of it; of the same activity only once until it succeeds.
  void note(std::string_view activity, const Result<>& result);

  const Options& options_;
  std::atomic<bool> stopping_{false};
  const SealContext context_;

  // The thread's own:
  uint64_t exemplars_sealed_;
  int64_t sealed_below_ = INT64_MIN;             // windows below are sealed
  int64_t merged_below_ = INT64_MIN;             // up to here merging was tried
  std::set<std::vector<uint64_t>> unmergeable_;  // ids of segments that need not be tried again together

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  // Behind mutex_:
  std::deque<Frozen> queue_;
  std::deque<std::packaged_task<Result<>()>> errands_;
  Limits limits_;
  bool tidy_due_ = true;
  bool working_ = false;
  Time retry_at_ = {};  // not before this is the queue's first tried again
  Time tidy_at_ = {};
  std::chrono::milliseconds back_off_ = {};
  SealerStats stats_;
  std::map<std::string, std::string, std::less<>> failing_;  // activity → its first failure

  std::thread thread_;
};

}  // namespace narthex::storage
