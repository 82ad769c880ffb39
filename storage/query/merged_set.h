// Series of the head and of segments as one set.
#pragma once

#include <memory>

#include "storage/querier.h"
#include "storage/query/stored.h"

namespace narthex::storage {

// Merged by label set, in label order; samples in time order, wherever they come from, each once. `head` has no sample
// before `head_from`, and keeps the view alive. Immutable; thread-safe.
std::shared_ptr<const SeriesSet> merge_sets(std::shared_ptr<const SeriesSet> head, Timestamp head_from,
                                            StoredSeries stored);

}  // namespace narthex::storage
