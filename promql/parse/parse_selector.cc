// Selectors, and what stands behind them: ranges, subqueries, offset, @, anchored and smoothed.
#include <cmath>
#include <cstdio>

#include "model/labels.h"
#include "promql/engine.h"
#include "promql/parse/parser_impl.h"

namespace narthex::promql {
namespace {

constexpr std::string_view kLabelMatching = "label matching";
// The reference's words for a modifier behind something that cannot have it.
constexpr const char* kNoSuchModifier =
    " modifier not "
    "implemented";
constexpr std::string_view kDurationWanted = "number, duration, step(), or range()";

MatchType match_type(const Token& op) {
  if (op.kind == Tok::kMatchOperator) return op.text == "=~" ? MatchType::kRegex : MatchType::kNotRegex;
  return op.is('=') ? MatchType::kEqual : MatchType::kNotEqual;
}

// As %f of Go.
std::string fixed_text(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  char buffer[400];
  const int length = std::snprintf(buffer, sizeof buffer, "%f", value);
  return std::string(buffer, static_cast<size_t>(length));
}

// The time shift of an expression that can have one, else null.
TimeShift* shift_of(Expr& expr) {
  if (auto* vector = std::get_if<VectorSelector>(&expr.node)) return &vector->shift;
  if (auto* matrix = std::get_if<MatrixSelector>(&expr.node)) return &matrix->vector.shift;
  if (auto* subquery = std::get_if<SubqueryExpr>(&expr.node)) return &subquery->shift;
  return nullptr;
}

}  // namespace

ExprPtr Parser::parse_selector_expr() {
  const size_t start = token_.position;
  VectorSelector selector;
  if (!parse_selector(selector)) return nullptr;
  return make({start, last_end_}, std::move(selector));
}

bool Parser::parse_selector(VectorSelector& selector) {
  if (starts_metric_name()) {
    selector.name = std::string(token_.text);
    advance();
  } else if (!token_.is('{')) {
    return fail_unexpected();
  }
  if (token_.is('{') && !parse_matchers(selector.matchers)) return false;
  if (!selector.name.empty()) {
    selector.matchers.push_back(Matcher::equal(std::string(kMetricName), selector.name));
  }
  return true;
}

bool Parser::parse_matchers(std::vector<Matcher>& matchers) {
  advance();
  if (accept('}')) return true;
  for (;;) {
    if (!parse_matcher(matchers)) return false;
    const bool comma = accept(',');
    if (accept('}')) return true;
    if (!comma) return fail_unexpected(kLabelMatching, "\",\" or \"}\"");
  }
}

bool Parser::parse_matcher(std::vector<Matcher>& matchers) {
  const Token name = token_;
  const bool quoted = name.kind == Tok::kString;
  if (!quoted && name.kind != Tok::kIdentifier) return fail_unexpected(kLabelMatching, "identifier or \"}\"");
  std::string label = quoted ? unquote(name.text) : std::string(name.text);
  advance();
  const bool op = token_.is('=') || token_.is(BinaryOp::kNotEqual) || token_.kind == Tok::kMatchOperator;
  if (!op && quoted) {  // a metric name
    if (token_.kind == Tok::kError) return fail_unexpected();
    matchers.push_back(Matcher::equal(std::string(kMetricName), std::move(label)));
    return true;
  }
  if (!op) return fail_unexpected(kLabelMatching, "label matching operator");
  const MatchType type = match_type(token_);
  advance();
  if (token_.kind != Tok::kString) return fail_unexpected(kLabelMatching, "string");
  auto matcher = Matcher::make(type, std::move(label), unquote(token_.text));
  if (!matcher) return fail(name.position, matcher.error().message);
  matchers.push_back(std::move(*matcher));
  advance();
  return true;
}

ExprPtr Parser::parse_postfix(ExprPtr expr) {
  while (expr) {
    bool ok = true;
    if (token_.is('[')) {
      expr = parse_brackets(std::move(expr));
      continue;
    }
    if (token_.is(Keyword::kOffset)) {
      ok = parse_offset(*expr);
    } else if (token_.kind == Tok::kAt) {
      ok = parse_at(*expr);
    } else if (token_.is(Keyword::kAnchored) || token_.is(Keyword::kSmoothed)) {
      ok = set_anchoring(*expr, token_.is(Keyword::kSmoothed));
    } else {
      return expr;
    }
    if (!ok) return nullptr;
    expr->span.end = last_end_;
  }
  return nullptr;
}

ExprPtr Parser::parse_brackets(ExprPtr expr) {
  if (expr->depth >= kMaxDepth) return make_node(expr->span, expr->depth);
  Inside inside(*this, {"subquery or range selector", kDurationWanted});
  const size_t bracket = token_.position;
  advance();
  DurationValue range;
  if (!parse_positive_duration(range)) return nullptr;
  if (accept(']')) return finish_range(std::move(expr), bracket, std::move(range));
  if (!token_.is(':')) {
    fail_unexpected("subquery or range", "\":\" or \"]\"");
    return nullptr;
  }
  advance();
  return parse_subquery_step(std::move(expr), std::move(range));
}

ExprPtr Parser::finish_range(ExprPtr expr, size_t bracket, DurationValue range) {
  auto* vector = std::get_if<VectorSelector>(&expr->node);
  std::string_view refusal;
  if (vector == nullptr) {
    refusal = "ranges only allowed for vector selectors";
  } else if (!vector->shift.offset.is_zero()) {
    refusal = "no offset modifiers allowed before range";
  } else if (vector->shift.fixed()) {
    refusal = "no @ modifiers allowed before range";
  }
  if (!refusal.empty()) {
    fail(bracket, std::string(refusal));
    return nullptr;
  }
  MatrixSelector matrix{std::move(*vector), expr->span, std::move(range)};
  return make({expr->span.start, last_end_}, std::move(matrix));
}

ExprPtr Parser::parse_subquery_step(ExprPtr expr, DurationValue range) {
  SubqueryExpr subquery;
  subquery.range = std::move(range);
  if (!token_.is(']')) {
    Inside inside(*this, {"subquery selector", "number, duration, step(), or range() or \"]\""});
    if (!parse_positive_duration(subquery.step)) return nullptr;
  }
  if (!accept(']')) {
    fail_unexpected("subquery selector", "\"]\"");
    return nullptr;
  }
  const Span span{expr->span.start, last_end_};
  const int depth = expr->depth;
  subquery.expr = std::move(expr);
  return make(span, std::move(subquery), depth);
}

bool Parser::parse_offset(Expr& expr) {
  Inside inside(*this, {"offset", kDurationWanted});
  advance();
  DurationValue offset;
  if (!parse_offset_duration(offset)) return false;
  TimeShift* shift = shift_of(expr);
  if (shift == nullptr) {
    return fail(
        expr.span.start,
        "offset modifier must be preceded by an instant vector selector or range vector selector or a subquery");
  }
  if (!shift->offset.is_zero()) return fail(expr.span.start, "offset may not be set multiple times");
  shift->offset = std::move(offset);
  return true;
}

// The shift that an @ may be set on; null and an error: none, or it is set already.
TimeShift* Parser::shift_for_at(Expr& expr) {
  TimeShift* shift = shift_of(expr);
  if (shift == nullptr) {
    fail(expr.span.start,
         "@ modifier must be preceded by an instant vector selector or range vector selector or a subquery");
  } else if (shift->fixed()) {
    fail(expr.span.start, "@ <timestamp> may not be set multiple times");
  }
  return failed() ? nullptr : shift;
}

bool Parser::parse_at(Expr& expr) {
  Inside inside(*this, {"@", "timestamp"});
  advance();
  if (token_.kind == Tok::kTimeWord && token_.time_word <= TimeWord::kEnd) return parse_at_bound(expr);
  const bool negative = token_.is(BinaryOp::kSub);
  if (negative || token_.is(BinaryOp::kAdd)) advance();
  if (token_.kind != Tok::kNumber && token_.kind != Tok::kDuration) return fail_unexpected();
  double seconds = 0;
  if (!number_value(token_, seconds)) return false;
  if (negative) seconds = -seconds;
  advance();
  constexpr double kLimit = 9223372036854775808.0;  // 2^63
  if (!(seconds > -kLimit && seconds < kLimit)) {
    return fail(expr.span.start, "timestamp out of bounds for @ modifier: " + fixed_text(seconds));
  }
  TimeShift* shift = shift_for_at(expr);
  if (shift == nullptr) return false;
  const double ms = std::round(seconds * 1000);
  shift->at = ms >= kLimit ? INT64_MAX : ms <= -kLimit ? INT64_MIN : static_cast<Timestamp>(ms);
  return true;
}

bool Parser::parse_at_bound(Expr& expr) {
  const bool start = token_.time_word == TimeWord::kStart;
  advance();
  if (!expect('(') || !expect(')')) return false;
  TimeShift* shift = shift_for_at(expr);
  if (shift == nullptr) return false;
  shift->bound = start ? TimeShift::Bound::kStart : TimeShift::Bound::kEnd;
  return true;
}

bool Parser::set_anchoring(Expr& expr, bool smoothed) {
  const std::string word = smoothed ? "smoothed" : "anchored";
  const size_t start = expr.span.start;
  if (!features_.extended_range_selectors) return fail(start, word + " modifier is experimental and not enabled");
  if (std::holds_alternative<SubqueryExpr>(expr.node)) {
    return fail(start, word + " modifier is not supported for subqueries");
  }
  auto* matrix = std::get_if<MatrixSelector>(&expr.node);
  auto* vector = matrix != nullptr ? &matrix->vector : std::get_if<VectorSelector>(&expr.node);
  if (vector == nullptr) return fail(start, word + kNoSuchModifier);
  (smoothed ? vector->smoothed : vector->anchored) = true;
  if (vector->smoothed && vector->anchored) {
    return fail(start, "anchored and smoothed modifiers cannot be used together");
  }
  advance();
  return true;
}

Result<std::vector<Matcher>> parse_selector(std::string_view text) {
  Parser parser(text, {});
  auto selector = parser.parse_only_selector();
  if (!selector) return parser.error();
  for (const Matcher& matcher : selector->matchers) {
    if (!matcher.matches_empty()) return std::move(selector->matchers);
  }
  return invalid("match[] must contain at least one non-empty matcher");
}

}  // namespace narthex::promql
