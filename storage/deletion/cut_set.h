// Series sets as deletions leave them.
#pragma once

#include <memory>

#include "storage/deletion/tombstone.h"
#include "storage/querier.h"

namespace narthex::storage {

// Reads `read(column)` and appends to `out` what no tombstone with a number above `applied` hides of the series.
template <class Read>
Result<> read_cut(const Deletions& deletions, const Labels& series, uint64_t applied, Column& out, Read&& read) {
  const std::vector<Interval> deleted = deletions.of(series, applied);
  if (deleted.empty()) return read(out);
  Column whole;
  if (auto done = read(whole); !done) return done;
  cut(whole, deleted);
  append(whole, out);
  return {};
}

// The same series without what is deleted in them, whatever was applied before.
std::shared_ptr<const SeriesSet> cut_all(std::shared_ptr<const SeriesSet> set,
                                         std::shared_ptr<const Deletions> deletions);

// Those of a set, which reads without what is deleted, that have samples left in [from, to]. Only series that a
// tombstone means are read for it.
Result<std::shared_ptr<const SeriesSet>> without_empty(std::shared_ptr<const SeriesSet> set, const Deletions& deletions,
                                                       Timestamp from, Timestamp to);

}  // namespace narthex::storage
