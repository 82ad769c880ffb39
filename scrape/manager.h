// The scrape side of the process: takes jobs and target groups, keeps one loop per target, tells how each is doing.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "exposition/text.h"
#include "model/target_group.h"
#include "net/reactor.h"
#include "scrape/history.h"
#include "scrape/options.h"
#include "storage/store.h"

namespace narthex::scrape {

enum class Health { kUnknown, kUp, kDown };

// A target as the API shows it. A copy: valid as long as you like.
struct TargetStatus {
  std::string job;  // scrape pool
  Labels discovered_labels;
  Labels labels;  // public ones
  std::string url;
  Health health = Health::kUnknown;
  std::string last_error;      // "" when the last scrape was fine
  std::string last_warning;    // e.g. samples that were refused one by one, series refused for memory
  int64_t last_scrape_ns = 0;  // scrape timestamp; 0: never
  double last_duration_seconds = 0;
  std::string interval;  // as relabeling left it
  std::string timeout;
};

struct DroppedTarget {
  std::string job;
  Labels discovered_labels;
  std::string reason;  // which rule dropped it (with its place), or that no public label remained
};

struct PoolStatus {
  std::string job;
  std::vector<TargetStatus> active;
  std::vector<DroppedTarget> dropped;      // at most keep_dropped_targets, if that is set
  uint64_t dropped_count = 0;              // exact
  std::vector<std::string> target_errors;  // targets that could not be made: `instance 0 in group 1: no address`
  uint64_t sync_failed = 0;                // a counter: how many these were, summed over all calls of set_targets()
};

class PoolView;  // scrape/pool_view.h

// What a target's HELP and TYPE lines said, by family name as written there (scrape spec, section 11).
struct MetricMetadata {
  std::string metric;
  exposition::MetricType type = exposition::MetricType::kUnknown;
  std::string help;
  std::string unit;
  friend bool operator==(const MetricMetadata&, const MetricMetadata&) = default;
};

struct TargetMetadata {
  std::string job;
  Labels labels;  // public ones
  // Sorted by metric; shared between targets that say the same. Never null.
  std::shared_ptr<const std::vector<MetricMetadata>> metrics;
};

// Counters since start, named after what they feed (scrape spec: counters of the error classes).
struct Stats {
  uint64_t scrapes = 0;
  uint64_t scrapes_failed = 0;
  uint64_t samples = 0;
  uint64_t sample_out_of_order = 0;
  uint64_t sample_duplicate_timestamp = 0;
  uint64_t sample_out_of_bounds = 0;
  uint64_t exceeded_sample_limit = 0;
  uint64_t exceeded_bucket_limit = 0;
  uint64_t exemplar_out_of_order = 0;
  uint64_t exceeded_body_size_limit = 0;
  uint64_t exceeded_target_limit = 0;
  uint64_t exceeded_label_limits = 0;
};

// All methods are thread-safe; loops run on the manager's reactors.
class Manager {
 public:
  // `store`, `clock` and `log` must outlive the manager.
  static std::unique_ptr<Manager> create(const ManagerOptions& options, storage::Store& store, const Clock& clock,
                                         Log& log);
  // Stops as stop() does.
  virtual ~Manager() = default;

  // Part of the seed that spreads scrapes: counts for loops that start from now on.
  virtual void set_external_labels(const Labels& labels) = 0;
  // The jobs from now on. A job that is equal to a running one goes on undisturbed. A changed one makes its targets
  // anew from the groups it has. All or nothing: on an error nothing has changed.
  virtual Result<> apply(std::vector<JobOptions> jobs) = 0;
  // The current target groups of a job, all of them. Unchanged targets keep their loops.
  virtual void set_targets(const std::string& job, std::vector<TargetGroup> groups) = 0;

  // Sorted by job; targets by group and position. Copies everything: for many targets see pools().
  virtual std::vector<PoolStatus> status() const = 0;
  // The same to be read target by target. Sorted by job.
  virtual std::vector<std::shared_ptr<const PoolView>> pools() const = 0;
  // Of all active targets, in the order of status(). Copies pointers only.
  virtual std::vector<TargetMetadata> metadata() const = 0;
  // The last attempts of the active targets that the filter asks for, in the order of status().
  virtual std::vector<TargetHistory> history(const HistoryFilter& filter) const = 0;
  virtual Stats stats() const = 0;

  // Stops all loops, cancels scrapes in flight, writes no stale markers (scrape spec, section 9: shutdown).
  virtual void stop() = 0;
};

}  // namespace narthex::scrape
