// Reading columns: copied out of their part, which may need a mutex, then decoded, which needs none.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "storage/head/part.h"
#include "storage/querier.h"

namespace narthex::storage {

// What lies beside a column, copied.
struct SideCopy {
  SideColumn column;
  std::string histograms;
  std::string starts;
};

// The part of a column that a view sees, copied: timestamps by index from the column's first on.
struct PieceCopy {
  ColumnCopy column;
  std::optional<SideCopy> side;
  std::vector<Timestamp> times;
};

// Null: no sample of the series that batch `sequence` sees can lie in [from, to]. `side`: what lies beside; null:
// nothing.
std::optional<PieceCopy> copy_piece(ListId series, const ColumnState& column, const SideColumn* side, const Part& part,
                                    const TimeGroup& group, Sequence sequence, Timestamp from, Timestamp to);

// Appends the samples with from <= t <= to. False: the bytes are not what was written.
bool read_piece(const PieceCopy& piece, Timestamp from, Timestamp to, Column& out);

}  // namespace narthex::storage
