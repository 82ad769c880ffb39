#include "scrape/pool/pool.h"

#include <algorithm>

namespace narthex::scrape {
namespace {

std::string dropped_reason(const Dropped& dropped) {
  const std::string place = dropped.place.str();
  return place.empty() ? dropped.reason : place + ": " + dropped.reason;
}

std::string target_error(size_t index, const PackedGroup& group, const std::string& error) {
  return "instance " + std::to_string(index) + " in group " + group.source + ": " + error;
}

uint64_t count_errors(const GroupState& group) {
  return static_cast<uint64_t>(std::count_if(group.targets.begin(), group.targets.end(),
                                             [](const TargetRecord& record) { return !record.error.empty(); }));
}

}  // namespace

Pool::Pool(std::shared_ptr<JobRuntime> job, const Shards& shards, const World& world)
    : shards_(shards), world_(world), state_(std::make_shared<PoolState>(PoolState{std::move(job), {}, 0})) {}

Pool::~Pool() {
  for (auto& [hash, loop] : loops_) loop->end(false);
  for (auto& weak : ending_) {
    if (auto loop = weak.lock()) loop->end(false);
  }
}

void Pool::set_targets(const std::vector<TargetGroup>& groups) {
  std::unordered_map<std::string_view, const std::shared_ptr<const GroupState>*> known;
  for (const auto& group : state_->groups) known.emplace(group->group.source, &group);
  Draft draft{state_->job, {}, {}, {}, state_->sync_failed};
  for (const TargetGroup& group : groups) {
    PackedGroup packed = pack(group);
    auto same = known.find(packed.source);
    if (same != known.end() && (*same->second)->group == packed) {
      keep_group(draft, *same->second);
    } else {
      draft.groups.push_back(make_group(draft, std::move(packed)));
    }
  }
  for (const auto& group : draft.groups) draft.sync_failed += count_errors(*group);
  publish(std::move(draft));
}

void Pool::reconfigure(std::shared_ptr<JobRuntime> job) {
  Draft draft{job, {}, {}, {}, state_->sync_failed};
  for (const auto& group : state_->groups) draft.groups.push_back(make_group(draft, group->group));
  for (auto& [hash, loop] : draft.loops) {
    if (loops_.contains(hash)) loop->reconfigure(job);
  }
  publish(std::move(draft));
}

void Pool::keep_group(Draft& draft, std::shared_ptr<const GroupState> group) {
  for (const TargetRecord& record : group->targets) {
    if (record.loop) draft.loops.emplace(record.loop->hash(), record.loop);
  }
  draft.groups.push_back(std::move(group));
}

std::shared_ptr<const GroupState> Pool::make_group(Draft& draft, PackedGroup group) {
  auto state = std::make_shared<GroupState>();
  const RawLabels group_labels = unpack(group.labels);
  state->targets.reserve(group.targets.size());
  for (size_t i = 0; i < group.targets.size(); ++i) {
    state->targets.push_back(make_target(draft, group, i, group_labels));
  }
  state->group = std::move(group);
  return state;
}

TargetRecord Pool::make_target(Draft& draft, const PackedGroup& group, size_t index, const RawLabels& group_labels) {
  TargetOutcome made = draft.job->factory().make(unpack(group.targets[index]), group_labels);
  if (auto* target = std::get_if<Target>(&made)) return {loop_for(draft, std::move(*target)), {}, {}};
  if (auto* dropped = std::get_if<Dropped>(&made)) return {nullptr, dropped_reason(*dropped), {}};
  std::string error = target_error(index, group, std::get<Refused>(made).error.message);
  world_.log.error("Creating target failed", {{"scrape_pool", options().job_name}, {"err", error}});
  return {nullptr, {}, std::move(error)};
}

std::shared_ptr<TargetLoop> Pool::loop_for(Draft& draft, Target target) {
  auto& place = draft.loops[target.hash];
  if (place) return place;
  if (auto running = loops_.find(target.hash); running != loops_.end()) return place = running->second;
  Shard& shard = *shards_[target.public_labels.hash() % shards_.size()];
  place = std::make_shared<TargetLoop>(shard, draft.job, std::move(target), seed_);
  draft.started.push_back(place.get());
  return place;
}

void Pool::publish(Draft draft) {
  std::erase_if(ending_, [](const auto& weak) { return weak.expired(); });
  for (auto& [hash, loop] : loops_) {
    if (draft.loops.contains(hash)) continue;
    loop->end(true);
    ending_.push_back(loop);
  }
  draft.job->set_active_targets(draft.loops.size());
  if (draft.job->target_limit_error()) Counters::add(world_.counters.exceeded_target_limit);
  for (TargetLoop* loop : draft.started) loop->start();
  loops_ = std::move(draft.loops);
  state_ =
      std::make_shared<const PoolState>(PoolState{std::move(draft.job), std::move(draft.groups), draft.sync_failed});
}

}  // namespace narthex::scrape
