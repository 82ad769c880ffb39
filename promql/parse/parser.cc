#include "promql/parser.h"

#include <algorithm>

#include "model/duration.h"
#include "promql/parse/parser_impl.h"

namespace narthex::promql {

// Higher binds tighter. Source: PromQL spec, section 2.
int precedence(BinaryOp op) {
  switch (op) {
    case BinaryOp::kOr:
      return 1;
    case BinaryOp::kAnd:
    case BinaryOp::kUnless:
      return 2;
    case BinaryOp::kAdd:
    case BinaryOp::kSub:
      return 4;
    case BinaryOp::kMul:
    case BinaryOp::kDiv:
    case BinaryOp::kMod:
    case BinaryOp::kAtan2:
      return 5;
    case BinaryOp::kPow:
      return 6;
    default:
      return 3;
  }
}

std::string position_text(std::string_view text, size_t byte) {
  if (text.empty()) return "unknown position";
  size_t line = 1;
  size_t line_start = 0;
  for (size_t i = 0; i < byte && i < text.size(); ++i) {
    if (text[i] != '\n') continue;
    ++line;
    line_start = i + 1;
  }
  return std::to_string(line) + ":" + std::to_string(byte - line_start + 1);
}

Parser::Parser(std::string_view text, const Features& features) : text_(text), features_(features), lexer_(text) {
  token_ = lexer_.next();
}

void Parser::advance() {
  last_end_ = token_.end();
  token_ = lexer_.next();
}

bool Parser::accept(char c) {
  if (!token_.is(c)) return false;
  advance();
  return true;
}

bool Parser::expect(char c) { return accept(c) || fail_unexpected(); }

bool Parser::fail(size_t position, std::string message) {
  if (failed_) return false;
  failed_ = true;
  error_position_ = position;
  error_message_ = std::move(message);
  return false;
}

bool Parser::fail_unexpected() { return fail_unexpected(expectation_.context, expectation_.expected); }

bool Parser::fail_unexpected(std::string_view context, std::string_view expected) {
  if (token_.kind == Tok::kError) return fail(token_.position, token_.message);
  std::string message = "unexpected " + token_.description();
  if (!context.empty()) message.append(" in ").append(context);
  if (!expected.empty()) message.append(", expected ").append(expected);
  return fail(token_.position, std::move(message));
}

Error Parser::error() const {
  return invalid(position_text(text_, error_position_) + ": parse error: " + error_message_);
}

ExprPtr Parser::make_node(Span span, int depth_below) {
  if (depth_below >= kMaxDepth) {
    fail(span.start, "expression is too long: its tree is deeper than " + std::to_string(kMaxDepth));
    return nullptr;
  }
  auto expr = std::make_unique<Expr>();
  expr->span = span;
  expr->depth = depth_below + 1;
  return expr;
}

Parser::Nested::Nested(Parser& parser) : parser_(parser) {
  if (++parser.nesting_ <= kMaxNesting) return;
  parser.fail(parser.token_.position,
              "expression is nested too deeply: more than " + std::to_string(kMaxNesting) + " levels");
}

ExprPtr Parser::parse() {
  if (token_.kind == Tok::kEnd) {
    fail(0, "no expression found in input");
    return nullptr;
  }
  ExprPtr expr = parse_expression(0);
  if (!expr) return nullptr;
  if (token_.kind != Tok::kEnd) {
    fail_unexpected();
    return nullptr;
  }
  if (!check(*expr)) return nullptr;
  return expr;
}

std::optional<VectorSelector> Parser::parse_only_selector() {
  VectorSelector selector;
  if (!parse_selector(selector)) return std::nullopt;
  if (token_.kind != Tok::kEnd) {
    fail_unexpected();
    return std::nullopt;
  }
  return selector;
}

ExprPtr Parser::parse_expression(int min_precedence) {
  const Nested nested(*this);
  ExprPtr lhs = nested.allowed() ? parse_operand() : nullptr;
  while (lhs && token_.kind == Tok::kOperator && precedence(token_.op) >= min_precedence) {
    const Token op = token_;
    advance();
    bool return_bool = false;
    VectorMatching matching;
    if (!parse_matching(return_bool, matching)) return nullptr;
    const int level = precedence(op.op);
    ExprPtr rhs = parse_expression(op.op == BinaryOp::kPow ? level : level + 1);
    if (!rhs) return nullptr;
    lhs = make_binary(op, return_bool, std::move(matching), std::move(lhs), std::move(rhs));
  }
  return lhs;
}

ExprPtr Parser::make_binary(const Token& op, bool return_bool, VectorMatching matching, ExprPtr lhs, ExprPtr rhs) {
  const Span span{lhs->span.start, rhs->span.end};
  const int depth = std::max(lhs->depth, rhs->depth);
  BinaryExpr binary{op.op, op.position, std::move(lhs), std::move(rhs), return_bool, std::move(matching)};
  return make(span, std::move(binary), depth);
}

ExprPtr Parser::parse_operand() {
  if (token_.is(BinaryOp::kAdd) || token_.is(BinaryOp::kSub)) return parse_signed();
  ExprPtr expr = parse_primary();
  return expr ? parse_postfix(std::move(expr)) : nullptr;
}

// A sign binds as tight as '*': -2^2 is -(2^2), and -2*3 is (-2)*3.
ExprPtr Parser::parse_signed() {
  const Token sign = token_;
  const bool negative = sign.op == BinaryOp::kSub;
  advance();
  ExprPtr operand = parse_expression(precedence(BinaryOp::kPow));
  if (!operand) return nullptr;
  if (auto* number = std::get_if<NumberLiteral>(&operand->node)) {
    if (negative) number->value = -number->value;
    operand->span.start = sign.position;
    return operand;
  }
  const Span span{sign.position, operand->span.end};
  const int depth = operand->depth;
  return make(span, UnaryExpr{negative, std::move(operand)}, depth);
}

ExprPtr Parser::parse_primary() {
  switch (token_.kind) {
    case Tok::kNumber:
    case Tok::kDuration:
      return parse_number_literal();
    case Tok::kString:
      return parse_string_literal();
    case Tok::kPunctuation:
      if (token_.is('(')) return parse_parenthesised();
      if (token_.is('{')) return parse_selector_expr();
      break;
    default:
      if (starts_metric_name()) return parse_named();
      break;
  }
  fail_unexpected();
  return nullptr;
}

ExprPtr Parser::parse_parenthesised() {
  const size_t start = token_.position;
  advance();
  ExprPtr inner = parse_expression(0);
  if (!inner || !expect(')')) return nullptr;
  const int depth = inner->depth;
  return make({start, last_end_}, ParenExpr{std::move(inner)}, depth);
}

bool Parser::number_value(const Token& token, double& value) {
  if (token.kind == Tok::kDuration) {
    const auto duration = parse_duration(token.text);
    if (!duration) return fail(token.position, duration.error().message);
    value = duration->to_seconds();
    return true;
  }
  const auto number = parse_number(token.text);
  if (!number) return fail(token.position, number.error().message);
  value = *number;
  return true;
}

ExprPtr Parser::parse_number_literal() {
  NumberLiteral literal{0, token_.kind == Tok::kDuration};
  if (!number_value(token_, literal.value)) return nullptr;
  const size_t start = token_.position;
  advance();
  return make({start, last_end_}, literal);
}

ExprPtr Parser::parse_string_literal() {
  StringLiteral literal{unquote(token_.text)};
  const size_t start = token_.position;
  advance();
  return make({start, last_end_}, std::move(literal));
}

Result<ExprPtr> parse_expr(std::string_view text, const Features& features) {
  Parser parser(text, features);
  ExprPtr expr = parser.parse();
  if (!expr) return parser.error();
  return expr;
}

}  // namespace narthex::promql
