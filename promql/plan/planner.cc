#include "promql/plan/planner.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/quote.h"
#include "promql/eval/catalogue.h"

namespace narthex::promql {
namespace {

Error unsupported(std::string what) {
  return Error{Code::kUnsupported, std::move(what) + " is not evaluated by this version"};
}

PlanPtr make(PlanKind kind, const Expr& expr, const Grid& grid) {
  auto plan = std::make_unique<Plan>();
  plan->kind = kind;
  plan->expr = &expr;
  plan->type = type_of(expr);
  plan->grid = grid;
  return plan;
}

PlanPtr wrap(PlanKind kind, PlanPtr input) {
  PlanPtr plan = make(kind, *input->expr, input->grid);
  plan->type = input->type;
  plan->inputs.push_back(std::move(input));
  return plan;
}

bool is_literal(const Expr& expr) {
  return std::holds_alternative<NumberLiteral>(expr.node) || std::holds_alternative<StringLiteral>(expr.node);
}

// Times far outside of any data are cut, so that sums with windows and offsets cannot overflow.
constexpr Timestamp kFarAway = INT64_MAX / 8;
Timestamp clamp_time(Timestamp t) { return std::clamp(t, -kFarAway, kFarAway); }

}  // namespace

Result<PlanPtr> Planner::plan(const Expr& expr, const Grid& grid) {
  const bool once =
      grid.count > 1 && type_of(expr) != ValueType::kMatrix && !is_literal(expr) && is_step_invariant(expr);
  if (!once) return plan_here(expr, grid);
  auto inner = plan_here(expr, Grid{grid.start, grid.step, 1});
  if (!inner) return inner;
  PlanPtr broadcast = wrap(PlanKind::kBroadcast, std::move(*inner));
  broadcast->grid = grid;
  return broadcast;
}

Result<PlanPtr> Planner::plan_here(const Expr& expr, const Grid& grid) {
  return std::visit([&](const auto& node) { return plan_node(expr, node, grid); }, expr.node);
}

Result<PlanPtr> Planner::plan_node(const Expr& expr, const NumberLiteral& number, const Grid& grid) {
  PlanPtr plan = make(PlanKind::kNumber, expr, grid);
  plan->value = number.value;
  return plan;
}

Result<PlanPtr> Planner::plan_node(const Expr&, const StringLiteral&, const Grid&) {
  return Error{Code::kInternal, "a string has no place in a plan"};
}

Result<PlanPtr> Planner::plan_node(const Expr&, const ParenExpr& paren, const Grid& grid) {
  return plan_here(*paren.expr, grid);
}

Result<> Planner::apply_shift(const TimeShift& shift, Plan& plan) {
  const int64_t range = parameters_.end - parameters_.start;
  const auto offset = evaluate_duration(shift.offset, parameters_.step_ms, range, false);
  if (!offset) return offset.error();
  plan.offset_ms = clamp_time(*offset);
  if (shift.at) plan.fixed = clamp_time(*shift.at);
  if (shift.bound == TimeShift::Bound::kStart) plan.fixed = parameters_.start;
  if (shift.bound == TimeShift::Bound::kEnd) plan.fixed = parameters_.end;
  return {};
}

void Planner::add_scan(const std::vector<Matcher>& matchers, Plan& plan) {
  std::string key;
  for (const Matcher& matcher : matchers) key += matcher.str() + ",";
  // Windows are left-open.
  const Timestamp from = plan.eval_time(0) - plan.window_ms + 1;
  const Timestamp to = plan.fixed ? plan.eval_time(0) : plan.grid.last() - plan.offset_ms;
  const auto [it, is_new] = scan_of_.emplace(key, scans_.size());
  if (is_new) scans_.push_back({matchers, from, to});
  plan.scan = it->second;
  Scan& scan = scans_[plan.scan];
  scan.from = std::min(scan.from, from);
  scan.to = std::max(scan.to, to);
}

Result<PlanPtr> Planner::plan_node(const Expr& expr, const VectorSelector& selector, const Grid& grid) {
  if (selector.smoothed) return unsupported("the smoothed modifier");
  PlanPtr plan = make(PlanKind::kInstantSelector, expr, grid);
  plan->window_ms = parameters_.lookback_ms;
  if (auto shifted = apply_shift(selector.shift, *plan); !shifted) return shifted.error();
  add_scan(selector.matchers, *plan);
  return plan;
}

Result<PlanPtr> Planner::plan_node(const Expr& expr, const MatrixSelector& selector, const Grid& grid) {
  if (selector.vector.smoothed) return unsupported("the smoothed modifier");
  if (selector.vector.anchored) return unsupported("the anchored modifier");
  PlanPtr plan = make(PlanKind::kRangeSelector, expr, grid);
  const auto range = evaluate_duration(selector.range, parameters_.step_ms, parameters_.end - parameters_.start, true);
  if (!range) return range.error();
  plan->window_ms = *range;
  if (auto shifted = apply_shift(selector.vector.shift, *plan); !shifted) return shifted.error();
  add_scan(selector.vector.matchers, *plan);
  return plan;
}

// The multiples of the step in all windows of the subquery.
Result<Grid> Planner::subquery_grid(const SubqueryExpr& subquery, const Plan& plan) {
  const auto step = evaluate_duration(subquery.step, parameters_.step_ms, parameters_.end - parameters_.start,
                                      subquery.step.expr != nullptr);
  if (!step) return step.error();
  Grid grid;
  grid.step = std::max<int64_t>(*step == 0 ? parameters_.default_subquery_step_ms : *step, 1);
  const Timestamp before = plan.eval_time(0) - plan.window_ms;
  const Timestamp end = plan.fixed ? plan.eval_time(0) : plan.grid.last() - plan.offset_ms;
  grid.start = before / grid.step * grid.step;
  if (grid.start <= before) grid.start += grid.step;
  grid.count = grid.start > end || plan.grid.count == 0 ? 0 : static_cast<size_t>((end - grid.start) / grid.step) + 1;
  if (grid.count > parameters_.max_steps) {
    return Error{Code::kLimit, "query processing would load too many samples into memory in query execution"};
  }
  return grid;
}

Result<PlanPtr> Planner::plan_node(const Expr& expr, const SubqueryExpr& subquery, const Grid& grid) {
  PlanPtr plan = make(PlanKind::kSubquery, expr, grid);
  const auto range = evaluate_duration(subquery.range, parameters_.step_ms, parameters_.end - parameters_.start, true);
  if (!range) return range.error();
  plan->window_ms = *range;
  if (auto shifted = apply_shift(subquery.shift, *plan); !shifted) return shifted.error();
  const auto inner = subquery_grid(subquery, *plan);
  if (!inner) return inner.error();
  auto input = this->plan(*subquery.expr, *inner);
  if (!input) return input;
  plan->inputs.push_back(std::move(*input));
  return plan;
}

Result<PlanPtr> Planner::plan_node(const Expr& expr, const UnaryExpr& unary, const Grid& grid) {
  auto input = plan(*unary.expr, grid);
  if (!input || !unary.negative) return input;
  PlanPtr negated = make(PlanKind::kNegate, expr, grid);
  negated->inputs.push_back(std::move(*input));
  if (negated->type == ValueType::kScalar) return negated;
  return wrap(PlanKind::kDropName, std::move(negated));
}

Result<PlanPtr> Planner::plan_node(const Expr& expr, const BinaryExpr& binary, const Grid& grid) {
  const ValueType left = type_of(*binary.lhs);
  const ValueType right = type_of(*binary.rhs);
  const std::string op = go_quote(text_of(binary.op));
  if (left == ValueType::kVector && right == ValueType::kVector) {
    return unsupported("operator " + op + " between two instant vectors");
  }
  if (binary.op == BinaryOp::kTrimUpper || binary.op == BinaryOp::kTrimLower) return unsupported("operator " + op);
  const bool scalars = left == right;
  PlanPtr plan = make(scalars ? PlanKind::kScalarBinary : PlanKind::kVectorScalar, expr, grid);
  plan->scalar_left = left == ValueType::kScalar;
  for (const Expr* side : {binary.lhs.get(), binary.rhs.get()}) {
    auto input = this->plan(*side, grid);
    if (!input) return input;
    plan->inputs.push_back(std::move(*input));
  }
  if (scalars || (is_comparison(binary.op) && !binary.return_bool)) return plan;
  return wrap(PlanKind::kDropName, std::move(plan));
}

Result<PlanPtr> Planner::plan_node(const Expr& expr, const AggregateExpr& aggregate, const Grid& grid) {
  if (!is_evaluated(aggregate.op)) return unsupported("aggregation " + go_quote(text_of(aggregate.op)));
  PlanPtr plan = make(PlanKind::kAggregate, expr, grid);
  auto input = this->plan(*aggregate.expr, grid);
  if (!input) return input;
  plan->inputs.push_back(std::move(*input));
  return plan;
}

Result<PlanPtr> Planner::plan_call_of(PlanKind kind, const Expr& expr, const Call& call, const Grid& grid) {
  PlanPtr plan = make(kind, expr, grid);
  for (const ExprPtr& arg : call.args) {
    auto input = this->plan(*arg, grid);
    if (!input) return input;
    plan->inputs.push_back(std::move(*input));
  }
  add_default_arguments(call, *plan);
  return plan;
}

// round(v) rounds to 1; hour() and its like look at the evaluation time.
void Planner::add_default_arguments(const Call& call, Plan& plan) {
  if (call.function->name == "round" && call.args.size() == 1) {
    PlanPtr nearest = make(PlanKind::kNumber, *plan.expr, plan.grid);
    nearest->type = ValueType::kScalar;
    nearest->value = 1;
    plan.inputs.push_back(std::move(nearest));
  }
  const bool of_vector = !call.function->args.empty() && call.function->args[0] == ValueType::kVector;
  if (of_vector && call.args.empty()) {
    PlanPtr time = make(PlanKind::kTime, *plan.expr, plan.grid);
    time->type = ValueType::kScalar;
    PlanPtr vector = make(PlanKind::kVectorOf, *plan.expr, plan.grid);
    vector->inputs.push_back(std::move(time));
    plan.inputs.push_back(std::move(vector));
  }
}

// time(), pi() and what is known before anything is evaluated.
Result<PlanPtr> Planner::plan_constant_call(const Expr& expr, const Call& call, const Grid& grid) {
  const std::string_view name = call.function->name;
  PlanPtr plan = make(name == "time" ? PlanKind::kTime : PlanKind::kNumber, expr, grid);
  const auto seconds = [](int64_t ms) { return static_cast<double>(ms) / 1000; };
  if (name == "pi") plan->value = std::numbers::pi;
  if (name == "start") plan->value = seconds(parameters_.start);
  if (name == "end") plan->value = seconds(parameters_.end);
  if (name == "range") plan->value = seconds(parameters_.end - parameters_.start);
  if (name == "step") plan->value = seconds(parameters_.step_ms);
  return plan;
}

// Of a plain selector the samples' own timestamps, of anything else the evaluation time.
Result<PlanPtr> Planner::plan_timestamp(const Expr& expr, const Call& call, const Grid& grid) {
  const Expr* argument = call.args[0].get();
  while (const auto* paren = std::get_if<ParenExpr>(&argument->node)) argument = paren->expr.get();
  if (!std::holds_alternative<VectorSelector>(argument->node)) {
    auto plan = plan_call_of(PlanKind::kMap, expr, call, grid);
    if (!plan) return plan;
    return wrap(PlanKind::kDropName, std::move(*plan));
  }
  auto selector = plan_here(*argument, grid);
  if (!selector) return selector;
  (*selector)->own_timestamps = true;
  return wrap(PlanKind::kDropName, std::move(*selector));
}

Result<PlanPtr> Planner::plan_node(const Expr& expr, const Call& call, const Grid& grid) {
  const std::string_view name = call.function->name;
  switch (evaluation_of(name)) {
    case Evaluation::kConstant:
      return plan_constant_call(expr, call, grid);
    case Evaluation::kTimestamp:
      return plan_timestamp(expr, call, grid);
    case Evaluation::kScalarOf:
      return plan_call_of(PlanKind::kScalarOf, expr, call, grid);
    case Evaluation::kVectorOf:
      return plan_call_of(PlanKind::kVectorOf, expr, call, grid);
    case Evaluation::kMap:
    case Evaluation::kWindow: {
      const bool map = evaluation_of(name) == Evaluation::kMap;
      auto plan = plan_call_of(map ? PlanKind::kMap : PlanKind::kRangeFunction, expr, call, grid);
      if (!plan || keeps_name(name)) return plan;
      return wrap(PlanKind::kDropName, std::move(*plan));
    }
    case Evaluation::kNone:
      break;
  }
  return unsupported("function " + go_quote(name));
}

Result<QueryPlan> make_plan(const Expr& expr, const PlanParameters& parameters) {
  Planner planner(parameters);
  auto root = planner.plan(expr, parameters.grid);
  if (!root) return root.error();
  QueryPlan plan;
  plan.root = std::move(*root);
  name_consumers(*plan.root);
  plan.scans = planner.take_scans();
  return plan;
}

}  // namespace narthex::promql
