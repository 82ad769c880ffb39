// Samples of the past, to be added to what the store has.
#pragma once

#include "model/labels.h"
#include "storage/querier.h"

namespace narthex::storage {

// A series and samples for it: timestamps strictly ascending, over numbers and histograms together.
struct HistorySeries {
  Labels labels;
  Column samples;
};

}  // namespace narthex::storage
