// Which expressions give the same at every step of a query. Source: PromQL spec, section 3 (@) and 15 (a).
#include <algorithm>
#include <array>

#include "promql/plan/plan.h"

namespace narthex::promql {
namespace {

// Their results depend on the evaluation time itself.
constexpr std::array<std::string_view, 13> kTimeDependent = {
    "day_of_month", "day_of_week", "day_of_year", "days_in_month",  "hour", "minute",   "month",
    "year",         "time",        "timestamp",   "predict_linear", "sort", "sort_desc"};

struct Invariant {
  bool operator()(const NumberLiteral&) const { return true; }
  bool operator()(const StringLiteral&) const { return true; }
  bool operator()(const VectorSelector& selector) const { return selector.shift.fixed(); }
  bool operator()(const MatrixSelector& selector) const { return selector.vector.shift.fixed(); }
  bool operator()(const SubqueryExpr& subquery) const { return subquery.shift.fixed(); }
  bool operator()(const ParenExpr& paren) const { return is_step_invariant(*paren.expr); }
  bool operator()(const UnaryExpr& unary) const { return is_step_invariant(*unary.expr); }
  bool operator()(const BinaryExpr& binary) const {
    return is_step_invariant(*binary.lhs) && is_step_invariant(*binary.rhs);
  }
  bool operator()(const AggregateExpr& aggregate) const {
    return is_step_invariant(*aggregate.expr) && (!aggregate.param || is_step_invariant(*aggregate.param));
  }
  bool operator()(const Call& call) const {
    const auto* found = std::find(kTimeDependent.begin(), kTimeDependent.end(), call.function->name);
    if (found != kTimeDependent.end()) return false;
    return std::all_of(call.args.begin(), call.args.end(), [](const ExprPtr& arg) { return is_step_invariant(*arg); });
  }
};

}  // namespace

bool is_step_invariant(const Expr& expr) { return std::visit(Invariant{}, expr.node); }

}  // namespace narthex::promql
