// The targets of a job at one moment, read one by one: thousands of them are listed without a copy of all.
#pragma once

#include <cstdint>
#include <string>

#include "scrape/manager.h"

namespace narthex::scrape {

// Which targets there are is fixed; how each is doing is read when it is asked for. Thread-safe. Keeps the targets'
// memory, so it should not be held for long.
class PoolView {
 public:
  virtual ~PoolView() = default;
  virtual const std::string& job() const = 0;

  // Targets being scraped, by group and position; one that two groups name counts once.
  virtual size_t active_size() const = 0;
  virtual TargetStatus active(size_t i) const = 0;
  // A number that target i has alone within the job, as long as its labels and URL stay.
  virtual uint64_t active_id(size_t i) const = 0;

  // Targets that relabeling dropped, in the same order: at most keep_dropped_targets, if that is set.
  virtual size_t dropped_size() const = 0;
  virtual DroppedTarget dropped(size_t i) const = 0;
  // The same, as long as it stays at its place in its group.
  virtual uint64_t dropped_id(size_t i) const = 0;
  // All that were dropped.
  virtual uint64_t dropped_count() const = 0;

  // See PoolStatus.
  virtual uint64_t sync_failed() const = 0;
};

}  // namespace narthex::scrape
