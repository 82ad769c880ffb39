// Reads a segment: an immutable part of the history, with its own dictionary and index.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/matcher.h"
#include "storage/blocks.h"
#include "storage/querier.h"
#include "storage/segment/page_cache.h"
#include "storage/segment/pages.h"

namespace narthex::storage {

// Where a series' samples are: a place within its segment's index.
struct SegmentSeries {
  uint32_t target;      // number of its label list
  uint32_t difference;  // likewise
  uint32_t pack;
  uint32_t place;  // within the pack
};

// Immutable; thread-safe. What it reads from pages is kept in the cache while there is room, and read again if not.
class Segment {
 public:
  // kUnsupported: a newer version. kCorruption: names what is damaged. The cache must outlive the segment.
  static Result<std::shared_ptr<const Segment>> open(uint64_t id, std::shared_ptr<const PageSource> pages,
                                                     PageCache& cache);
  ~Segment();

  uint64_t id() const;
  const SegmentFooter& footer() const;

  // Series that satisfy all matchers and may have samples in [from, to] by their first and last times, in no order,
  // each (target, difference) once.
  Result<std::vector<SegmentSeries>> select(std::span<const Matcher> matchers, Timestamp from, Timestamp to) const;
  // Every series, in the order in which they were written.
  Result<std::vector<SegmentSeries>> all() const;
  Result<Labels> labels(const SegmentSeries& series) const;
  // Pairs of a label list, names ascending; marks have empty values.
  Result<std::vector<std::pair<std::string, std::string>>> list(uint32_t number) const;
  // Appends the samples with from <= t <= to. kCorruption: names the pack; other packs can still be read.
  Result<> read(const SegmentSeries& series, Timestamp from, Timestamp to, Column& out) const;

  // Over all series, whatever their times. Sorted, unique.
  Result<std::vector<std::string>> label_names() const;
  Result<std::vector<std::string>> label_values(std::string_view name) const;

  Result<std::vector<SeriesExemplars>> exemplars() const;

  // The timestamps that most columns of this target have: its largest time group; may be empty.
  Result<std::vector<Timestamp>> times_of(uint32_t target) const;

  // Reads and decodes everything. Damage as sentences, each naming its page; empty: sound.
  std::vector<std::string> verify() const;

 private:
  struct Impl;
  explicit Segment(std::unique_ptr<Impl> impl);
  const std::unique_ptr<Impl> impl_;
};

// Ascending by first window, then by id.
using SegmentList = std::vector<std::shared_ptr<const Segment>>;

}  // namespace narthex::storage
