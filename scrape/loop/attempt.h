// One scrape under way: from its tick to the acknowledgement of its commit.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "scrape/history.h"
#include "scrape/loop/scrape_pass.h"
#include "scrape/loop/series_state.h"

namespace narthex::scrape {

struct Attempt {
  int64_t timestamp_ns = 0;  // of the scrape, aligned
  int64_t started_steady = 0;
  int64_t handed_over_steady = 0;  // to the store
  double duration_seconds = 0;
  std::string body;
  std::string content_type;
  bool has_lines = true;                      // of the body's format
  AttemptRecord record;                       // what is told of it afterwards
  std::unique_ptr<storage::Scratch> scratch;  // until it is handed to the store
  std::optional<ScrapePass> pass;             // if the body had something to read
  PassCounts counts;
  uint64_t added = 0;
  std::vector<storage::Slot> created;  // in the scratch that was handed over
  Seen seen;
  std::optional<Error> error;  // why it failed, if it did

  int64_t& spent(Phase phase) { return record.phase_ns[static_cast<size_t>(phase)]; }
  Timestamp timestamp() const { return timestamp_ns / 1'000'000; }
};

}  // namespace narthex::scrape
