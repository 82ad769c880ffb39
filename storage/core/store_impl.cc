#include "storage/core/store_impl.h"

#include <algorithm>

#include "storage/query/cardinality.h"
#include "storage/query/view_impl.h"

namespace narthex::storage {

std::shared_ptr<TargetAppender> StoreImpl::open_target(const Labels& public_labels) {
  const ListRef list = shared_->core.identity.intern(public_labels);
  return std::make_shared<AppenderImpl>(shared_, shared_->core.registry.get(list));
}

void StoreImpl::commit_all(std::vector<std::unique_ptr<Scratch>> scratches, CommitMode mode,
                           std::function<void(CommitResult)> done) {
  std::vector<std::unique_ptr<ScratchImpl>> own;
  own.reserve(scratches.size());
  for (auto& scratch : scratches) own.emplace_back(static_cast<ScratchImpl*>(scratch.release()));
  shared_->committer->commit_all(std::move(own), mode, std::move(done));
}

std::shared_ptr<const View> StoreImpl::view() const { return std::make_shared<ViewImpl>(shared_); }

Stats StoreImpl::stats() const {
  Stats stats;
  const Windows& windows = shared_->windows;
  const Timestamp horizon = dead_before(windows, shared_->options);
  stats.index_bytes = shared_->core.identity.bytes() + shared_->core.index.bytes();
  for (const auto& target : shared_->core.registry.all()) {
    std::lock_guard lock(target->mutex());
    stats.series += target->live_series(horizon);
    stats.index_bytes += target->bytes();
    ++stats.targets;
  }
  const auto list = windows.list();
  for (const auto& window : *list) stats.column_bytes += window->bytes();
  stats.windows = list->size();
  stats.templates = shared_->core.identity.size();
  stats.min_time = list->empty() ? 0 : list->front()->start();
  stats.max_time = list->empty() ? 0 : windows.newest();
  const CommitterStats& committed = shared_->committer->stats();
  stats.histograms_appended = committed.histograms;  // before the samples that they are among
  stats.samples_appended = committed.samples;
  const ExemplarRing::Counts kept = shared_->exemplars.counts();
  stats.exemplars = kept.exemplars;
  stats.exemplar_series = kept.series;
  stats.exemplar_bytes = kept.bytes;
  stats.commits = committed.commits;
  stats.commit_failures = committed.failures;
  stats.damaged_frames = shared_->damaged_frames;
  std::lock_guard lock(shared_->record_log_mutex);
  stats.log_bytes = shared_->record_log ? shared_->record_log->disk_bytes() : 0;
  return stats;
}

Cardinality StoreImpl::cardinality(size_t limit) const { return count_labels(*shared_, limit); }

void StoreImpl::close() {
  if (closed_.exchange(true)) return;
  shared_->committer->stop();
  std::lock_guard lock(shared_->record_log_mutex);
  shared_->record_log.reset();
}

}  // namespace narthex::storage
