// Packs: the columns of some series that follow one another in the index.
//
//   pack    = count { group:s } { first:v } { length:v } { flags:u8 } { size:v } { column }
//             each but the last: one per column; group: less that of the column before
//   column  = [ gaps ] [ kinds ] [ values ] [ starts ] [ histograms ]       `size` bytes; which of them, the flags say
//   flags   = 1 gaps | 2 histograms | 4 starts | 8 numbers too, so that kinds say which is which
//   gaps    = count { present:v absent:v }        then present ones to the end
//   kinds   = count { numbers:v histograms:v }    then numbers to the end
//   values, starts, histograms                    as column_codec.h writes them
//
// A column's samples have the timestamps of its group from index `first` on, `length` + 1 indices, less the gaps.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "storage/querier.h"
#include "storage/segment/column_codec.h"

namespace narthex::storage {

// Which timestamps a column has.
struct ColumnTimes {
  uint32_t group = 0;
  uint32_t first = 0;
  uint32_t last = 0;                // index of the last one
  std::vector<uint32_t> runs = {};  // present, absent, present, …: an odd number of them; empty: all are present
};

// How a column's values were coded.
struct ValuesCoded {
  std::optional<ValueCodec> codec;  // none: it has no numbers
  size_t value_bytes = 0;
  size_t histogram_bytes = 0;
};

// Makes one pack. Not thread-safe.
class PackWriter {
 public:
  ValuesCoded add(const ColumnTimes& times, const Column& samples);
  size_t size() const { return columns_.size(); }
  // What it takes by now, without its heads.
  size_t bytes() const { return bodies_.size(); }
  std::string raw() const;
  void clear() { columns_.clear(), bodies_.clear(); }

 private:
  struct Head {
    uint32_t group;
    uint32_t first;
    uint32_t length;
    uint8_t flags;
    size_t size;
  };
  std::vector<Head> columns_;
  std::string bodies_;
};

// A pack as it lies in memory: where its columns are; they are decoded by whoever reads them. Immutable once parsed;
// thread-safe.
class PackPage {
 public:
  bool parse(std::string raw);

  size_t size() const { return columns_.size(); }
  uint32_t group(size_t i) const { return columns_[i].group; }
  // Appends the samples with from <= t <= to. `group`: the timestamps of the column's group. False, and nothing
  // appended: the column makes no sense.
  bool read(size_t i, std::span<const Timestamp> group, Timestamp from, Timestamp to, Column& out) const;
  size_t bytes() const { return sizeof(*this) + raw_.capacity() + columns_.capacity() * sizeof(Place); }

 private:
  struct Place {
    uint32_t group;
    uint32_t first;
    uint32_t length;
    uint32_t begin;
    uint32_t size;
    uint8_t flags;
  };
  std::string raw_;
  std::vector<Place> columns_;
};

}  // namespace narthex::storage
