#include "storage/core/store_impl.h"

#include <algorithm>

#include "storage/budget/process_memory.h"
#include "storage/query/cardinality.h"
#include "storage/query/view_impl.h"

namespace narthex::storage {
namespace {

void add_segments(const std::vector<BlockInfo>& blocks, Stats& stats) {
  for (const BlockInfo& block : blocks) {
    stats.segment_bytes += block.bytes;
    stats.damaged_segments += !block.damage.empty();
    if (!block.damage.empty()) continue;
    ++stats.segments;
    stats.late_segments += block.footer.late;
    const bool first = stats.segments == 1 && stats.windows == 0;
    stats.min_time = first ? block.footer.min_time : std::min(stats.min_time, block.footer.min_time);
    stats.max_time = std::max(stats.max_time, block.footer.max_time);
    for (const CodecCount& codec : block.footer.codecs) {
      const auto known = std::find_if(stats.codecs.begin(), stats.codecs.end(),
                                      [&](const CodecCount& c) { return c.codec == codec.codec; });
      CodecCount& sum = known == stats.codecs.end() ? stats.codecs.emplace_back(codec.codec) : *known;
      sum.columns += codec.columns;
      sum.samples += codec.samples;
      sum.bytes += codec.bytes;
    }
  }
}

}  // namespace

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
  stats.head_min_time = stats.min_time;
  stats.head_max_time = stats.max_time;
  const CommitterStats& committed = shared_->committer->stats();
  stats.histograms_appended = committed.histograms;  // before the samples that they are among
  stats.samples_appended = committed.samples;
  const ExemplarRing::Counts kept = shared_->exemplars.counts();
  stats.exemplars = kept.exemplars;
  stats.exemplar_series = kept.series;
  stats.exemplar_bytes = kept.bytes;
  stats.commits = committed.commits;
  stats.commit_failures = committed.failures;
  stats.out_of_order = committed.out_of_order;
  stats.too_old = committed.too_old;
  stats.damaged_frames = shared_->damaged_frames;
  stats.memory_budget = static_cast<uint64_t>(std::max<int64_t>(shared_->budget->limit(), 0));
  stats.resident_bytes = resident_bytes();
  stats.series_refused = shared_->budget->refused();
  stats.refusing_series = shared_->budget->refusing();
  add_files(stats);
  return stats;
}

// What is on the disk. What is closed has nothing.
void StoreImpl::add_files(Stats& stats) const {
  std::lock_guard lock(shared_->files_mutex);
  if (shared_->record_log) stats.log_bytes = shared_->record_log->disk_bytes();
  if (shared_->catalog) add_segments(shared_->catalog->blocks(), stats);
  stats.log_bytes -= std::min(stats.log_bytes, stats.segment_bytes);
  if (!shared_->sealer) return;
  const SealerStats sealed = shared_->sealer->stats();
  stats.seals = sealed.seals;
  stats.merges = sealed.merges;
  stats.segments_expired = sealed.expired;
  stats.seal_failures = sealed.failures;
  stats.last_seal_error = sealed.last_error;
  stats.windows_to_seal = sealed.waiting;
  stats.time_retentions = sealed.time_retentions;
  stats.size_retentions = sealed.size_retentions;
}

std::vector<std::string> StoreImpl::troubles() const {
  std::vector<std::string> all;
  if (const std::string failure = shared_->committer->failure(); !failure.empty()) {
    all.push_back("Samples cannot be stored: " + failure);
  }
  std::lock_guard lock(shared_->files_mutex);
  if (shared_->sealer) {
    for (std::string& failing : shared_->sealer->failing()) all.push_back(std::move(failing));
  }
  if (!shared_->catalog) return all;
  for (const BlockInfo& block : shared_->catalog->blocks()) {
    if (block.damage.empty()) continue;
    all.push_back("A segment cannot be read, its samples are missing: " + block.file + ": " + block.damage);
  }
  return all;
}

std::vector<BlockInfo> StoreImpl::blocks() const {
  std::lock_guard lock(shared_->files_mutex);
  return shared_->catalog ? shared_->catalog->blocks() : std::vector<BlockInfo>();
}

void StoreImpl::set_limits(const Limits& limits) {
  shared_->limits.set(limits);
  std::lock_guard lock(shared_->files_mutex);
  if (shared_->sealer) shared_->sealer->set_limits(limits);
}

Cardinality StoreImpl::cardinality(size_t limit) const { return count_labels(*shared_, limit); }

void StoreImpl::close() {
  if (closed_.exchange(true)) return;
  shared_->watch.reset();
  shared_->committer->stop();
  std::lock_guard lock(shared_->files_mutex);
  if (shared_->sealer) shared_->sealer->stop();  // somebody may still wait for it
  shared_->sealer.reset();
  // Views keep what they read, and with it the database; appenders do not.
  std::vector<uint64_t> all;
  for (const auto& segment : *shared_->windows.segments()) all.push_back(segment->id());
  shared_->windows.replace({}, {}, all);
  shared_->catalog.reset();
  shared_->segment_files.reset();
  shared_->record_log.reset();
}

}  // namespace narthex::storage
