#include "storage/query/sealed_newest.h"

#include <algorithm>
#include <bit>

#include "storage/commit/housekeeping.h"
#include "storage/query/matching.h"

namespace narthex::storage {
namespace {

// The series' samples at or after `from`, if there are any.
Result<> read_exactly(const Segment& segment, const Labels& series, Timestamp from, Column& out) {
  std::vector<Matcher> matchers;
  for (const Label& label : series) {
    if (matchers.size() < Matching::kMaxMatchers) matchers.push_back(Matcher::equal(label.name, label.value));
  }
  const auto found = segment.select(matchers, from, kMaxTime);
  if (!found) return found.error();
  for (const SegmentSeries& candidate : *found) {
    const auto labels = segment.labels(candidate);
    if (!labels) return labels.error();
    if (*labels == series) return segment.read(candidate, from, kMaxTime, out);
  }
  return {};
}

}  // namespace

std::optional<NewestSample> SealedNewest::find(const Labels& series, Timestamp from) {
  const Timestamp since = std::max(from, dead_before(windows_, options_));
  std::optional<NewestSample> newest;
  const auto segments = windows_.segments();
  Column column;
  for (const auto& segment : *segments) {
    if (segment->footer().max_time < since) continue;
    column.clear();
    if (!read_exactly(*segment, series, from, column)) continue;
    if (column.size() > 0 && (!newest || column.timestamps.back() > newest->timestamp)) {
      newest = NewestSample{column.timestamps.back(), std::bit_cast<uint64_t>(column.values.back()), nullptr};
    }
    if (!column.histograms.empty() && (!newest || column.histograms.back().timestamp > newest->timestamp)) {
      histogram_ = column.histograms.back().histogram;
      newest = NewestSample{column.histograms.back().timestamp, 0, histogram_.get()};
    }
  }
  if (newest && newest->timestamp < since) return std::nullopt;
  return newest;
}

}  // namespace narthex::storage
