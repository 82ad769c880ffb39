// A pool as others see it.
#pragma once

#include <memory>
#include <vector>

#include "scrape/pool/pool.h"
#include "scrape/pool_view.h"

namespace narthex::scrape {

std::shared_ptr<const PoolView> view_of(std::shared_ptr<const PoolState> pool);
// Everything at once.
PoolStatus describe(const std::shared_ptr<const PoolState>& pool);
void append_metadata(const PoolState& pool, std::vector<TargetMetadata>& out);
void append_history(const PoolState& pool, const HistoryFilter& filter, std::vector<TargetHistory>& out);

}  // namespace narthex::scrape
