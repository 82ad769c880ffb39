// Functions, aggregations, and how binary operators match: whatever has a list in parentheses behind it.
#include <algorithm>
#include <cctype>

#include "base/quote.h"
#include "model/labels.h"
#include "promql/parse/parser_impl.h"

namespace narthex::promql {
namespace {

constexpr std::string_view kGroupingOpts = "grouping opts";

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

// Tells the metric `sum` from the aggregation `sum`.
bool may_follow_metric_name(const Token& token) {
  switch (token.kind) {
    case Tok::kEnd:
    case Tok::kOperator:
    case Tok::kAt:
      return true;
    case Tok::kPunctuation:
      return token.is('{') || token.is('[') || token.is(')') || token.is(',');
    case Tok::kKeyword:
      return token.keyword >= Keyword::kOffset && token.keyword <= Keyword::kSmoothed;
    default:
      return false;
  }
}

}  // namespace

// Most keywords may also name a metric. Source: PromQL spec, section 1.
bool Parser::starts_metric_name() const {
  switch (token_.kind) {
    case Tok::kIdentifier:
    case Tok::kMetricIdentifier:
    case Tok::kAggregator:
    case Tok::kTimeWord:
      return true;
    case Tok::kOperator:
      return is_set_operator(token_.op);
    case Tok::kKeyword:
      return token_.keyword == Keyword::kBy || token_.keyword == Keyword::kWithout ||
             token_.keyword >= Keyword::kOffset;
    default:
      return false;
  }
}

ExprPtr Parser::parse_named() {
  const Token name = token_;
  const bool callable = name.kind == Tok::kIdentifier || name.kind == Tok::kTimeWord;
  if (!callable && name.kind != Tok::kAggregator) return parse_selector_expr();
  Lexer ahead = lexer_;
  const Token following = ahead.next();
  if (callable) {
    if (!following.is('(')) return parse_selector_expr();
    advance();
    return parse_call(name);
  }
  if (may_follow_metric_name(following)) return parse_selector_expr();
  advance();
  return parse_aggregate(name);
}

bool Parser::parse_arguments(std::vector<ExprPtr>& args) {
  if (!expect('(')) return false;
  if (accept(')')) return true;
  for (;;) {
    ExprPtr arg = parse_expression(0);
    if (!arg) return false;
    args.push_back(std::move(arg));
    const size_t comma = token_.position;
    if (!accept(',')) return expect(')');
    if (token_.is(')')) return fail(comma, "trailing commas not allowed in function call args");
  }
}

namespace {

int max_depth(const std::vector<ExprPtr>& args) {
  int depth = 0;
  for (const ExprPtr& arg : args) depth = std::max(depth, arg->depth);
  return depth;
}

}  // namespace

ExprPtr Parser::parse_call(const Token& name) {
  Call call;
  if (!parse_arguments(call.args)) return nullptr;
  call.function = find_function(name.kind == Tok::kTimeWord ? lower(name.text) : std::string(name.text));
  if (call.function == nullptr) {
    fail(name.position, "unknown function with name " + go_quote(name.text));
    return nullptr;
  }
  const bool needs_start_timestamps = call.function->name == "start_timestamp";
  if ((call.function->experimental && !features_.experimental_functions) ||
      (needs_start_timestamps && !features_.start_timestamps)) {
    fail(name.position, "function " + go_quote(call.function->name) + " is not enabled");
    return nullptr;
  }
  const int depth = max_depth(call.args);
  return make({name.position, last_end_}, std::move(call), depth);
}

ExprPtr Parser::parse_aggregate(const Token& op) {
  Inside inside(*this, {"aggregation", ""});
  AggregateExpr aggregate;
  aggregate.op = op.aggregate;
  std::vector<ExprPtr> args;
  auto modifier = [&] {
    if (!token_.is(Keyword::kBy) && !token_.is(Keyword::kWithout)) return true;
    aggregate.without = token_.is(Keyword::kWithout);
    advance();
    return parse_grouping(aggregate.grouping);
  };
  const bool first = token_.is(Keyword::kBy) || token_.is(Keyword::kWithout);
  if (!modifier() || !parse_arguments(args) || (!first && !modifier())) return nullptr;
  return make_aggregate(op, std::move(args), std::move(aggregate));
}

bool Parser::check_aggregate_arguments(const Token& op, size_t count) {
  if (count == 0) return fail(op.position, "no arguments for aggregate expression provided");
  const bool experimental = op.aggregate >= AggregateOp::kLimitk;
  if (experimental && !features_.experimental_functions) {
    return fail(op.position, std::string(text_of(op.aggregate)) +
                                 "() is experimental and must be enabled with "
                                 "--enable-feature=promql-experimental-functions");
  }
  const size_t wanted = has_parameter(op.aggregate) ? 2 : 1;
  if (count == wanted) return true;
  return fail(op.position, "wrong number of arguments for aggregate expression provided, expected " +
                               std::to_string(wanted) + ", got " + std::to_string(count));
}

ExprPtr Parser::make_aggregate(const Token& op, std::vector<ExprPtr> args, AggregateExpr aggregate) {
  if (!check_aggregate_arguments(op, args.size())) return nullptr;
  const int depth = max_depth(args);
  if (args.size() == 2) aggregate.param = std::move(args.front());
  aggregate.expr = std::move(args.back());
  return make({op.position, last_end_}, std::move(aggregate), depth);
}

bool Parser::parse_grouping(std::vector<std::string>& labels) {
  if (!token_.is('(')) return fail_unexpected(kGroupingOpts, "\"(\"");
  advance();
  if (accept(')')) return true;
  for (;;) {
    if (!parse_grouping_label(labels)) return false;
    const bool comma = accept(',');
    if (accept(')')) return true;
    if (!comma) return fail_unexpected(kGroupingOpts, "\",\" or \")\"");
  }
}

bool Parser::parse_grouping_label(std::vector<std::string>& labels) {
  const bool word = !token_.text.empty() && is_legacy_label_name(token_.text) && token_.kind != Tok::kNumber &&
                    token_.kind != Tok::kDuration;
  if (!word && token_.kind != Tok::kString) return fail_unexpected(kGroupingOpts, "label");
  std::string label = word ? std::string(token_.text) : unquote(token_.text);
  if (!is_valid_label_name(label, NameScheme::kUtf8)) {
    return fail(token_.position, "invalid label name " + go_quote(label));
  }
  labels.push_back(std::move(label));
  advance();
  return true;
}

bool Parser::parse_matching(bool& return_bool, VectorMatching& matching) {
  if (token_.is(Keyword::kBool)) {
    return_bool = true;
    advance();
  }
  if (token_.is(Keyword::kOn) || token_.is(Keyword::kIgnoring)) {
    matching.on = token_.is(Keyword::kOn);
    advance();
    if (!parse_grouping(matching.labels)) return false;
    if (token_.is(Keyword::kGroupLeft) || token_.is(Keyword::kGroupRight)) {
      matching.card = token_.is(Keyword::kGroupLeft) ? Cardinality::kManyToOne : Cardinality::kOneToMany;
      advance();
      if (token_.is('(') && !parse_grouping(matching.include)) return false;
    }
  }
  return parse_fills(matching);
}

bool Parser::parse_fills(VectorMatching& matching) {
  while (token_.kind == Tok::kKeyword && token_.keyword >= Keyword::kFill) {
    const Token fill = token_;
    const bool lhs = fill.keyword != Keyword::kFillRight;
    const bool rhs = fill.keyword != Keyword::kFillLeft;
    if ((lhs && matching.fill_lhs) || (rhs && matching.fill_rhs)) return fail_unexpected();
    advance();
    double value = 0;
    if (!parse_fill_value(value)) return false;
    if (!features_.binop_fill) {
      return fail(fill.position, "binop fill modifiers are experimental and not enabled");
    }
    if (lhs) matching.fill_lhs = value;
    if (rhs) matching.fill_rhs = value;
  }
  return true;
}

bool Parser::parse_fill_value(double& value) {
  if (!expect('(')) return false;
  const bool negative = token_.is(BinaryOp::kSub);
  if (negative || token_.is(BinaryOp::kAdd)) advance();
  if (token_.kind != Tok::kNumber && token_.kind != Tok::kDuration) return fail_unexpected();
  if (!number_value(token_, value)) return false;
  if (negative) value = -value;
  advance();
  return expect(')');
}

}  // namespace narthex::promql
