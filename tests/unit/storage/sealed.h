// Tests of a store that makes segments.
#pragma once

#include <chrono>
#include <thread>

#include "storage/core/store_impl.h"
#include "tests/unit/storage/fixture.h"

namespace narthex::storage {

// Waits until everything that is due is sealed, merged and removed.
inline void settle_all(Store& store) {
  settle(store);
  const Sealer& sealer = *static_cast<StoreImpl&>(store).shared().sealer;
  while (sealer.stats().busy) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

}  // namespace narthex::storage
