// Who owns a series: the first slot that produced its label set (design: identity).
#pragma once

#include <memory>
#include <optional>

#include "storage/core/registry.h"
#include "storage/identity/identity.h"
#include "storage/identity/series_index.h"

namespace narthex::storage {

// What identifies series, shared by appenders, committer and readers. Thread-safe.
struct Core {
  Identity identity;
  SeriesIndex index;
  Registry registry;
};

struct Owner {
  std::shared_ptr<Target> target;
  Slot slot;
  uint64_t generation;  // of the target when the slot was found
};

// The slot that owns the series with these labels. Takes the mutexes of targets, one at a time: the caller holds none.
std::optional<Owner> find_owner(const Core& core, const Labels& labels, uint64_t hash);

// Removes a target's dead slots and keeps the index right. The caller holds the target's mutex.
Remap compact_slots(Core& core, Target& target, Timestamp horizon);

// More than this part of a layout dead: worth a compaction.
inline bool worth_compacting(size_t slots, size_t live) { return live * 4 < slots * 3; }

}  // namespace narthex::storage
