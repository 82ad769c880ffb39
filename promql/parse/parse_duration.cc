// Arithmetic over durations: in brackets, in the step of a subquery, after `offset`. Source: PromQL spec, section 10.
#include <cmath>

#include "promql/parse/parser_impl.h"

namespace narthex::promql {
namespace {

// What a duration may be at most: nanoseconds in an int64.
constexpr double kMaxSeconds = 9223372036.854775;

bool is_literal(const DurationExpr& expr) { return expr.kind == DurationExpr::Kind::kLiteral; }

}  // namespace

bool Parser::fold(std::unique_ptr<DurationExpr> expr, DurationValue& value) {
  if (is_literal(*expr)) {
    value.ms = whole_milliseconds(expr->value);
  } else {
    value.expr = std::move(expr);
  }
  return true;
}

bool Parser::parse_positive_duration(DurationValue& value) {
  auto expr = parse_duration_expr(0);
  if (!expr) return false;
  if (is_literal(*expr) && expr->value <= 0) return fail(expr->span.start, "duration must be greater than 0");
  return fold(std::move(expr), value);
}

// One operand, with at most one sign: an operator behind it belongs to the expression around.
bool Parser::parse_offset_duration(DurationValue& value) {
  const Token sign = token_;
  const bool is_signed = sign.is(BinaryOp::kAdd) || sign.is(BinaryOp::kSub);
  if (is_signed) advance();
  auto expr = parse_duration_primary();
  if (expr && is_signed) expr = apply_sign(sign, std::move(expr));
  return expr && fold(std::move(expr), value);
}

bool Parser::check_duration_operator(const Token& op, const DurationExpr& rhs) {
  if (!is_literal(rhs) || rhs.value != 0) return true;
  if (op.op == BinaryOp::kDiv) return fail(op.position, "division by zero");
  if (op.op == BinaryOp::kMod) return fail(op.position, "modulo by zero");
  return true;
}

std::unique_ptr<DurationExpr> Parser::parse_duration_expr(int min_precedence) {
  const Nested nested(*this);
  auto lhs = nested.allowed() ? parse_duration_operand() : nullptr;
  int chained = 0;
  while (lhs && token_.kind == Tok::kOperator && token_.op >= BinaryOp::kAdd && token_.op != BinaryOp::kAtan2 &&
         precedence(token_.op) >= min_precedence) {
    const Token op = token_;
    const int level = precedence(op.op);
    if (++chained > kMaxNesting) {
      fail(op.position, "duration expression is too long: more than " + std::to_string(kMaxNesting) + " operators");
      return nullptr;
    }
    advance();
    auto rhs = parse_duration_expr(op.op == BinaryOp::kPow ? level : level + 1);
    if (!rhs || !check_duration_operator(op, *rhs)) return nullptr;
    auto binary = std::make_unique<DurationExpr>();
    binary->kind = DurationExpr::Kind::kBinary;
    binary->op = op.op;
    binary->span = {lhs->span.start, rhs->span.end};
    binary->lhs = std::move(lhs);
    binary->rhs = std::move(rhs);
    lhs = std::move(binary);
  }
  return lhs;
}

std::unique_ptr<DurationExpr> Parser::apply_sign(const Token& sign, std::unique_ptr<DurationExpr> operand) {
  const bool negative = sign.op == BinaryOp::kSub;
  const size_t end = operand->span.end;
  if (is_literal(*operand) || !negative) {
    if (negative) operand->value = -operand->value;
    operand->span.start = sign.position;
    return operand;
  }
  auto unary = std::make_unique<DurationExpr>();
  unary->kind = DurationExpr::Kind::kUnary;
  unary->op = BinaryOp::kSub;
  unary->span = {sign.position, end};
  unary->rhs = std::move(operand);
  return unary;
}

std::unique_ptr<DurationExpr> Parser::parse_duration_operand() {
  if (!token_.is(BinaryOp::kAdd) && !token_.is(BinaryOp::kSub)) return parse_duration_primary();
  const Token sign = token_;
  advance();
  auto operand = parse_duration_expr(precedence(BinaryOp::kPow));
  return operand ? apply_sign(sign, std::move(operand)) : nullptr;
}

std::unique_ptr<DurationExpr> Parser::parse_duration_primary() {
  const size_t start = token_.position;
  if (token_.kind == Tok::kTimeWord && token_.time_word >= TimeWord::kStep) return parse_time_word();
  if (token_.is('(')) {
    advance();
    auto inner = parse_duration_expr(0);
    if (!inner || !expect(')')) return nullptr;
    inner->wrapped = !is_literal(*inner);
    inner->span = {start, last_end_};
    return inner;
  }
  if (token_.kind != Tok::kNumber && token_.kind != Tok::kDuration) {
    fail_unexpected();
    return nullptr;
  }
  auto literal = std::make_unique<DurationExpr>();
  literal->as_duration = token_.kind == Tok::kDuration;
  if (!number_value(token_, literal->value)) return nullptr;
  if (!(std::abs(literal->value) <= kMaxSeconds)) {
    fail(start, "duration out of range");
    return nullptr;
  }
  advance();
  literal->span = {start, last_end_};
  return literal;
}

// step(), range(), min_of(a, b), max_of(a, b)
std::unique_ptr<DurationExpr> Parser::parse_time_word() {
  auto expr = std::make_unique<DurationExpr>();
  expr->span.start = token_.position;
  static constexpr DurationExpr::Kind kKinds[] = {DurationExpr::Kind::kStep, DurationExpr::Kind::kRange,
                                                  DurationExpr::Kind::kMinOf, DurationExpr::Kind::kMaxOf};
  expr->kind = kKinds[static_cast<int>(token_.time_word) - static_cast<int>(TimeWord::kStep)];
  advance();
  if (!expect('(')) return nullptr;
  if (expr->kind == DurationExpr::Kind::kMinOf || expr->kind == DurationExpr::Kind::kMaxOf) {
    expr->lhs = parse_duration_expr(0);
    if (!expr->lhs || !expect(',')) return nullptr;
    expr->rhs = parse_duration_expr(0);
    if (!expr->rhs) return nullptr;
  }
  if (!expect(')')) return nullptr;
  expr->span.end = last_end_;
  return expr;
}

}  // namespace narthex::promql
