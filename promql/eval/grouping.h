// Which group of an aggregation a series belongs to: found once per series, never per step.
#pragma once

#include <string>
#include <vector>

#include "promql/eval/operator.h"

namespace narthex::promql {

// Not thread-safe.
class Grouping {
 public:
  // Groups the series of `input`, which must be open, as by(…) or without(…) says.
  Grouping(const AggregateExpr& aggregate, const Labelled& input);

  size_t size() const { return labels_.size(); }
  size_t group_of(size_t series) const { return group_of_[series]; }
  const Labels& labels(size_t group) const { return labels_[group]; }
  // With delayed name removal: some series of the group still has a name that is due.
  bool name_is_due(size_t group) const { return name_is_due_[group]; }

 private:
  void group_by(const std::vector<std::string>& names, const Labelled& input);
  void group_without(const std::vector<std::string>& names, const Labelled& input);

  std::vector<size_t> group_of_;  // by series
  std::vector<Labels> labels_;    // by group, in order of their first series
  std::vector<bool> name_is_due_;
};

}  // namespace narthex::promql
