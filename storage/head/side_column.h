// What the samples of a column may have beside a number: a native histogram instead of it, and since when they count.
// Few series have either, so this lies apart from the column: whoever has none pays nothing.
//
//   histograms = { histogram | again | skip }
//   again      = v, n * 4          the last histogram at the next n indices
//   skip       = v, n * 4 + 1      the next n indices have no histogram
//   starts     = { gap:v change:s }     at an index that many after the last change: a start so much later
//
// histogram: head/histogram_codec.h, against the one before it, the first one whole. Both begin at the column's first
// index. A start that never changes takes no bytes; neither does a histogram that is equal to the one before.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "model/histogram.h"
#include "storage/head/arena.h"
#include "storage/head/histogram_codec.h"

namespace narthex::storage {

struct SideColumn {
  // Histograms.
  Arena::Chain histograms;
  uint32_t next_index;  // the one after the last histogram; the column's first index before there is one
  uint32_t run = 0;     // repeats at the end that have no bytes
  // Starts.
  Arena::Chain starts;
  uint32_t changed_at;        // index of the last change; at first the column's first index
  Timestamp first_start = 0;  // of the column's first sample; 0: unknown
  Timestamp last_start = 0;

  explicit SideColumn(uint32_t first_index) : next_index(first_index), changed_at(first_index) {}

  bool has_histograms() const { return histograms.used > 0; }
  // Whether the sample at this index, the column's last, is a histogram.
  bool ends_with_histogram(uint32_t index) const { return has_histograms() && next_index == index + 1; }
};

// Adds the histogram of a sample after the last; `last` is the histogram before it, null if there is none.
void append(SideColumn& side, Arena& arena, uint32_t index, const Histogram* last, const Histogram& histogram);
// The sample at `index`, which is not before the last change, has this start; `first`: it is the column's first.
void set_start(SideColumn& side, Arena& arena, uint32_t index, bool first, Timestamp start);

// Walks the histograms of a column.
class HistogramReader {
 public:
  HistogramReader(const SideColumn& side, std::string_view bytes, uint32_t first_index)
      : in_(bytes), index_(first_index), tail_(side.run) {
    advance();
  }
  // Of the current histogram; false: there are no more.
  bool at_end() const { return repeats_ == 0; }
  uint32_t index() const { return index_; }
  // Shared by samples whose histograms are equal.
  const std::shared_ptr<const Histogram>& histogram();
  void next();
  // False: the bytes are not what append() wrote.
  bool sound() const { return sound_; }

 private:
  void advance();

  ByteReader in_;
  uint32_t index_;
  uint32_t tail_;
  uint64_t repeats_ = 0;  // of the current histogram, itself included
  bool any_ = false;
  bool sound_ = true;
  Histogram current_;
  std::shared_ptr<const Histogram> shared_;  // a copy of `current_` once it was asked for
};

// Walks the starts of a column.
class StartReader {
 public:
  StartReader(const SideColumn& side, std::string_view bytes, uint32_t first_index)
      : in_(bytes), start_(side.first_start), change_at_(first_index) {
    advance();
  }
  // Of the sample at `index`; asked for in ascending order.
  Timestamp at(uint32_t index) {
    while (more_ && index >= change_at_) {
      start_ = static_cast<Timestamp>(static_cast<uint64_t>(start_) + static_cast<uint64_t>(change_));
      advance();
    }
    return start_;
  }
  bool sound() const { return in_.ok(); }

 private:
  void advance() {
    more_ = !in_.at_end();
    if (!more_) return;
    change_at_ += in_.varint32();
    change_ = in_.signed_varint();
  }

  ByteReader in_;
  Timestamp start_;
  uint32_t change_at_;
  int64_t change_ = 0;
  bool more_ = false;
};

// count=5 sum=2 … x2 skip3, and starts: 0:1000 4:2000; for tests.
std::string dump_side(const SideColumn& side, uint32_t first_index, std::string_view histograms,
                      std::string_view starts);

}  // namespace narthex::storage
