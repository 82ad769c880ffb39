// The store, put together.
#pragma once

#include <atomic>
#include <memory>

#include "storage/core/appender_impl.h"
#include "storage/store.h"

namespace narthex::storage {

class StoreImpl final : public Store {
 public:
  explicit StoreImpl(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}
  ~StoreImpl() override { StoreImpl::close(); }

  std::shared_ptr<TargetAppender> open_target(const Labels& public_labels) override;
  void commit_all(std::vector<std::unique_ptr<Scratch>> scratches, CommitMode mode,
                  std::function<void(CommitResult)> done) override;
  std::shared_ptr<const View> view() const override;
  std::vector<SeriesExemplars> exemplars(std::span<const std::vector<Matcher>> matcher_sets, Timestamp from,
                                         Timestamp to) const override {
    return shared_->exemplars.read(matcher_sets, from, to);
  }
  void set_max_exemplars(size_t max) override { shared_->exemplars.set_max(max); }
  void set_limits(const Limits& limits) override;
  Stats stats() const override;
  std::vector<std::string> troubles() const override;
  std::vector<BlockInfo> blocks() const override;
  Cardinality cardinality(size_t limit) const override;
  Result<> delete_series(std::vector<std::vector<Matcher>> selectors, Timestamp from, Timestamp to) override;
  Result<> clean_tombstones() override;
  Result<std::string> snapshot(bool skip_head) override;
  Result<> add_history(std::vector<HistorySeries> series) override;
  std::vector<std::string> verify() const override;
  void close() override;

  Shared& shared() const { return *shared_; }  // for tests

 private:
  void add_files(Stats& stats) const;

  const std::shared_ptr<Shared> shared_;
  std::atomic<bool> closed_{false};
};

}  // namespace narthex::storage
