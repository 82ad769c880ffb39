// One series' samples from several sources.
#pragma once

#include <span>

#include "storage/querier.h"

namespace narthex::storage {

// Appends all samples of the sources to `out`, which has none at or after their first: numbers with their starts, and
// histograms, each in time order. Of samples with equal timestamps, numbers and histograms alike, the one of the
// earlier source is taken. In each source timestamps ascend strictly, over numbers and histograms together; what is
// in them afterwards is unspecified. Quick where the sources follow each other in time.
void merge_columns(std::span<Column> sources, Column& out);

}  // namespace narthex::storage
