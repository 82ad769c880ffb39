// Writes a segment: give it the lists, then the series metric by metric, then finish.
//
//   SegmentBuilder builder(sink, footer);
//   const ListNumber t = builder.list(target_pairs), m = builder.list(template_pairs);
//   builder.expect_times(t, timestamps);          // optional: what most columns of this target will have
//   builder.add(t, m, column); …                  // all series of a metric one after the other
//   SegmentFooter footer = *builder.finish();
#pragma once

#include <memory>
#include <span>

#include "base/result.h"
#include "storage/blocks.h"
#include "storage/identity/label_list.h"
#include "storage/querier.h"
#include "storage/segment/pages.h"

namespace narthex::storage {

// A label list's number within one segment.
using ListNumber = uint32_t;

// Not thread-safe. Until it is finished it keeps the lists, about 5 bytes per series of the index, about one byte per
// timestamp of each time group, the exemplars compressed, and one pack. Errors are the sink's, or kInternal for series
// in disorder or without samples; after one the pages are worth nothing.
class SegmentBuilder {
 public:
  // `footer`: windows, late, deletions and parents are taken from it; all else is counted here.
  SegmentBuilder(PageSink& sink, SegmentFooter footer);
  ~SegmentBuilder();

  // The number of the list with these pairs (names ascending and unique; empty values are marks), the same for equal
  // ones. The texts are copied.
  ListNumber list(std::span<const PairView> pairs);

  // Timestamps, strictly ascending, that series of this target are likely to have: columns whose timestamps are among
  // them share the group. Without it groups are found out from the columns alone. Call it before the target's first
  // add().
  void expect_times(ListNumber target, std::span<const Timestamp> timestamps);

  // One series with at least one sample; timestamps strictly ascending over numbers and histograms together. Each
  // (target, difference) comes once. All series of one metric (the value of __name__ of the combined labels, "" if
  // there is none) come one after the other, metrics in ascending order; within a metric, targets of one template one
  // after the other compress best.
  Result<> add(ListNumber target, ListNumber difference, const Column& samples);

  void add_exemplars(const SeriesExemplars& exemplars);

  // Writes the remaining pages. Nothing else may be called afterwards.
  Result<SegmentFooter> finish();

 private:
  struct Impl;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace narthex::storage
