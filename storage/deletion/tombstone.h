// Deleted parts of the history. A deletion is remembered as what was asked: which series, and when. It hides samples
// from reading at once, and takes effect on the bytes whenever a segment is written.
//
//   tombstone = from:s to:s count { count { type:u8 name:text value:text } }     sets of matchers
//   s: zigzag varint, in ms; count: varint; text: length:varint bytes; type: 0 =, 1 !=, 2 =~, 3 !~
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/labels.h"
#include "model/matcher.h"
#include "storage/querier.h"

namespace narthex::storage {

// Both ends are included.
struct Interval {
  Timestamp from;
  Timestamp to;
  friend bool operator==(const Interval&, const Interval&) = default;
};

struct Tombstone {
  uint64_t number;                              // ascending from 1 in the order of deleting
  std::vector<std::vector<Matcher>> selectors;  // a series is meant if it satisfies all matchers of one of them
  Interval interval;
};

std::string encode_tombstone(const Tombstone& tombstone);
// kCorruption: the bytes make no sense.
Result<Tombstone> decode_tombstone(uint64_t number, std::string_view bytes);

// All tombstones that still hide something. Immutable; thread-safe.
class Deletions {
 public:
  Deletions() = default;
  // Numbers ascending.
  explicit Deletions(std::vector<Tombstone> tombstones) : tombstones_(std::move(tombstones)) {}

  bool empty() const { return tombstones_.empty(); }
  std::span<const Tombstone> tombstones() const { return tombstones_; }
  // The highest number; 0: none.
  uint64_t newest() const { return empty() ? 0 : tombstones_.back().number; }
  // Whether a tombstone with a number above `applied` reaches into [from, to].
  bool reach(uint64_t applied, Timestamp from, Timestamp to) const;
  // The deleted intervals of a series by tombstones with numbers above `applied`: ascending, apart from each other.
  std::vector<Interval> of(const Labels& series, uint64_t applied) const;

 private:
  std::vector<Tombstone> tombstones_;
};

// Takes out of a column what lies in the intervals (as of() gives them).
void cut(Column& column, std::span<const Interval> deleted);
// Appends what comes later in time.
void append(const Column& later, Column& out);

}  // namespace narthex::storage
