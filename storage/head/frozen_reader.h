// Reads what was frozen, series by series, to make segments of it. Takes no mutex of a target; any thread.
#pragma once

#include <vector>

#include "base/result.h"
#include "storage/head/windows.h"
#include "storage/querier.h"

namespace narthex::storage {

// A series of a frozen window, which must outlive it.
struct FrozenSeries {
  const Target* target;  // of it, the labels
  const Part* part;
  ListId list;
};

// Each series with a sample in the window, once: targets in the order in which they came to it, lists ascending.
std::vector<FrozenSeries> frozen_series(const Window& window);

// Appends all samples of the series, timestamps strictly ascending over numbers and histograms together.
// kCorruption: a column cannot be decoded; `out` has what came before it.
Result<> read_frozen(const FrozenSeries& series, Column& out);

// When the part's target was scraped in this window, by whatever producer: ascending, each once.
std::vector<Timestamp> scrape_times(const Part& part);

}  // namespace narthex::storage
