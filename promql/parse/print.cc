// Syntax tree to canonical text. Source: the PromQL spec, section 13.
#include <algorithm>
#include <cmath>

#include "base/number.h"
#include "base/quote.h"
#include "model/duration.h"
#include "model/labels.h"
#include "promql/parser.h"

namespace narthex::promql {
namespace {

std::string duration_text(int64_t ms) {
  const std::string text = Duration::milliseconds(ms < 0 ? -ms : ms).str();
  return ms < 0 ? "-" + text : text;
}

std::string number_text(double value, bool as_duration) {
  return as_duration ? duration_text(std::llround(value * 1000)) : float_plain(value);
}

std::string print_duration_expr(const DurationExpr& expr) {
  using Kind = DurationExpr::Kind;
  std::string text;
  switch (expr.kind) {
    case Kind::kLiteral:
      return number_text(expr.value, expr.as_duration);
    case Kind::kStep:
      text = "step()";
      break;
    case Kind::kRange:
      text = "range()";
      break;
    case Kind::kMinOf:
    case Kind::kMaxOf:
      text = expr.kind == Kind::kMinOf ? "min_of(" : "max_of(";
      text += print_duration_expr(*expr.lhs) + ", " + print_duration_expr(*expr.rhs) + ")";
      break;
    case Kind::kUnary:
      text = "-" + print_duration_expr(*expr.rhs);
      break;
    case Kind::kBinary:
      text = print_duration_expr(*expr.lhs) + " ";
      text.append(text_of(expr.op)).append(" ").append(print_duration_expr(*expr.rhs));
      break;
  }
  return expr.wrapped ? "(" + text + ")" : text;
}

std::string print_duration(const DurationValue& value) {
  return value.expr ? print_duration_expr(*value.expr) : duration_text(value.ms);
}

std::string at_text(const TimeShift& shift) {
  if (shift.bound == TimeShift::Bound::kStart) return " @ start()";
  if (shift.bound == TimeShift::Bound::kEnd) return " @ end()";
  if (!shift.at) return "";
  const bool negative = *shift.at < 0;
  const uint64_t ms = negative ? 0 - static_cast<uint64_t>(*shift.at) : static_cast<uint64_t>(*shift.at);
  std::string fraction = std::to_string(ms % 1000);
  fraction.insert(0, 3 - fraction.size(), '0');
  return std::string(" @ ") + (negative ? "-" : "") + std::to_string(ms / 1000) + "." + fraction;
}

std::string offset_text(const TimeShift& shift) {
  return shift.offset.is_zero() ? "" : " offset " + print_duration(shift.offset);
}

std::string selector_text(const VectorSelector& selector, const std::string& range) {
  std::vector<std::string> matchers;
  const size_t shown = selector.matchers.size() - (selector.name.empty() ? 0 : 1);
  for (size_t i = 0; i < shown; ++i) matchers.push_back(selector.matchers[i].str());
  std::sort(matchers.begin(), matchers.end());
  std::string out = selector.name;
  if (!matchers.empty() || out.empty()) {
    out += '{';
    for (size_t i = 0; i < matchers.size(); ++i) out.append(i == 0 ? "" : ",").append(matchers[i]);
    out += '}';
  }
  out += range + at_text(selector.shift);
  if (selector.anchored) out += " anchored";
  if (selector.smoothed) out += " smoothed";
  return out + offset_text(selector.shift);
}

std::string label_list(const std::vector<std::string>& labels) {
  std::string out = "(";
  for (size_t i = 0; i < labels.size(); ++i) {
    if (i > 0) out += ", ";
    out += is_legacy_label_name(labels[i]) ? labels[i] : go_quote(labels[i]);
  }
  return out + ")";
}

std::string fill_text(const VectorMatching& matching) {
  if (matching.fill_lhs && matching.fill_rhs && float_plain(*matching.fill_lhs) == float_plain(*matching.fill_rhs)) {
    return " fill (" + float_plain(*matching.fill_lhs) + ")";
  }
  std::string out;
  if (matching.fill_lhs) out += " fill_left (" + float_plain(*matching.fill_lhs) + ")";
  if (matching.fill_rhs) out += " fill_right (" + float_plain(*matching.fill_rhs) + ")";
  return out;
}

std::string matching_text(const VectorMatching& matching) {
  std::string out;
  const bool grouped = matching.card == Cardinality::kManyToOne || matching.card == Cardinality::kOneToMany;
  if (matching.on || !matching.labels.empty() || grouped) {
    out += matching.on ? " on " : " ignoring ";
    out += label_list(matching.labels);
  }
  if (grouped) {
    out += matching.card == Cardinality::kManyToOne ? " group_left " : " group_right ";
    out += label_list(matching.include);
  }
  return out + fill_text(matching);
}

struct Printer {
  std::string operator()(const NumberLiteral& number) const { return number_text(number.value, number.as_duration); }
  std::string operator()(const StringLiteral& string) const { return go_quote(string.value); }
  std::string operator()(const VectorSelector& selector) const { return selector_text(selector, ""); }
  std::string operator()(const MatrixSelector& matrix) const {
    return selector_text(matrix.vector, "[" + print_duration(matrix.range) + "]");
  }
  std::string operator()(const SubqueryExpr& subquery) const {
    std::string out = print(*subquery.expr) + "[" + print_duration(subquery.range) + ":";
    if (!subquery.step.is_zero()) out += print_duration(subquery.step);
    return out + "]" + at_text(subquery.shift) + offset_text(subquery.shift);
  }
  std::string operator()(const ParenExpr& paren) const { return "(" + print(*paren.expr) + ")"; }
  std::string operator()(const UnaryExpr& unary) const { return (unary.negative ? "-" : "+") + print(*unary.expr); }
  std::string operator()(const BinaryExpr& binary) const {
    std::string out = print(*binary.lhs) + " ";
    out += text_of(binary.op);
    if (binary.return_bool) out += " bool";
    if (binary.matching) out += matching_text(*binary.matching);
    return out + " " + print(*binary.rhs);
  }
  std::string operator()(const AggregateExpr& aggregate) const {
    std::string out(text_of(aggregate.op));
    if (aggregate.without) out += " without " + label_list(aggregate.grouping) + " ";
    if (!aggregate.without && !aggregate.grouping.empty()) out += " by " + label_list(aggregate.grouping) + " ";
    out += "(";
    if (aggregate.param) out += print(*aggregate.param) + ", ";
    return out + print(*aggregate.expr) + ")";
  }
  std::string operator()(const Call& call) const {
    std::string out(call.function->name);
    out += "(";
    for (size_t i = 0; i < call.args.size(); ++i) out.append(i == 0 ? "" : ", ").append(print(*call.args[i]));
    return out + ")";
  }
};

}  // namespace

std::string print(const Expr& expr) { return std::visit(Printer{}, expr.node); }

}  // namespace narthex::promql
