// Types: what may stand where. Order of the checks and positions as the reference has them, because only the first
// error is reported. Source: PromQL spec, section 2.
#include <algorithm>

#include "base/quote.h"
#include "model/labels.h"
#include "promql/parse/parser_impl.h"

namespace narthex::promql {

bool Parser::check(Expr& expr) {
  return std::visit([&](auto& node) { return check_node(expr, node); }, expr.node);
}

bool Parser::check_type(Expr& expr, ValueType wanted, const std::string& context) {
  if (!check(expr)) return false;
  const ValueType type = type_of(expr);
  if (type == wanted) return true;
  std::string message = "expected type ";
  message.append(documented_name(wanted)).append(" in ").append(context);
  message.append(", got ").append(documented_name(type));
  return fail(expr.span.start, std::move(message));
}

bool Parser::check_node(Expr&, AggregateExpr& aggregate) {
  if (!check_type(*aggregate.expr, ValueType::kVector, "aggregation expression")) return false;
  if (!aggregate.param) return true;
  const bool text = aggregate.op == AggregateOp::kCountValues;
  return check_type(*aggregate.param, text ? ValueType::kString : ValueType::kScalar, "aggregation parameter");
}

bool Parser::check_operator(const BinaryExpr& binary, bool scalars) {
  if (binary.return_bool && !is_comparison(binary.op)) {
    return fail(binary.op_position, "bool modifier can only be used on comparison operators");
  }
  if (is_comparison(binary.op) && !binary.return_bool && scalars) {
    return fail(binary.op_position, "comparisons between scalars must use BOOL modifier");
  }
  if (!binary.matching->on) return true;
  for (const std::string& label : binary.matching->labels) {
    const auto& include = binary.matching->include;
    if (std::find(include.begin(), include.end(), label) == include.end()) continue;
    return fail(binary.op_position, "label " + go_quote(label) + " must not occur in ON and GROUP clause at once");
  }
  return true;
}

bool Parser::check_matching(Expr& expr, BinaryExpr& binary, bool vectors) {
  const size_t start = expr.span.start;
  VectorMatching& matching = *binary.matching;
  const bool fills = matching.fill_lhs.has_value() || matching.fill_rhs.has_value();
  if (!vectors) {
    if (!matching.labels.empty()) return fail(start, "vector matching only allowed between instant vectors");
    if (fills) return fail(start, "filling in missing series only allowed between instant vectors");
    binary.matching.reset();
    return true;
  }
  if (!is_set_operator(binary.op)) return true;
  if (matching.card != Cardinality::kOneToOne) {
    return fail(start, "no grouping allowed for " + go_quote(text_of(binary.op)) + " operation");
  }
  if (fills) return fail(start, "filling in missing series not allowed for set operators");
  matching.card = Cardinality::kManyToMany;
  return true;
}

bool Parser::check_node(Expr& expr, BinaryExpr& binary) {
  if (!check(*binary.lhs) || !check(*binary.rhs)) return false;
  const ValueType left = type_of(*binary.lhs);
  const ValueType right = type_of(*binary.rhs);
  if (!check_operator(binary, left == ValueType::kScalar && right == ValueType::kScalar)) return false;
  for (const Expr* side : {binary.lhs.get(), binary.rhs.get()}) {
    const ValueType type = type_of(*side);
    if (type == ValueType::kScalar || type == ValueType::kVector) continue;
    return fail(side->span.start, "binary expression must contain only scalar and instant vector types");
  }
  const bool vectors = left == ValueType::kVector && right == ValueType::kVector;
  if (!check_matching(expr, binary, vectors)) return false;
  if (vectors || !is_set_operator(binary.op)) return true;
  return fail(expr.span.start,
              "set operator " + go_quote(text_of(binary.op)) + " not allowed in binary scalar expression");
}

bool Parser::check_arity(const Expr& expr, const Call& call) {
  const int listed = static_cast<int>(call.function->args.size());
  const int got = static_cast<int>(call.args.size());
  const int variadic = call.function->variadic;
  const int least = variadic == 0 ? listed : listed - 1;
  auto refuse = [&](const char* how, int wanted) {
    return fail(expr.span.start, "expected " + std::string(how) + std::to_string(wanted) + " argument(s) in call to " +
                                     go_quote(call.function->name) + ", got " + std::to_string(got));
  };
  if (variadic == 0) return got == listed || refuse("", listed);
  if (got < least) return refuse("at least ", least);
  if (variadic > 0 && got > least + variadic) return refuse("at most ", least + variadic);
  return true;
}

// The second argument of info() names labels, not a metric, and may match everything.
bool Parser::check_info_argument(const Expr& expr, const Call& call) {
  const Expr& argument = *call.args[1];
  const ValueType type = type_of(argument);
  if (type != ValueType::kVector) {
    return fail(expr.span.start,
                "expected type instant vector in call to function \"info\", got " + std::string(documented_name(type)));
  }
  const auto* selector = std::get_if<VectorSelector>(&argument.node);
  if (selector != nullptr && selector->name.empty()) return true;
  return fail(argument.span.start, "expected label selectors only, got vector selector instead");
}

bool Parser::check_node(Expr& expr, Call& call) {
  if (!check_arity(expr, call)) return false;
  const bool info = call.function->name == "info";
  if (info && call.args.size() > 1 && !check_info_argument(expr, call)) return false;
  const std::string context = "call to function " + go_quote(call.function->name);
  const auto& types = call.function->args;
  for (size_t i = 0; i < call.args.size(); ++i) {
    if (info && i == 1) continue;
    if (!check_type(*call.args[i], types[std::min(i, types.size() - 1)], context)) return false;
  }
  return true;
}

bool Parser::check_node(Expr&, ParenExpr& paren) { return check(*paren.expr); }

bool Parser::check_node(Expr& expr, UnaryExpr& unary) {
  if (!check(*unary.expr)) return false;
  const ValueType type = type_of(*unary.expr);
  if (type == ValueType::kScalar || type == ValueType::kVector) return true;
  return fail(expr.span.start, "unary expression only allowed on expressions of type scalar or instant vector, got " +
                                   go_quote(documented_name(type)));
}

bool Parser::check_node(Expr& expr, SubqueryExpr& subquery) {
  if (!check(*subquery.expr)) return false;
  const ValueType type = type_of(*subquery.expr);
  if (type == ValueType::kVector) return true;
  return fail(expr.span.start,
              "subquery is only allowed on instant vector, got " + std::string(raw_name(type)) + " instead");
}

bool Parser::check_node(Expr&, MatrixSelector& matrix) { return check_selector(matrix.vector_span, matrix.vector); }

bool Parser::check_node(Expr& expr, VectorSelector& vector) { return check_selector(expr.span, vector); }

bool Parser::check_selector(Span span, const VectorSelector& vector) {
  if (vector.name.empty()) {
    const bool selective = std::any_of(vector.matchers.begin(), vector.matchers.end(),
                                       [](const Matcher& m) { return !m.matches_empty(); });
    return selective || fail(span.start, "vector selector must contain at least one non-empty matcher");
  }
  for (size_t i = 0; i + 1 < vector.matchers.size(); ++i) {
    if (vector.matchers[i].name() != kMetricName) continue;
    return fail(span.start, "metric name must not be set twice: " + go_quote(vector.name) + " or " +
                                go_quote(vector.matchers[i].value()));
  }
  return true;
}

}  // namespace narthex::promql
