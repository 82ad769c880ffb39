#include "promql/ast.h"

#include <array>
#include <cmath>

namespace narthex::promql {

std::string_view text_of(BinaryOp op) {
  static constexpr std::array<std::string_view, 18> kTexts = {
      "or", "and", "unless", "==", "!=", "<", "<=", ">", ">=", "</", ">/", "+", "-", "*", "/", "%", "atan2", "^"};
  return kTexts[static_cast<size_t>(op)];
}

std::string_view text_of(AggregateOp op) {
  static constexpr std::array<std::string_view, 14> kTexts = {
      "sum",    "avg",  "count",   "min",          "max",      "group",  "stddev",
      "stdvar", "topk", "bottomk", "count_values", "quantile", "limitk", "limit_ratio"};
  return kTexts[static_cast<size_t>(op)];
}

int64_t whole_milliseconds(double seconds) {
  const double ms = seconds * 1000;
  const double nearest = std::round(ms);
  constexpr double kInexact = 1e-12;  // relative; a product of doubles is wrong by some 1e-16
  return static_cast<int64_t>(std::abs(ms - nearest) <= std::abs(nearest) * kInexact ? nearest : ms);
}

namespace {

struct TypeOf {
  ValueType operator()(const NumberLiteral&) const { return ValueType::kScalar; }
  ValueType operator()(const StringLiteral&) const { return ValueType::kString; }
  ValueType operator()(const VectorSelector&) const { return ValueType::kVector; }
  ValueType operator()(const MatrixSelector&) const { return ValueType::kMatrix; }
  ValueType operator()(const SubqueryExpr&) const { return ValueType::kMatrix; }
  ValueType operator()(const ParenExpr& paren) const { return type_of(*paren.expr); }
  ValueType operator()(const UnaryExpr& unary) const { return type_of(*unary.expr); }
  ValueType operator()(const BinaryExpr& binary) const {
    const bool scalars = type_of(*binary.lhs) == ValueType::kScalar && type_of(*binary.rhs) == ValueType::kScalar;
    return scalars ? ValueType::kScalar : ValueType::kVector;
  }
  ValueType operator()(const AggregateExpr&) const { return ValueType::kVector; }
  ValueType operator()(const Call& call) const { return call.function->returns; }
};

}  // namespace

ValueType type_of(const Expr& expr) { return std::visit(TypeOf{}, expr.node); }

std::string_view documented_name(ValueType type) {
  static constexpr std::array<std::string_view, 4> kNames = {"scalar", "instant vector", "range vector", "string"};
  return kNames[static_cast<size_t>(type)];
}

std::string_view raw_name(ValueType type) {
  static constexpr std::array<std::string_view, 4> kNames = {"scalar", "vector", "matrix", "string"};
  return kNames[static_cast<size_t>(type)];
}

}  // namespace narthex::promql
