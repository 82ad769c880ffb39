// How many series have which labels: what /api/v1/status/tsdb shows, and where a flood of series comes from.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/sample.h"

namespace narthex::storage {

struct Ranked {
  std::string name;
  uint64_t value;
  friend bool operator==(const Ranked&, const Ranked&) = default;
};

// Of the active series (see Stats::series). Lists are sorted by value, largest first, then by name.
struct Cardinality {
  uint64_t series = 0;
  uint64_t label_pairs = 0;        // distinct ones
  uint64_t columns = 0;            // in memory, of all windows; a series has one per window and time group
  Timestamp min_time = INT64_MAX;  // of the oldest sample in memory; INT64_MAX: there is none
  Timestamp max_time = INT64_MIN;  // of the newest

  std::vector<Ranked> series_by_metric;
  std::vector<Ranked> values_by_label;
  std::vector<Ranked> bytes_by_label;  // what the distinct values of a label add up to
  std::vector<Ranked> series_by_pair;  // "job=node"
};

}  // namespace narthex::storage
