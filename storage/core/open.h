// Opening a store with a file system of one's own, for tests that make writes fail.
#pragma once

#include <memory>

#include "storage/core/store_impl.h"

namespace rocksdb {
class Env;
}

namespace narthex::storage {

// Store::open with RocksDB on `env` (null: the operating system's); `sink` gets the frozen windows (null: they stay in
// memory until they are too old). Both must outlive the store.
Result<std::unique_ptr<Store>> open_store(const Options& options, const Clock& clock, Log& log, rocksdb::Env* env,
                                          FrozenSink* sink = nullptr);

}  // namespace narthex::storage
