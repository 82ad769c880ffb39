// The series a select found, in label order, and how their samples are read.
#pragma once

#include <memory>
#include <vector>

#include "storage/querier.h"
#include "storage/query/finder.h"

namespace narthex::storage {

// `view` is kept alive; its sequence is the cut. Immutable; thread-safe.
std::shared_ptr<const SeriesSet> make_series_set(std::shared_ptr<const View> view, Sequence sequence, Found found);

}  // namespace narthex::storage
