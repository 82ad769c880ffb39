// How many series there are, which labels they have, and how many of them are new at each time.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "storage/querier.h"

namespace narthex::server {

struct SeriesCount {
  uint64_t series = 0;
  uint64_t appeared = 0;  // in a later slice, not having been in the one before it
};

struct Slice {
  Timestamp from = 0;
  Timestamp to = 0;
  uint64_t series = 0;
  uint64_t appeared = 0;
  uint64_t gone = 0;  // were in the slice before
};

struct Churn {
  uint64_t series = 0;
  std::vector<Slice> slices;
  std::map<std::string, SeriesCount> by_metric;
  std::map<std::string, SeriesCount> by_pair;                        // name=value
  std::map<std::string, std::pair<SeriesCount, uint64_t>> by_label;  // and how many values
};

// Over [from, to], cut into so many slices of equal length.
Result<Churn> count_churn(const storage::View& view, const std::vector<Matcher>& matchers, Timestamp from, Timestamp to,
                          int slices);

}  // namespace narthex::server
