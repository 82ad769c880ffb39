// What sealing, merging and retention work with.
#pragma once

#include <atomic>
#include <string_view>

#include "base/clock.h"
#include "base/log.h"
#include "storage/exemplars/exemplar_ring.h"
#include "storage/head/windows.h"
#include "storage/identity/identity.h"
#include "storage/options.h"
#include "storage/seal/catalog.h"

namespace narthex::storage {

// Plain references: all of it outlives the sealer's thread.
struct SealParts {
  SegmentFiles& files;
  Catalog& catalog;
  Windows& windows;
  const Identity& identity;
  ExemplarRing& exemplars;
  PageCache& cache;
  const Options& options;
  const Clock& clock;
  Log& log;
};

struct SealContext : SealParts {
  const std::atomic<bool>& stopping;  // the thread is to end: whatever takes long is abandoned

  void at(std::string_view point) const {
    if (options.at_point) options.at_point(point);
  }
  Result<> unless_stopping() const {
    return stopping.load(std::memory_order_relaxed) ? Result<>(Error{Code::kCanceled, "the store is closing"})
                                                    : Result<>();
  }
};

}  // namespace narthex::storage
