// The index: a section for each metric, metrics ascending, with its series in the order of writing.
//
//   index    = { metric:v size:v section }           metric: symbol of its name, less that of the section before it;
//                                                    a page's first one in full
//   section  = count:v pack:v place:v { in_pack:v }  of the first series; then how many are in that pack, in the next
//                                                    one, … until there are `count`
//              array array array array               differences, targets, firsts, lasts: one element per series
//   array    = size:v { element:s }                  size: in bytes
//
//   difference, target    list number, less that of the series before
//   first                 first timestamp, since the `first` of the target (list_page.h)
//   last                  likewise, how long before its `last`
//
// Most elements are 0 or 1, which zstd makes nearly nothing of.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "storage/head/bytes.h"
#include "storage/segment/page/symbol_page.h"

namespace narthex::storage {

struct IndexRow {
  uint32_t difference;
  uint32_t target;
  uint32_t pack;
  uint32_t place;
  int64_t first;  // since the target's
  int64_t last;   // until the target's
};

// Makes the section of one metric. Not thread-safe.
class SectionWriter {
 public:
  // Packs and places ascend: the next place of the same pack, or place 0 of the next one.
  void add(const IndexRow& row);
  bool empty() const { return count_ == 0; }
  std::string take();

 private:
  uint64_t count_ = 0;
  IndexRow first_ = {};
  IndexRow last_ = {};
  std::vector<uint32_t> in_packs_;
  std::string arrays_[4];
};

// Walks a section.
class SectionReader {
 public:
  explicit SectionReader(std::string_view section);

  uint64_t count() const { return count_; }
  // False: there are no more, or they make no sense; then ok() is false.
  bool next(IndexRow& row);
  bool ok() const { return ok_; }

 private:
  bool next_place();

  uint64_t count_;
  bool ok_ = true;
  uint64_t left_;
  IndexRow row_ = {};
  uint64_t in_pack_ = 0;  // how many are still to come in this pack
  ByteReader in_packs_{{}};
  ByteReader arrays_[4] = {ByteReader({}), ByteReader({}), ByteReader({}), ByteReader({})};
};

// A page as it lies in memory. Immutable once parsed; thread-safe.
class IndexPage {
 public:
  struct Section {
    SymbolNumber metric;
    size_t begin;
    size_t size;
  };

  bool parse(std::string raw);
  std::span<const Section> sections() const { return sections_; }
  std::string_view section(const Section& s) const { return std::string_view(raw_).substr(s.begin, s.size); }
  size_t bytes() const { return sizeof(*this) + raw_.capacity() + sections_.capacity() * sizeof(Section); }

 private:
  std::string raw_;
  std::vector<Section> sections_;
};

}  // namespace narthex::storage
