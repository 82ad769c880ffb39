// Segments of a day become one.
#pragma once

#include <vector>

#include "storage/seal/context.h"

namespace narthex::storage {

// Segments that are to become one each: those of `merge_windows` windows, aligned to multiples, all of which are below
// `sealed_below`, where there are several. Late ones are among them, whatever their windows have already been merged.
std::vector<SegmentList> due_merges(const SegmentList& all, int64_t merge_windows, int64_t sealed_below);
// The number of the first window of the run of merge_windows that holds `window`.
int64_t merge_begin(int64_t window, int64_t merge_windows);

// Writes one segment of the others, makes it valid in their place, and shows it to readers; those that are at work keep
// what they have. Metric by metric: memory is needed for the series of one at a time. kLimit: that would be more than
// `max_bytes`; nothing was changed, and the message says so. kCanceled: the store is closing.
Result<> merge_segments(const SealContext& context, const SegmentList& segments, size_t max_bytes);

}  // namespace narthex::storage
