// Counting the series of the store by their labels.
#pragma once

#include "storage/cardinality.h"
#include "storage/core/appender_impl.h"

namespace narthex::storage {

// At most `limit` entries per list. Takes the mutexes of targets, one at a time. Walks all series: 120 ms for 300,000
// different ones of one target, less where targets have templates in common.
Cardinality count_labels(const Shared& shared, size_t limit);

}  // namespace narthex::storage
