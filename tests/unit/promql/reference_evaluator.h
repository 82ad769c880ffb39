// PromQL as slowly and as plainly as possible: the tree is walked anew at every step, every window is filtered out of
// all samples. The oracle of the engine for what it supports, without delayed name removal.
#pragma once

#include <map>
#include <optional>

#include "promql/ast.h"
#include "promql/engine.h"

namespace narthex::testing {

// All samples of a test: by label set, ascending in time.
using AllSamples = std::map<Labels, std::vector<Sample>>;

// Not thread-safe.
class ReferenceEvaluator {
 public:
  ReferenceEvaluator(const AllSamples& samples, Timestamp start, Timestamp end)
      : all_(samples), start_(start), end_(end) {}

  // The elements of a vector, or one without labels for a scalar. None: two elements have equal labels.
  using Elements = std::map<Labels, double>;
  std::optional<Elements> evaluate(const promql::Expr& expr, Timestamp t);

 private:
  using Windows = std::map<Labels, std::vector<Sample>>;

  std::optional<Elements> evaluate_selector(const promql::VectorSelector& selector, Timestamp t);
  std::optional<Elements> evaluate_binary(const promql::BinaryExpr& binary, Timestamp t);
  std::optional<Elements> evaluate_aggregate(const promql::AggregateExpr& aggregate, Timestamp t);
  std::optional<Elements> evaluate_call(const promql::Call& call, Timestamp t);
  std::optional<Windows> windows(const promql::Expr& expr, Timestamp t, Timestamp& end, int64_t& range);
  Timestamp shifted(const promql::TimeShift& shift, Timestamp t) const;
  static bool matches(const promql::VectorSelector& selector, const Labels& labels);
  static std::optional<Elements> without_names(const Elements& elements);

  const AllSamples& all_;
  Timestamp start_;
  Timestamp end_;
};

}  // namespace narthex::testing
