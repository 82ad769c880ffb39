// Frozen windows become segments.
#pragma once

#include "storage/head/frozen.h"
#include "storage/seal/context.h"

namespace narthex::storage {

// Writes a segment for each window of the batch, makes all of them valid in one change that drops the batch's log
// families too, and puts them in the windows' place. Exemplars that came after number `exemplars_after` go into the
// newest of them; returns the number of the last one that is in a segment now, and so in no need of the log. After an
// error everything is as it was, and it may be tried again. kCanceled: the store is closing.
Result<uint64_t> seal(const SealContext& context, const Frozen& frozen, uint64_t exemplars_after);

}  // namespace narthex::storage
