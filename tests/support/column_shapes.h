// Columns as they occur: what the codecs at rest are tested and measured on.
#pragma once

#include <cstddef>
#include <random>
#include <span>
#include <vector>

namespace narthex::testing {

using ColumnValues = std::vector<double>;

// A kind of metric, as the columns of series of one metric.
struct ColumnShape {
  const char* name;
  std::vector<ColumnValues> (*make)(size_t series, size_t samples, std::mt19937_64& random);
};

std::span<const ColumnShape> column_shapes();

}  // namespace narthex::testing
