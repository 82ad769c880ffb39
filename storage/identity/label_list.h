// Label lists: the two halves of a series' identity (design: target × template).
//
// A series is its final label set L. It is stored as (T, M): T the public labels of its target, M the canonical
// difference: the labels of L that are not equal in T, plus a mark "without x" for each label x of T that L lacks. A
// mark is a pair with an empty value, which no label can have. L follows from T and M: M's pairs win over T's.
//
//   T {instance="a", job="node"}   M {__name__="up"}                ->  up{instance="a", job="node"}
//   T {instance="a", job="push"}   M {__name__="up", instance=""}   ->  up{job="push"}
//
// T and M are both plain lists of pairs, kept once and named by a number.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/labels.h"
#include "storage/identity/symbols.h"

namespace narthex::storage {

using ListId = uint32_t;
inline constexpr ListId kNoList = UINT32_MAX;

struct SymbolPair {
  const Symbol* name;
  const Symbol* value;  // the empty text: a "without" mark
  bool is_mark() const { return value->text.empty(); }
};

struct PairView {
  std::string_view name;
  std::string_view value;
  friend bool operator==(const PairView&, const PairView&) = default;
};

// Immutable. Its symbols live as long as it does.
struct LabelList {
  ListId id;
  uint64_t sum;                   // of pair_hash over the pairs that are no marks
  std::vector<SymbolPair> pairs;  // names ascending and unique

  // The value of `name` in this list; `found` tells whether the list speaks of it at all (a mark does).
  std::string_view get(std::string_view name, bool& found) const;
};
using ListRef = std::shared_ptr<const LabelList>;

// Hash of one label. The hash of a label set is the sum over its labels, so that it follows from those of T and M.
uint64_t pair_hash(std::string_view name, std::string_view value);

uint64_t labels_hash(const Labels& labels);
// Hash of the final labels of (T, M).
uint64_t series_hash(const LabelList& target, const LabelList& difference);

// M for labels under T. Views point into the arguments.
std::vector<PairView> difference(const Labels& labels, const LabelList& target);
// L from T and M.
Labels combine(const LabelList& target, const LabelList& difference);
bool equals(const LabelList& target, const LabelList& difference, const Labels& labels);
// One label of (T, M).
std::string_view label_of(const LabelList& target, const LabelList& difference, std::string_view name);

// {job="node", -instance}: for tests and messages.
std::string dump(const LabelList& list);

}  // namespace narthex::storage
