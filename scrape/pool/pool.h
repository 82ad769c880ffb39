// One job and its targets: makes them from what discovery delivered, starts and ends their loops.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "scrape/loop/job_runtime.h"
#include "scrape/loop/target_loop.h"
#include "scrape/pool/packed_labels.h"

namespace narthex::scrape {

using Shards = std::vector<std::unique_ptr<Shard>>;

// What became of one discovered target.
struct TargetRecord {
  std::shared_ptr<TargetLoop> loop;  // null: dropped, or refused
  std::string reason;                // why dropped; with the rule's place
  std::string error;                 // why refused
};

// A group as it came and what became of it, target by target. Immutable.
struct GroupState {
  PackedGroup group;
  std::vector<TargetRecord> targets;
};

// A job as the API shows it, until the next change. Immutable.
struct PoolState {
  std::shared_ptr<JobRuntime> job;
  std::vector<std::shared_ptr<const GroupState>> groups;
  uint64_t sync_failed = 0;  // see PoolStatus
};

// Not thread-safe.
class Pool {
 public:
  Pool(std::shared_ptr<JobRuntime> job, const Shards& shards, const World& world);
  // Ends the loops without stale markers: that is what the removal of a whole job means.
  ~Pool();

  const JobOptions& options() const { return state_->job->options(); }
  const std::shared_ptr<const PoolState>& state() const { return state_; }
  void set_seed(uint64_t seed) { seed_ = seed; }

  // All groups of the job. Targets that were there before, by their hash, keep their loops.
  void set_targets(const std::vector<TargetGroup>& groups);
  // Goes on under another section: targets are made anew from the same groups.
  void reconfigure(std::shared_ptr<JobRuntime> job);

 private:
  // The groups and loops that are about to be the current ones.
  struct Draft {
    std::shared_ptr<JobRuntime> job;
    std::vector<std::shared_ptr<const GroupState>> groups;
    std::unordered_map<uint64_t, std::shared_ptr<TargetLoop>> loops;
    std::vector<TargetLoop*> started;
    uint64_t sync_failed = 0;
  };

  void sync(Draft& draft, std::vector<PackedGroup> groups);
  std::shared_ptr<const GroupState> make_group(Draft& draft, PackedGroup group);
  TargetRecord make_target(Draft& draft, const PackedGroup& group, size_t index, const RawLabels& group_labels);
  std::shared_ptr<TargetLoop> loop_for(Draft& draft, Target target);
  void keep_group(Draft& draft, std::shared_ptr<const GroupState> group);
  void publish(Draft draft);

  const Shards& shards_;
  const World& world_;
  uint64_t seed_ = 0;
  std::shared_ptr<const PoolState> state_;
  std::unordered_map<uint64_t, std::shared_ptr<TargetLoop>> loops_;  // by target hash
  std::vector<std::weak_ptr<TargetLoop>> ending_;
};

}  // namespace narthex::scrape
