// From syntax tree to logical plan.
#pragma once

#include <map>
#include <string>

#include "promql/plan/plan.h"

namespace narthex::promql {

// Not thread-safe; for one expression.
class Planner {
 public:
  explicit Planner(const PlanParameters& parameters) : parameters_(parameters) {}

  Result<PlanPtr> plan(const Expr& expr, const Grid& grid);
  std::vector<Scan> take_scans() { return std::move(scans_); }

 private:
  Result<PlanPtr> plan_here(const Expr& expr, const Grid& grid);
  Result<PlanPtr> plan_node(const Expr& expr, const NumberLiteral& number, const Grid& grid);
  Result<PlanPtr> plan_node(const Expr& expr, const StringLiteral& string, const Grid& grid);
  Result<PlanPtr> plan_node(const Expr& expr, const VectorSelector& selector, const Grid& grid);
  Result<PlanPtr> plan_node(const Expr& expr, const MatrixSelector& selector, const Grid& grid);
  Result<PlanPtr> plan_node(const Expr& expr, const SubqueryExpr& subquery, const Grid& grid);
  Result<PlanPtr> plan_node(const Expr& expr, const ParenExpr& paren, const Grid& grid);
  Result<PlanPtr> plan_node(const Expr& expr, const UnaryExpr& unary, const Grid& grid);
  Result<PlanPtr> plan_node(const Expr& expr, const BinaryExpr& binary, const Grid& grid);
  Result<PlanPtr> plan_node(const Expr& expr, const AggregateExpr& aggregate, const Grid& grid);
  Result<PlanPtr> plan_node(const Expr& expr, const Call& call, const Grid& grid);

  Result<PlanPtr> plan_constant_call(const Expr& expr, const Call& call, const Grid& grid);
  Result<PlanPtr> plan_timestamp(const Expr& expr, const Call& call, const Grid& grid);
  Result<PlanPtr> plan_call_of(PlanKind kind, const Expr& expr, const Call& call, const Grid& grid);

  void add_default_arguments(const Call& call, Plan& plan);

  // Offset and @ of `shift` into `plan`; window and scan from the matchers.
  Result<> apply_shift(const TimeShift& shift, Plan& plan);
  void add_scan(const std::vector<Matcher>& matchers, Plan& plan);
  Result<Grid> subquery_grid(const SubqueryExpr& subquery, const Plan& plan);

  PlanParameters parameters_;
  std::vector<Scan> scans_;
  std::map<std::string, size_t> scan_of_;  // matchers as text → scan
};

}  // namespace narthex::promql
