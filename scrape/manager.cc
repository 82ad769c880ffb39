#include "scrape/manager.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <random>

#include "scrape/identity.h"
#include "scrape/pool/describe.h"
#include "scrape/pool/pool.h"
#include "scrape/request.h"

namespace narthex::scrape {
namespace {

uint64_t random_seed() {
  std::random_device device;
  return uint64_t{device()} << 32 | device();
}

class ManagerImpl final : public Manager {
 public:
  ManagerImpl(const ManagerOptions& options, storage::Store& store, const Clock& clock, Log& log);
  ~ManagerImpl() override { stop(); }

  void set_external_labels(const Labels& labels) override;
  Result<> apply(std::vector<JobOptions> jobs) override;
  void set_targets(const std::string& job, std::vector<TargetGroup> groups) override;
  std::vector<PoolStatus> status() const override;
  std::vector<std::shared_ptr<const PoolView>> pools() const override;
  std::vector<TargetMetadata> metadata() const override;
  std::vector<TargetHistory> history(const HistoryFilter& filter) const override;
  Stats stats() const override { return counters_.stats(); }
  void stop() override;

 private:
  using States = std::vector<std::shared_ptr<const PoolState>>;
  using Runtimes = std::map<std::string, std::shared_ptr<JobRuntime>>;

  Result<Runtimes> compile_changed(const std::vector<JobOptions>& jobs);
  void publish();
  States states() const;

  const LineSecret line_secret_;
  const std::string fqdn_;
  Counters counters_;
  const World world_;

  // Held while jobs or targets change, which may take long.
  mutable std::mutex change_mutex_;
  bool stopped_ = false;
  uint64_t seed_;
  FailureLogs failure_logs_;
  Shards shards_;
  std::map<std::string, std::unique_ptr<Pool>> pools_;

  // Held for a copy only.
  mutable std::mutex states_mutex_;
  States states_;  // of pools_, in their order
};

ManagerImpl::ManagerImpl(const ManagerOptions& options, storage::Store& store, const Clock& clock, Log& log)
    : line_secret_(options.line_seed != 0 ? options.line_seed : random_seed()),
      fqdn_(options.fqdn),
      world_{store,
             clock,
             log,
             counters_,
             line_secret_,
             options.features,
             options.adjust_timestamps,
             options.timestamp_tolerance.ns,
             std::max(options.clock_rate, 1)},
      seed_(schedule_seed(options.fqdn, options.external_labels)) {
  for (int i = 0; i < std::max(options.reactors, 1); ++i) shards_.push_back(std::make_unique<Shard>(i, world_));
}

void ManagerImpl::set_external_labels(const Labels& labels) {
  const std::lock_guard lock(change_mutex_);
  seed_ = schedule_seed(fqdn_, labels);
  for (auto& [name, pool] : pools_) pool->set_seed(seed_);
}

Result<ManagerImpl::Runtimes> ManagerImpl::compile_changed(const std::vector<JobOptions>& jobs) {
  Runtimes changed;
  for (const JobOptions& job : jobs) {
    auto running = pools_.find(job.job_name);
    if (running != pools_.end() && running->second->options() == job) continue;
    auto failure_log = failure_logs_.get(job.failure_log_file);
    if (!failure_log) return prefixed("scrape config \"" + job.job_name + "\": ", failure_log.error());
    auto runtime = JobRuntime::create(job, std::move(*failure_log));
    if (!runtime) return prefixed("scrape config \"" + job.job_name + "\": ", runtime.error());
    changed[job.job_name] = std::move(*runtime);
  }
  return changed;
}

Result<> ManagerImpl::apply(std::vector<JobOptions> jobs) {
  const std::lock_guard lock(change_mutex_);
  if (stopped_) return Error{Code::kUnavailable, "scraping has stopped"};
  auto changed = compile_changed(jobs);
  if (!changed) return changed.error();
  if (auto reopened = failure_logs_.reopen(); !reopened) return reopened.error();
  std::erase_if(pools_, [&](const auto& entry) {
    return std::none_of(jobs.begin(), jobs.end(), [&](const JobOptions& job) { return job.job_name == entry.first; });
  });
  for (auto& [name, runtime] : *changed) {
    auto& pool = pools_[name];
    if (pool) {
      pool->reconfigure(runtime);
    } else {
      pool = std::make_unique<Pool>(runtime, shards_, world_);
      pool->set_seed(seed_);
    }
  }
  publish();
  return {};
}

void ManagerImpl::set_targets(const std::string& job, std::vector<TargetGroup> groups) {
  const std::lock_guard lock(change_mutex_);
  auto pool = pools_.find(job);
  if (stopped_ || pool == pools_.end()) return;
  pool->second->set_targets(groups);
  publish();
}

void ManagerImpl::publish() {
  States states;
  for (const auto& [name, pool] : pools_) states.push_back(pool->state());
  const std::lock_guard lock(states_mutex_);
  states_.swap(states);
}

ManagerImpl::States ManagerImpl::states() const {
  const std::lock_guard lock(states_mutex_);
  return states_;
}

std::vector<PoolStatus> ManagerImpl::status() const {
  std::vector<PoolStatus> all;
  for (const auto& state : states()) all.push_back(describe(state));
  return all;
}

std::vector<std::shared_ptr<const PoolView>> ManagerImpl::pools() const {
  std::vector<std::shared_ptr<const PoolView>> all;
  for (auto& state : states()) all.push_back(view_of(std::move(state)));
  return all;
}

std::vector<TargetMetadata> ManagerImpl::metadata() const {
  std::vector<TargetMetadata> all;
  for (const auto& state : states()) append_metadata(*state, all);
  return all;
}

std::vector<TargetHistory> ManagerImpl::history(const HistoryFilter& filter) const {
  std::vector<TargetHistory> all;
  for (const auto& state : states()) append_history(*state, filter, all);
  return all;
}

void ManagerImpl::stop() {
  const std::lock_guard lock(change_mutex_);
  if (std::exchange(stopped_, true)) return;
  std::vector<std::future<void>> stopping;
  for (auto& shard : shards_) stopping.push_back(std::async(std::launch::async, [&shard] { shard->stop(); }));
  for (auto& future : stopping) future.wait();
}

}  // namespace

std::unique_ptr<Manager> Manager::create(const ManagerOptions& options, storage::Store& store, const Clock& clock,
                                         Log& log) {
  return std::make_unique<ManagerImpl>(options, store, clock, log);
}

}  // namespace narthex::scrape
