#include "storage/seal/sealer.h"

#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>

#include "storage/seal/clean.h"
#include "storage/seal/merge.h"
#include "storage/seal/retention.h"
#include "storage/seal/seal.h"

namespace narthex::storage {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kFirstBackOff{100};
constexpr milliseconds kLongestBackOff{30'000};
constexpr milliseconds kTidyEvery{60'000};
constexpr int kNice = 10;
// What a merge may take where no memory budget is set.
constexpr size_t kMergeBytes = 512 << 20;

size_t merge_bytes(const Options& options) {
  return options.memory_budget > 0 ? static_cast<size_t>(options.memory_budget) / 4 : kMergeBytes;
}

// 0: unknown.
uint64_t file_system_bytes(const std::string& path) {
  struct statvfs info {};
  if (::statvfs(path.c_str(), &info) != 0) return 0;
  return uint64_t{info.f_blocks} * info.f_frsize;
}

int64_t sealed_below(const SegmentList& segments) {
  int64_t below = INT64_MIN;
  for (const auto& segment : segments) {
    if (!segment->footer().late) below = std::max(below, segment->footer().last_window + 1);
  }
  return below;
}

}  // namespace

Sealer::Sealer(const SealParts& parts, uint64_t exemplars_sealed)
    : options_(parts.options),
      context_{parts, stopping_},
      exemplars_sealed_(exemplars_sealed),
      sealed_below_(sealed_below(parts.catalog.segments())),
      limits_(parts.options.limits) {
  thread_ = std::thread([this] { run(); });
}

Sealer::~Sealer() { stop(); }

void Sealer::take(Frozen frozen) {
  std::lock_guard lock(mutex_);
  queue_.push_back(std::move(frozen));
  stats_.waiting = queue_.size();
  wake_.notify_one();
}

void Sealer::set_limits(const Limits& limits) {
  std::lock_guard lock(mutex_);
  limits_ = limits;
  tidy_due_ = true;
  wake_.notify_one();
}

Result<> Sealer::run_between(Work work) {
  std::packaged_task<Result<>()> errand([this, work = std::move(work)] { return work(context_); });
  std::future<Result<>> result = errand.get_future();
  {
    std::lock_guard lock(mutex_);
    if (stopping_) return Error{Code::kUnavailable, "the store is closing"};
    errands_.push_back(std::move(errand));
  }
  wake_.notify_one();
  try {
    return result.get();
  } catch (const std::future_error&) {
    return Error{Code::kUnavailable, "the store is closing"};
  }
}

Result<> Sealer::clean() {
  auto cleaned =
      run_between([](const SealContext& context) { return clean_segments(context, merge_bytes(context.options)); });
  if (cleaned) {
    std::lock_guard lock(mutex_);
    tidy_due_ = true;
    wake_.notify_one();
  }
  return cleaned;
}

void Sealer::run_errands() {
  std::unique_lock lock(mutex_);
  while (!errands_.empty()) {
    auto errand = std::move(errands_.front());
    errands_.pop_front();
    lock.unlock();
    errand();
    lock.lock();
  }
}

SealerStats Sealer::stats() const {
  std::lock_guard lock(mutex_);
  SealerStats stats = stats_;
  stats.busy = working_ || tidy_due_ || !queue_.empty();
  return stats;
}

void Sealer::stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
  std::lock_guard lock(mutex_);
  errands_.clear();  // whoever waits is told
}

void Sealer::run() {
  // A thread has a priority of its own here; commits and scrapes go first. Refused: then it is as they are.
  static_cast<void>(::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kNice));
  for (;;) {
    Frozen next;
    bool has_next = false;
    if (!wait_for_work(next, has_next)) return;
    run_errands();
    if (!has_next) {
      tidy();
    } else if (seal_next(next)) {
      tidy();
    }
  }
}

// False: the thread ends. `has_next`: the queue's first is to be sealed; else it is time to tidy.
bool Sealer::wait_for_work(Frozen& next, bool& has_next) {
  std::unique_lock lock(mutex_);
  working_ = false;
  for (;;) {
    if (stopping_) return false;
    const Time now = steady_clock::now();
    has_next = !queue_.empty() && now >= retry_at_;
    if (has_next) next = queue_.front();
    if (has_next || tidy_due_ || now >= tidy_at_ || !errands_.empty()) break;
    wake_.wait_until(lock, queue_.empty() ? tidy_at_ : std::min(tidy_at_, retry_at_));
  }
  working_ = true;
  return true;
}

bool Sealer::seal_next(const Frozen& frozen) {
  const auto sealed = seal(context_, frozen, exemplars_sealed_);
  note("Sealing", sealed ? Result<>() : Result<>(sealed.error()));
  std::lock_guard lock(mutex_);
  if (!sealed) {
    back_off_ = std::min(kLongestBackOff, std::max(kFirstBackOff, back_off_ * 2));
    retry_at_ = steady_clock::now() + back_off_;
    return false;
  }
  back_off_ = {};
  retry_at_ = {};
  exemplars_sealed_ = *sealed;
  sealed_below_ = std::max(sealed_below_, frozen.family + 1);
  queue_.pop_front();
  ++stats_.seals;
  stats_.waiting = queue_.size();
  return true;
}

void Sealer::tidy() {
  {
    std::lock_guard lock(mutex_);
    tidy_due_ = false;
    tidy_at_ = steady_clock::now() + kTidyEvery;
  }
  // What is too old need not be merged; what was merged is counted again.
  if (expire() && merge()) expire();
  sweep_tombstones();
}

// Those that are in all bytes.
void Sealer::sweep_tombstones() {
  Limits limits;
  {
    std::lock_guard lock(mutex_);
    if (!queue_.empty()) return;
    limits = limits_;
  }
  note("Forgetting tombstones", forget_tombstones(context_, limits));
}

bool Sealer::expire() {
  Limits limits;
  {
    std::lock_guard lock(mutex_);
    limits = limits_;
  }
  const Used used{context_.windows.newest(), context_.catalog.disk_bytes(), file_system_bytes(options_.path)};
  const std::vector<Expired> expired = find_expired(context_.catalog.blocks(), limits, used);
  if (expired.empty()) return true;
  SegmentChange change;
  for (const Expired& e : expired) change.removed.push_back(e.id);
  const std::vector<uint64_t> removed = change.removed;
  const auto applied = context_.catalog.apply(std::move(change));
  note("Retention", applied ? Result<>() : Result<>(applied.error()));
  if (!applied) return false;
  context_.at("retention.applied");
  context_.windows.replace({}, {}, removed);
  for (const Expired& e : expired) {
    context_.log.info("Removed a segment",
                      {{"segment", std::to_string(e.id)},
                       {"reason", e.by_time ? "older than the retention time" : "the size limit is exceeded"}});
  }
  std::lock_guard lock(mutex_);
  stats_.expired += expired.size();
  // Those that are too old come first.
  stats_.time_retentions += expired.front().by_time;
  stats_.size_retentions += !expired.back().by_time;
  return true;
}

// When another day is over, every day that has several segments is merged, those with late ones again.
bool Sealer::merge() {
  if (options_.merge_windows < 2 || sealed_below_ == INT64_MIN) return false;
  const int64_t below = merge_begin(sealed_below_, options_.merge_windows);
  if (below <= merged_below_) return false;
  bool any = false;
  for (const SegmentList& segments : due_merges(context_.catalog.segments(), options_.merge_windows, below)) {
    if (!merge_one(segments)) return any;
    any = true;
  }
  merged_below_ = below;
  return any;
}

// False: it is to be tried again.
bool Sealer::merge_one(const SegmentList& segments) {
  std::vector<uint64_t> ids;
  for (const auto& segment : segments) ids.push_back(segment->id());
  if (unmergeable_.contains(ids)) return true;
  const auto merged = merge_segments(context_, segments, merge_bytes(options_));
  const bool in_vain = !merged && (merged.error().code == Code::kLimit || merged.error().code == Code::kCorruption);
  note("Merging", merged);
  if (in_vain) unmergeable_.insert(std::move(ids));
  if (!merged) return in_vain;
  std::lock_guard lock(mutex_);
  ++stats_.merges;
  return true;
}

void Sealer::note(std::string_view activity, const Result<>& result) {
  if (!result && result.error().code == Code::kCanceled) return;
  std::lock_guard lock(mutex_);
  const auto known = failing_.find(activity);
  if (result) {
    if (known == failing_.end()) return;
    failing_.erase(known);
    context_.log.info("It works again", {{"activity", std::string(activity)}});
    return;
  }
  const std::string reason = result.error().str();
  stats_.last_error = std::string(activity) + " failed: " + reason;
  ++stats_.failures;
  if (known != failing_.end()) return;
  failing_.emplace(activity, stats_.last_error);
  context_.log.error(std::string(activity) + " failed", {{"err", reason}});
}

std::vector<std::string> Sealer::failing() const {
  std::lock_guard lock(mutex_);
  std::vector<std::string> all;
  for (const auto& [activity, failure] : failing_) all.push_back(failure);
  return all;
}

}  // namespace narthex::storage
