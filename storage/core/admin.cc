// The administrator's calls: deletion, cleaning, snapshots.
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <filesystem>
#include <random>

#include "storage/core/store_impl.h"
#include "storage/seal/clean.h"
#include "storage/seal/history.h"

namespace narthex::storage {
namespace {

Error closed() { return Error{Code::kUnavailable, "the store is closed"}; }

// Higher than all that any segment knows of, so that no segment claims to be without what it says.
uint64_t next_tombstone(const Deletions& deletions, const std::vector<BlockInfo>& blocks) {
  uint64_t newest = deletions.newest();
  for (const BlockInfo& block : blocks) newest = std::max(newest, block.footer.deletions);
  return newest + 1;
}

// Of all samples, in windows and segments; INT64_MIN: there are none.
Timestamp newest_sample(const Windows& windows) {
  Timestamp newest = windows.newest();
  for (const auto& segment : *windows.segments()) newest = std::max(newest, segment->footer().max_time);
  return newest;
}

// 20171210T211224Z-2be650b6d019eb54
std::string snapshot_name(const Clock& clock) {
  std::random_device random;
  const uint64_t id = uint64_t{random()} << 32 | random();
  return fmt::format("{:%Y%m%dT%H%M%SZ}-{:016x}", fmt::gmtime(static_cast<std::time_t>(clock.now_ms() / 1000)), id);
}

}  // namespace

Result<> StoreImpl::delete_series(std::vector<std::vector<Matcher>> selectors, Timestamp from, Timestamp to) {
  std::lock_guard lock(shared_->files_mutex);
  if (!shared_->catalog) return closed();
  Windows& windows = shared_->windows;
  to = std::min(to, newest_sample(windows));
  if (from > to || selectors.empty()) return {};
  Tombstone tombstone{
      next_tombstone(*windows.deletions(), shared_->catalog->blocks()), std::move(selectors), {from, to}};
  SegmentChange change;
  change.tombstones_added.push_back({tombstone.number, encode_tombstone(tombstone)});
  if (auto applied = shared_->segment_files->apply(std::move(change)); !applied) return applied.error();
  if (shared_->options.at_point) shared_->options.at_point("delete.applied");
  windows.change_deletions([&](std::vector<Tombstone>& all) { all.push_back(std::move(tombstone)); });
  return {};
}

Result<> StoreImpl::clean_tombstones() {
  std::shared_ptr<Sealer> sealer;
  {
    std::lock_guard lock(shared_->files_mutex);
    sealer = shared_->sealer;
  }
  return sealer ? sealer->clean() : Result<>(closed());
}

Result<> StoreImpl::add_history(std::vector<HistorySeries> series) {
  std::shared_ptr<Sealer> sealer;
  {
    std::lock_guard lock(shared_->files_mutex);
    sealer = shared_->sealer;
  }
  if (!sealer) return closed();
  return sealer->run_between(
      [&](const SealContext& context) { return storage::add_history(context, std::move(series)); });
}

std::vector<std::string> StoreImpl::verify() const {
  std::vector<std::string> damage;
  for (const BlockInfo& block : blocks()) {
    if (!block.damage.empty()) damage.push_back(block.file + ": " + block.damage);
  }
  for (const auto& segment : *shared_->windows.segments()) {
    for (std::string& text : segment->verify()) damage.push_back(std::move(text));
  }
  if (shared_->damaged_frames > 0) {
    damage.push_back(fmt::format("the log: {} records cannot be read", shared_->damaged_frames));
  }
  const auto windows = shared_->windows.list();
  const auto head = windows->empty() ? nullptr : *view()->select({}, windows->front()->start(), kMaxTime);
  Column samples;
  for (size_t i = 0; head != nullptr && i < head->size(); ++i) {
    samples.clear();
    if (auto read = head->read(i, windows->front()->start(), kMaxTime, samples); !read) {
      damage.push_back(read.error().str());
    }
  }
  return damage;
}

Result<std::string> StoreImpl::snapshot(bool skip_head) {
  std::shared_ptr<SegmentFiles> files;
  {
    std::lock_guard lock(shared_->files_mutex);
    files = shared_->segment_files;
  }
  if (!files) return closed();
  const std::string name = snapshot_name(shared_->clock);
  const std::filesystem::path folder = std::filesystem::path(shared_->options.path) / "snapshots" / name;
  if (auto copied = files->copy_to(folder.string(), !skip_head); !copied) return copied.error();
  return name;
}

}  // namespace narthex::storage
