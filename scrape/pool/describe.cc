#include "scrape/pool/describe.h"

#include <unordered_set>

#include "scrape/identity.h"

namespace narthex::scrape {
namespace {

// Where a target stands in a PoolState.
struct TargetPlace {
  uint32_t group;
  uint32_t target;
};

class PoolViewImpl final : public PoolView {
 public:
  explicit PoolViewImpl(std::shared_ptr<const PoolState> pool) : pool_(std::move(pool)) {
    std::unordered_set<const TargetLoop*> known;
    for (uint32_t group = 0; group < pool_->groups.size(); ++group) {
      const auto& targets = pool_->groups[group]->targets;
      for (uint32_t i = 0; i < targets.size(); ++i) add(targets[i], {group, i}, known);
    }
  }

  const std::string& job() const override { return pool_->job->options().job_name; }

  size_t active_size() const override { return active_.size(); }
  TargetStatus active(size_t i) const override {
    TargetStatus status = record(active_[i]).loop->status();
    status.job = job();
    status.discovered_labels = discovered_labels(active_[i]);
    return status;
  }
  uint64_t active_id(size_t i) const override { return record(active_[i]).loop->hash(); }

  size_t dropped_size() const override { return dropped_.size(); }
  DroppedTarget dropped(size_t i) const override {
    return {job(), discovered_labels(dropped_[i]), record(dropped_[i]).reason};
  }
  uint64_t dropped_id(size_t i) const override {
    const auto [group, target] = dropped_[i];
    const PackedGroup& packed = pool_->groups[group]->group;
    const uint64_t of_group = fnv1a(packed.labels, fnv1a(packed.source));
    return fnv1a(packed.targets[target], fnv1a(std::to_string(target), of_group));
  }
  uint64_t dropped_count() const override { return dropped_count_; }

  uint64_t sync_failed() const override { return pool_->sync_failed; }

 private:
  void add(const TargetRecord& record, TargetPlace place, std::unordered_set<const TargetLoop*>& known) {
    if (record.loop) {
      if (known.insert(record.loop.get()).second) active_.push_back(place);
      return;
    }
    if (!record.error.empty()) return;
    const uint64_t keep = pool_->job->options().limits.keep_dropped_targets;
    if (++dropped_count_ <= keep || keep == 0) dropped_.push_back(place);
  }

  const TargetRecord& record(TargetPlace place) const { return pool_->groups[place.group]->targets[place.target]; }

  Labels discovered_labels(TargetPlace place) const {
    const PackedGroup& group = pool_->groups[place.group]->group;
    return pool_->job->factory().discovered_labels(unpack(group.targets[place.target]), unpack(group.labels));
  }

  const std::shared_ptr<const PoolState> pool_;
  std::vector<TargetPlace> active_;
  std::vector<TargetPlace> dropped_;
  uint64_t dropped_count_ = 0;
};

}  // namespace

std::shared_ptr<const PoolView> view_of(std::shared_ptr<const PoolState> pool) {
  return std::make_shared<PoolViewImpl>(std::move(pool));
}

PoolStatus describe(const std::shared_ptr<const PoolState>& pool) {
  const PoolViewImpl view(pool);
  PoolStatus out;
  out.job = view.job();
  for (size_t i = 0; i < view.active_size(); ++i) out.active.push_back(view.active(i));
  for (size_t i = 0; i < view.dropped_size(); ++i) out.dropped.push_back(view.dropped(i));
  out.dropped_count = view.dropped_count();
  out.sync_failed = view.sync_failed();
  for (const auto& group : pool->groups) {
    for (const TargetRecord& record : group->targets) {
      if (!record.error.empty()) out.target_errors.push_back(record.error);
    }
  }
  return out;
}

namespace {

// Calls `visit` for each active target of a pool, once.
template <class Visit>
void for_each_active(const PoolState& pool, Visit visit) {
  std::unordered_set<const TargetLoop*> known;
  for (const auto& group : pool.groups) {
    for (const TargetRecord& record : group->targets) {
      if (record.loop && known.insert(record.loop.get()).second) visit(*record.loop);
    }
  }
}

}  // namespace

void append_metadata(const PoolState& pool, std::vector<TargetMetadata>& out) {
  for_each_active(pool, [&](const TargetLoop& loop) {
    out.push_back({pool.job->options().job_name, loop.public_labels(), loop.metadata()});
  });
}

void append_history(const PoolState& pool, const HistoryFilter& filter, std::vector<TargetHistory>& out) {
  const std::string& job = pool.job->options().job_name;
  if (!filter.job.empty() && filter.job != job) return;
  for_each_active(pool, [&](const TargetLoop& loop) {
    const bool wanted =
        filter.target.empty() || loop.url() == filter.target || loop.public_labels().get("instance") == filter.target;
    if (!wanted) return;
    out.push_back(loop.history(filter.attempts));
    out.back().job = job;
  });
}

}  // namespace narthex::scrape
