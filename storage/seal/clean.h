// Deletions become bytes, and are forgotten then.
#pragma once

#include "storage/limits.h"
#include "storage/seal/context.h"

namespace narthex::storage {

// Writes every segment anew that has something of what was deleted. Segments that are done stay so if it fails.
Result<> clean_segments(const SealContext& context, size_t max_bytes);

// Forgets the tombstones that hide nothing any more: of which no segment has anything left, nor the log. Call it while
// no frozen window waits.
Result<> forget_tombstones(const SealContext& context, const Limits& limits);

}  // namespace narthex::storage
