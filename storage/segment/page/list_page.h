// Label lists. List n is number n % kListsPerPage of page n / kListsPerPage.
//
//   lists  = { list }
//   list   = head:v [ target ] { name:v value:v }    head: 2 × pairs + ( 1 if it is a target of series )
//                                                    name: symbol, less that of the pair before; value: symbol
//   target = first:s length:s group:v                first: since that of the target before it in the page
//
// A target has the times from which its series' first and last times are told in the index, and 1 + its largest time
// group (0: none).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/sample.h"
#include "storage/segment/page/symbol_page.h"

namespace narthex::storage {

inline constexpr size_t kListsPerPage = 256;

struct NumberedPair {
  SymbolNumber name;
  SymbolNumber value;  // kEmptySymbol: a mark
  bool is_mark() const { return value == kEmptySymbol; }
};

struct TargetTimes {
  Timestamp first = 0;
  Timestamp last = 0;
  std::optional<uint32_t> group = std::nullopt;
};

// Makes one page. Not thread-safe.
class ListPageWriter {
 public:
  // Pairs by name; `target` is null for lists that are no target.
  void add(std::span<const NumberedPair> pairs, const TargetTimes* target);
  std::string_view raw() const { return raw_; }
  void clear() { raw_.clear(), first_ = 0; }

 private:
  std::string raw_;
  Timestamp first_ = 0;
};

// A page as it lies in memory. Immutable once parsed; thread-safe.
class ListPage {
 public:
  // False: it makes no sense, or a list's names do not ascend.
  bool parse(std::string raw);

  size_t size() const { return lists_.size(); }
  std::span<const NumberedPair> pairs(size_t i) const {
    const size_t begin = i == 0 ? 0 : lists_[i - 1].end;
    return std::span(pairs_).subspan(begin, lists_[i].end - begin);
  }
  // Null if it is no target.
  const TargetTimes* target(size_t i) const {
    return lists_[i].target == kNone ? nullptr : &targets_[lists_[i].target];
  }
  size_t bytes() const {
    return sizeof(*this) + pairs_.capacity() * sizeof(NumberedPair) + lists_.capacity() * sizeof(Place) +
           targets_.capacity() * sizeof(TargetTimes);
  }

 private:
  static constexpr uint32_t kNone = UINT32_MAX;
  struct Place {
    uint32_t end;     // of its pairs
    uint32_t target;  // its place among the targets
  };
  std::vector<NumberedPair> pairs_;
  std::vector<Place> lists_;
  std::vector<TargetTimes> targets_;
};

}  // namespace narthex::storage
