// A segment's texts and label lists while it is being written, and which label values its series have.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "storage/identity/label_list.h"
#include "storage/segment/page/list_page.h"

namespace narthex::storage {

// Texts have numbers in the order of coming until sort() numbers them in that of the alphabet. Not thread-safe.
class DictionaryBuilder {
 public:
  DictionaryBuilder();

  // The number of the list with these pairs, the same for equal ones.
  uint32_t list(std::span<const PairView> pairs);
  uint32_t lists() const { return static_cast<uint32_t>(ends_.size()); }

  // The value of __name__ of a series; "" if it has none.
  std::string_view metric(uint32_t target, uint32_t difference) const;
  // There is such a series: its labels' values are values of the segment.
  void see(uint32_t target, uint32_t difference);

  // After the last list: numbers texts as they ascend.
  void sort();
  // For after that:
  uint32_t symbols() const { return static_cast<uint32_t>(sorted_.size()); }
  std::string_view text(SymbolNumber symbol) const { return *sorted_[symbol]; }
  SymbolNumber find(std::string_view text) const { return by_text_.find(text)->second; }
  std::span<const NumberedPair> pairs(uint32_t list) const;
  // The values that the series have, ascending, by label name.
  std::map<SymbolNumber, std::vector<SymbolNumber>> values() const;

 private:
  // Lists are equal if their pairs are; asked by number, or by pairs that may become a list.
  struct Hash {
    using is_transparent = void;
    const DictionaryBuilder* lists;
    size_t operator()(uint32_t list) const { return (*this)(lists->pairs(list)); }
    size_t operator()(std::span<const NumberedPair> pairs) const;
  };
  struct Equal {
    using is_transparent = void;
    const DictionaryBuilder* lists;
    bool operator()(uint32_t a, uint32_t b) const { return a == b; }
    bool operator()(std::span<const NumberedPair> pairs, uint32_t list) const;
    bool operator()(uint32_t list, std::span<const NumberedPair> pairs) const { return (*this)(pairs, list); }
  };

  SymbolNumber intern(std::string_view text);
  const NumberedPair* find(uint32_t list, SymbolNumber name) const;

  std::deque<std::string> texts_;
  boost::unordered_flat_map<std::string_view, SymbolNumber> by_text_;
  std::vector<const std::string*> sorted_;
  SymbolNumber metric_name_;

  std::vector<NumberedPair> pairs_;
  std::vector<size_t> ends_;  // of a list's pairs
  std::vector<NumberedPair> asked_;
  boost::unordered_flat_set<uint32_t, Hash, Equal> by_pairs_;

  // By pair: whether a series has this label from this list.
  std::vector<bool> seen_;
  // Of a list: all its pairs were seen.
  std::vector<bool> all_seen_;
};

}  // namespace narthex::storage
