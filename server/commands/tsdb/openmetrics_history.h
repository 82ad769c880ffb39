// Reads series with their samples from an OpenMetrics file with timestamps, slice of time by slice of time, so that a
// file of weeks needs the memory of days.
#pragma once

#include <map>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "storage/history.h"

namespace narthex::server {

// How much a body holds.
struct HistoryOutline {
  uint64_t samples = 0;
  std::map<Timestamp, uint64_t> samples_by_slice;  // start of the slice, of `slice_ms` length -> samples in it
};

// Reads the whole body once. Errors name line and column: what is no OpenMetrics, a sample without a timestamp.
Result<HistoryOutline> outline_of(std::string_view body, int64_t slice_ms);

// Series in the order of their first line, with the samples with from <= t < to, in order of time. Equal samples that
// come twice count once. Error: two values for one time; names series and time.
Result<std::vector<storage::HistorySeries>> read_history(std::string_view body, Timestamp from, Timestamp to);

}  // namespace narthex::server
