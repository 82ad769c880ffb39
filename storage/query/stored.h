// Series in segments: which of them a selector means, and where their samples are, over many segments at once.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "storage/identity/identity.h"
#include "storage/segment/segment.h"

namespace narthex::storage {

// A series' samples in one segment.
struct StoredPlace {
  uint32_t segment;  // place in StoredSeries::segments
  SegmentSeries series;
};

// A series as its segments split it. The same label set may occur in other splits, too: each is a row of its own.
struct StoredRow {
  ListRef target;
  ListRef difference;
  uint32_t first_place = 0;  // in StoredSeries::places
  uint32_t end_place = 0;
};

struct StoredSeries {
  std::shared_ptr<const Identity> lists;  // of the rows: history does not enter the live ones
  SegmentList segments;                   // those that overlap what was asked for
  std::vector<StoredPlace> places;        // of a row after those of the row before, segments in their order
  std::vector<StoredRow> rows;

  std::span<const StoredPlace> places_of(const StoredRow& row) const {
    return std::span(places).subspan(row.first_place, row.end_place - row.first_place);
  }
};

// Segments of `all` that have samples in [from, to].
SegmentList overlapping(const SegmentList& all, Timestamp from, Timestamp to);

// Series of these segments that satisfy all matchers and may have samples in [from, to]. Label lists are made of texts
// once, however many segments have them: a list is known again by a hash of its content, which the cache keeps.
Result<StoredSeries> find_stored(SegmentList segments, std::span<const Matcher> matchers, Timestamp from, Timestamp to,
                                 PageCache& cache);

}  // namespace narthex::storage
