// The logical plan: what a query will do, with every duration, offset and @ resolved to milliseconds and every selector
// resolved to a scan, before any sample is read. Whatever cannot be evaluated is refused here.
//
//   sum by (a) (rate(x[5m] offset 1m))
//     aggregate sum by (a) [0, 60000, …] ← drop_name ← range_function rate ← range_selector scan 0, window 300000,
//     offset 60000
//
// A plan refers to the syntax tree it was made from, which must outlive it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/matcher.h"
#include "promql/ast.h"
#include "promql/engine.h"

namespace narthex::promql {

// The instants at which an expression is evaluated: start, start + step, …; `count` may be 0.
struct Grid {
  Timestamp start = 0;
  int64_t step = 1;
  size_t count = 1;

  Timestamp at(size_t i) const { return start + static_cast<int64_t>(i) * step; }
  Timestamp last() const { return at(count == 0 ? 0 : count - 1); }
};

// One look-up in the store, shared by all selectors with the same matchers.
struct Scan {
  std::vector<Matcher> matchers;
  Timestamp from = 0;  // inclusive
  Timestamp to = 0;
};

enum class PlanKind {
  kNumber,  // a scalar constant: `value`
  kTime,    // the evaluation time in seconds
  kInstantSelector,
  kRangeSelector,
  kSubquery,   // input: on a grid of its own
  kBroadcast,  // input: on one step, repeated on all of this grid
  kDropName,   // input without metric names
  kNegate,
  kScalarBinary,   // two scalars
  kVectorScalar,   // a vector and a scalar, in the order of `scalar_left`
  kMap,            // a function of each element, with scalar parameters behind it
  kScalarOf,       // scalar()
  kVectorOf,       // vector()
  kRangeFunction,  // a function of each window, with scalar parameters around it
  kAggregate,
};

struct Plan {
  PlanKind kind = PlanKind::kNumber;
  ValueType type = ValueType::kVector;
  Grid grid;
  const Expr* expr = nullptr;  // where it stands in the query
  std::vector<std::unique_ptr<Plan>> inputs;

  double value = 0;                // kNumber
  size_t scan = 0;                 // selectors
  int64_t offset_ms = 0;           // selectors, subqueries
  std::optional<Timestamp> fixed;  // selectors, subqueries: @
  int64_t window_ms = 0;           // range selectors, subqueries; of an instant selector the lookback
  bool own_timestamps = false;     // kInstantSelector: timestamp() of it, seconds instead of values
  bool scalar_left = false;        // kVectorScalar
  std::string consumer;            // selectors: whom their samples go to, `function "rate"`; "": to the result

  // The instant that step i of a selector or subquery looks at.
  Timestamp eval_time(size_t i) const { return (fixed ? *fixed : grid.at(i)) - offset_ms; }
};
using PlanPtr = std::unique_ptr<Plan>;

struct QueryPlan {
  PlanPtr root;
  std::vector<Scan> scans;
};

// What a plan depends on beside the expression.
struct PlanParameters {
  Grid grid;  // of the query
  Timestamp start = 0;
  Timestamp end = 0;
  int64_t step_ms = 0;  // 0 for instant queries
  int64_t lookback_ms = 0;
  int64_t default_subquery_step_ms = 0;
  size_t max_steps = 0;  // of any grid
};

// Errors: kUnsupported names what this version does not evaluate; kInvalid for durations out of range; kLimit for too
// many steps.
Result<QueryPlan> make_plan(const Expr& expr, const PlanParameters& parameters);

// Tells the selectors below who consumes their samples.
void name_consumers(Plan& root);

// Seconds of a duration expression as milliseconds, with step() and range() filled in. Errors have the texts of the
// PromQL spec, section 10, prefixed with "<start>:<end>: ", the expression's bytes.
Result<int64_t> evaluate_duration(const DurationValue& duration, int64_t step_ms, int64_t range_ms, bool positive);

// One line per node, indented by depth.
std::string dump(const QueryPlan& plan);

// Whether evaluating it at different steps of one query gives the same: then it is evaluated once.
bool is_step_invariant(const Expr& expr);

}  // namespace narthex::promql
