// Which series of a segment a selector means.
#pragma once

#include <span>
#include <vector>

#include "base/result.h"
#include "model/matcher.h"
#include "storage/segment/page_reader.h"
#include "storage/segment/segment.h"

namespace narthex::storage {

// As Segment::select().
Result<std::vector<SegmentSeries>> select_series(const PageReader& pages, std::span<const Matcher> matchers,
                                                 Timestamp from, Timestamp to);

}  // namespace narthex::storage
