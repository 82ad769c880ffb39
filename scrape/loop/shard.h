// One reactor and the loops pinned to it, with what they share: clients by job, body buffers.
#pragma once

#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "net/http_client.h"
#include "net/reactor.h"
#include "scrape/line_table.h"
#include "scrape/loop/body_keeper.h"
#include "scrape/loop/counters.h"
#include "scrape/loop/job_runtime.h"
#include "scrape/loop/metadata_cache.h"
#include "scrape/series_rules.h"
#include "storage/store.h"

namespace narthex::scrape {

class TargetLoop;

// What the loops of one job on one reactor share. Reactor thread only.
struct JobOnShard {
  explicit JobOnShard(std::shared_ptr<JobRuntime> r) : runtime(std::move(r)), rules(runtime->series_rules()) {}

  const std::shared_ptr<JobRuntime> runtime;
  SeriesRules rules;
  std::shared_ptr<net::HttpClient> client;  // null until the first scrape
};

// The world as loops see it. Outlives them.
struct World {
  storage::Store& store;
  const Clock& clock;
  Log& log;
  Counters& counters;
  const LineSecret& line_secret;
  Features features;
  bool align = true;
  int64_t tolerance_ns = 0;
  int clock_rate = 1;
};

// The way to a reactor for those who may outlive it, such as commits under way. Thread-safe.
class Mailbox {
 public:
  explicit Mailbox(net::Reactor& reactor) : reactor_(&reactor) {}

  // Runs `task` soon on the reactor's thread, or never if that has ended.
  void post(std::function<void()> task) {
    const std::lock_guard lock(mutex_);
    if (reactor_) reactor_->post(std::move(task));
  }
  void close() {
    const std::lock_guard lock(mutex_);
    reactor_ = nullptr;
  }

 private:
  std::mutex mutex_;
  net::Reactor* reactor_;
};

// post() and stop() are thread-safe, all else belongs to the reactor's thread. Loops are kept alive here from their
// start to their end; they refer back without owning.
class Shard {
 public:
  Shard(int number, World world)
      : world_(world), reactor_("scrape-" + std::to_string(number)), mailbox_(std::make_shared<Mailbox>(reactor_)) {}

  const World& world() const { return world_; }
  net::Reactor& reactor() { return reactor_; }
  void post(std::function<void()> task) { mailbox_->post(std::move(task)); }
  const std::shared_ptr<Mailbox>& mailbox() const { return mailbox_; }

  std::shared_ptr<JobOnShard> job(const std::shared_ptr<JobRuntime>& runtime);
  // The client of a job, made at its first use. Fails on unreadable TLS files, and is then tried again.
  Result<net::HttpClient*> client(JobOnShard& job);

  // A body buffer that an earlier scrape has grown, or an empty one.
  std::string take_buffer();
  void give_buffer(std::string buffer);

  MetadataInterner& interner() { return interner_; }
  BodyKeeper& failed_bodies() { return failed_bodies_; }

  void add(std::shared_ptr<TargetLoop> loop);
  void remove(TargetLoop* loop);

  // A scrape or commit is under way from begin_work() to end_work().
  void begin_work() { ++working_; }
  void end_work();
  bool stopping() const { return stopping_; }

  // Cancels all scrapes; waits until they and the commits have ended, for two seconds at most; lets the loops go; ends
  // the thread's work.
  void stop();

 private:
  void begin_stop();
  void release_all();

  const World world_;
  std::map<const JobRuntime*, std::weak_ptr<JobOnShard>> jobs_;
  std::unordered_map<TargetLoop*, std::shared_ptr<TargetLoop>> loops_;
  std::vector<std::string> buffers_;
  MetadataInterner interner_;
  BodyKeeper failed_bodies_;
  int working_ = 0;
  bool stopping_ = false;
  std::promise<void> idle_;
  bool idle_told_ = false;
  net::Reactor reactor_;  // its thread ends before anything above goes
  const std::shared_ptr<Mailbox> mailbox_;
};

}  // namespace narthex::scrape
