// What a loop lets others see of it.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "scrape/loop/attempt_log.h"
#include "scrape/loop/metadata_cache.h"
#include "scrape/manager.h"

namespace narthex::scrape {

struct ScrapeOutcome {
  Health health = Health::kUnknown;
  std::string error;
  std::string warning;
  int64_t timestamp_ns = 0;
  double duration_seconds = 0;
};

// Thread-safe; every lock is held for a few copies only.
class StatusBoard {
 public:
  void set_outcome(ScrapeOutcome outcome) {
    const std::lock_guard lock(mutex_);
    outcome_ = std::move(outcome);
  }
  ScrapeOutcome outcome() const {
    const std::lock_guard lock(mutex_);
    return outcome_;
  }
  void set_metadata(std::shared_ptr<const MetadataTable> metadata) {
    const std::lock_guard lock(mutex_);
    metadata_ = std::move(metadata);
  }
  std::shared_ptr<const MetadataTable> metadata() const {
    const std::lock_guard lock(mutex_);
    return metadata_;
  }
  AttemptLog& attempts() { return attempts_; }
  const AttemptLog& attempts() const { return attempts_; }

 private:
  AttemptLog attempts_;
  mutable std::mutex mutex_;
  ScrapeOutcome outcome_;
  std::shared_ptr<const MetadataTable> metadata_ = std::make_shared<const MetadataTable>();
};

}  // namespace narthex::scrape
