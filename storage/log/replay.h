// Reading the log at start: the same records, applied the same way, lead to the same state.
#pragma once

#include <string>
#include <vector>

#include "storage/core/ownership.h"
#include "storage/exemplars/exemplar_ring.h"
#include "storage/head/windows.h"
#include "storage/log/log_db.h"

namespace narthex::storage {

struct ReplayReport {
  uint64_t batches = 0;
  uint64_t records = 0;
  uint64_t samples = 0;
  uint64_t damaged_frames = 0;        // bad checksums, or cut short
  uint64_t skipped_records = 0;       // of targets waiting for their next key frame after damage
  std::vector<std::string> problems;  // the first few, as sentences

  void add_problem(std::string text) {
    constexpr size_t kMaxProblems = 20;
    if (problems.size() < kMaxProblems) problems.push_back(std::move(text));
  }
};

// Fills an empty store: windows that data time has closed are not frozen yet. Damage is reported and costs the targets
// concerned their samples up to the next key frame. Several threads, each with its share of the targets.
ReplayReport replay(LogDb& db, Core& core, Windows& windows, ExemplarRing& ring);

}  // namespace narthex::storage
