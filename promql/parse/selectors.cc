// The selectors of an expression.
#include "promql/parser.h"

namespace narthex::promql {
namespace {

using Selectors = std::vector<std::vector<Matcher>>;

struct Collect {
  Selectors& out;

  void operator()(const NumberLiteral&) const {}
  void operator()(const StringLiteral&) const {}
  void operator()(const VectorSelector& selector) const { out.push_back(selector.matchers); }
  void operator()(const MatrixSelector& selector) const { out.push_back(selector.vector.matchers); }
  void operator()(const SubqueryExpr& subquery) const { into(*subquery.expr); }
  void operator()(const ParenExpr& paren) const { into(*paren.expr); }
  void operator()(const UnaryExpr& unary) const { into(*unary.expr); }
  void operator()(const BinaryExpr& binary) const { into(*binary.lhs), into(*binary.rhs); }
  void operator()(const AggregateExpr& aggregate) const {
    if (aggregate.param) into(*aggregate.param);
    into(*aggregate.expr);
  }
  void operator()(const Call& call) const {
    for (const ExprPtr& arg : call.args) into(*arg);
  }
  void into(const Expr& expr) const { std::visit(*this, expr.node); }
};

}  // namespace

Selectors selectors_of(const Expr& expr) {
  Selectors selectors;
  Collect{selectors}.into(expr);
  return selectors;
}

}  // namespace narthex::promql
