// Opening a store, with parts of one's own where a test wants them.
#pragma once

#include <functional>
#include <memory>

#include "storage/core/store_impl.h"

namespace rocksdb {
class Env;
}

namespace narthex::storage {

// For tests: what the store uses instead of its own. All must outlive it.
struct Replacements {
  rocksdb::Env* env = nullptr;  // null: the operating system's
  FrozenSink* sink = nullptr;   // gets the frozen windows; null: they become segments
  // What is put between the store and its segment files.
  std::function<std::shared_ptr<SegmentFiles>(std::shared_ptr<SegmentFiles>)> wrap_files = {};
};

Result<std::unique_ptr<Store>> open_store(const Options& options, const Clock& clock, Log& log,
                                          const Replacements& replacements = {});

}  // namespace narthex::storage
