// Which series a selector means, and where their samples are.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "storage/core/ownership.h"
#include "storage/head/windows.h"
#include "storage/query/matching.h"

namespace narthex::storage {

// A target's parts of the windows asked for, ascending: several of one window, if it was frozen and begun anew.
struct TargetParts {
  std::shared_ptr<Target> target;
  std::vector<std::shared_ptr<Part>> parts;
};

// A series in one target.
struct FoundSeries {
  ListRef difference;
  uint32_t target;  // place in the TargetParts
  Slot slot;        // where it was open when found; kNoSlot: not open
};

struct Found {
  std::vector<TargetParts> targets;
  std::vector<FoundSeries> series;  // in no order; a label set occurs once per target that ever owned it
};

// Series that satisfy all matchers and have visible samples that may lie in [from, to].
Found find_series(const Core& core, const Snapshot& snapshot, Matching& matching, Timestamp from, Timestamp to);

}  // namespace narthex::storage
