// The appender of one producer of a target.
#pragma once

#include <algorithm>
#include <memory>

#include "base/clock.h"
#include "storage/appender.h"
#include "storage/budget/budget.h"
#include "storage/budget/watch.h"
#include "storage/commit/committer.h"
#include "storage/seal/sealer.h"

namespace narthex::storage {

// What appenders and views share with the store. Destroyed with the last of them.
struct Shared {
  Shared(const Options& given, const Clock& its_clock)
      : options(given),
        clock(its_clock),
        limits(options.limits),
        page_cache(static_cast<size_t>(std::max<int64_t>(0, options.page_cache_bytes))),
        windows(options),
        exemplars(options.max_exemplars) {}

  const Options options;  // those of its limits that hold are in `limits`
  const Clock& clock;
  LiveLimits limits;
  Core core;
  PageCache page_cache;
  Windows windows;
  ExemplarRing exemplars;
  std::shared_ptr<ScratchPool> scratches = std::make_shared<ScratchPool>();
  uint64_t damaged_frames = 0;  // written before anybody reads
  std::mutex files_mutex;
  // Null once closed:
  std::unique_ptr<RecordLog> record_log;
  std::shared_ptr<SegmentFiles> segment_files;
  std::unique_ptr<Catalog> catalog;
  std::shared_ptr<Sealer> sealer;

  std::unique_ptr<Budget> budget;
  std::unique_ptr<Committer> committer;  // its thread uses all of the above
  std::unique_ptr<BudgetWatch> watch;    // as does this one's; null once closed
};

// See TargetAppender for threads.
class AppenderImpl final : public TargetAppender {
 public:
  AppenderImpl(std::shared_ptr<Shared> shared, std::shared_ptr<Target> target);
  ~AppenderImpl() override;

  Slot slot_count() const override;
  std::unique_ptr<Remap> take_remap() override;
  std::unique_ptr<Scratch> begin(Timestamp timestamp, Timestamp now) override;
  Result<Slot> resolve(Scratch& scratch, const Labels& labels) override;
  uint64_t refusal_epoch() const override { return shared_->budget->epoch(); }
  bool may_remember_refusal(size_t bytes) override { return shared_->budget->admit_note(bytes); }
  Labels labels(Slot slot) const override;
  void commit(std::unique_ptr<Scratch> scratch, std::function<void(CommitResult)> done) override;

 private:
  bool is_refused(const Scratch& scratch, const Labels& labels, uint64_t hash) const;
  std::optional<Slot> known_slot(const Labels& labels, uint64_t hash, ListId list);

  const std::shared_ptr<Shared> shared_;
  const std::shared_ptr<Target> target_;
  uint32_t producer_;
  int64_t looked_at_ = INT64_MIN;  // the window in which a compaction was last considered
};

}  // namespace narthex::storage
