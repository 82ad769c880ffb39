// Series of the head and of segments as one set.
#pragma once

#include <memory>

#include "storage/deletion/tombstone.h"
#include "storage/querier.h"
#include "storage/query/stored.h"

namespace narthex::storage {

// Merged by label set, in label order; samples in time order, wherever they come from, each once. `head` has no sample
// before `head_from`, reads without what is deleted, and keeps the view alive. `deletions` are cut from what segments
// have, as far as it is in their bytes. Immutable; thread-safe.
std::shared_ptr<const SeriesSet> merge_sets(std::shared_ptr<const SeriesSet> head, Timestamp head_from,
                                            StoredSeries stored, std::shared_ptr<const Deletions> deletions);

}  // namespace narthex::storage
