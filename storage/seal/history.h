// Samples of the past become segments beside those that are there.
#pragma once

#include <vector>

#include "storage/history.h"
#include "storage/seal/context.h"

namespace narthex::storage {

// For the sealer's thread. A segment for each run of `merge_windows` windows that has samples, all in one change. They
// count as late: the next merge makes one of them and what else there is of their time. kInvalid: a label set that
// comes twice, or times out of order; nothing was changed.
Result<> add_history(const SealContext& context, std::vector<HistorySeries> series);

}  // namespace narthex::storage
