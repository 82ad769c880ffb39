// One segment file being written, from label lists of the process rather than of the segment.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <memory>
#include <span>

#include "storage/log/segment_files.h"
#include "storage/segment/builder.h"

namespace narthex::storage {

// Everything that becomes part of a segment goes through here, whether it comes from the head or from segments. Order
// of series: see SegmentBuilder. Not thread-safe.
class SegmentWriter {
 public:
  static Result<std::unique_ptr<SegmentWriter>> begin(SegmentFiles& files, const SegmentFooter& about);

  // Timestamps that series of this target are likely to have, strictly ascending.
  void expect_times(const ListRef& target, std::span<const Timestamp> times);
  // Nothing is written for a column without samples.
  Result<> add(const ListRef& target, const ListRef& difference, const Column& samples);
  // Forgets which lists were used before: they are found again by their texts. Between metrics, so that only those of
  // one are held.
  void forget_lists() { numbers_.clear(), held_.clear(); }
  void add_exemplars(const SeriesExemplars& exemplars) { builder_.add_exemplars(exemplars); }

  bool empty() const { return series_ == 0; }
  // Writes the rest, and puts all of it on the disk. The writer is of no use afterwards.
  Result<std::unique_ptr<SegmentFile>> finish();
  // What was written; after finish().
  const SegmentFooter& footer() const { return footer_; }

 private:
  SegmentWriter(std::unique_ptr<SegmentFile> file, const SegmentFooter& about)
      : file_(std::move(file)), builder_(*file_, about) {}
  ListNumber number_of(const ListRef& list);

  std::unique_ptr<SegmentFile> file_;
  SegmentBuilder builder_;
  // Lists are held while their pointers stand for them.
  boost::unordered_flat_map<const LabelList*, ListNumber> numbers_;
  std::vector<ListRef> held_;
  uint64_t series_ = 0;
  SegmentFooter footer_;
};

}  // namespace narthex::storage
