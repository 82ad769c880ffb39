#include "tests/unit/promql/reference_evaluator.h"

#include <algorithm>
#include <cmath>

namespace narthex::testing {

using promql::BinaryOp;

namespace {

constexpr int64_t kLookback = 300'000;
constexpr int64_t kDefaultStep = 60'000;

double operate(BinaryOp op, double a, double b) {
  switch (op) {
    case BinaryOp::kAdd:
      return a + b;
    case BinaryOp::kSub:
      return a - b;
    case BinaryOp::kMul:
      return a * b;
    case BinaryOp::kDiv:
      return a / b;
    case BinaryOp::kMod:
      return std::fmod(a, b);
    case BinaryOp::kPow:
      return std::pow(a, b);
    case BinaryOp::kAtan2:
      return std::atan2(a, b);
    case BinaryOp::kEqual:
      return a == b;
    case BinaryOp::kNotEqual:
      return a != b;
    case BinaryOp::kLess:
      return a < b;
    case BinaryOp::kLessEqual:
      return a <= b;
    case BinaryOp::kGreater:
      return a > b;
    default:
      return a >= b;
  }
}

double sum_of(const std::vector<double>& values) {
  double sum = values[0];
  double c = 0;
  for (size_t i = 1; i < values.size(); ++i) {
    const double x = values[i];
    const double t = sum + x;
    if (std::isinf(t)) {
      c = 0;
    } else if (std::abs(sum) >= std::abs(x)) {
      c += (sum - t) + x;
    } else {
      c += (x - t) + sum;
    }
    sum = t;
  }
  return sum + c;
}

double extreme_of(const std::vector<double>& values, bool greatest) {
  double best = values[0];
  for (double x : values) {
    if (std::isnan(best) || (greatest ? x > best : x < best)) best = x;
  }
  return best;
}

double aggregate_of(promql::AggregateOp op, const std::vector<double>& values) {
  switch (op) {
    case promql::AggregateOp::kSum:
      return sum_of(values);
    case promql::AggregateOp::kCount:
      return static_cast<double>(values.size());
    case promql::AggregateOp::kMin:
      return extreme_of(values, false);
    case promql::AggregateOp::kMax:
      return extreme_of(values, true);
    default:
      return 1;
  }
}

// Steps 1 to 6 of the PromQL spec, section 6.
std::optional<double> extrapolate(const std::vector<Sample>& s, Timestamp end, int64_t range, bool counter, bool rate) {
  if (s.size() < 2) return std::nullopt;
  double result = s.back().value - s.front().value;
  for (size_t i = 1; counter && i < s.size(); ++i) {
    if (s[i].value < s[i - 1].value) result += s[i - 1].value;
  }
  const auto seconds = [](int64_t ms) { return static_cast<double>(ms) / 1000; };
  double to_start = seconds(s.front().timestamp - (end - range));
  double to_end = seconds(end - s.back().timestamp);
  const double sampled = seconds(s.back().timestamp - s.front().timestamp);
  const double average = sampled / static_cast<double>(s.size() - 1);
  if (to_start >= average * 1.1) to_start = average / 2;
  if (counter && result > 0 && s.front().value >= 0) {
    const double to_zero = sampled * (s.front().value / result);
    if (to_zero < to_start) to_start = to_zero;
  }
  if (to_end >= average * 1.1) to_end = average / 2;
  double factor = (sampled + to_start + to_end) / sampled;
  if (rate) factor /= seconds(range);
  return result * factor;
}

}  // namespace

bool ReferenceEvaluator::matches(const promql::VectorSelector& selector, const Labels& labels) {
  return std::all_of(selector.matchers.begin(), selector.matchers.end(),
                     [&](const Matcher& m) { return m.matches(labels.get(m.name())); });
}

Timestamp ReferenceEvaluator::shifted(const promql::TimeShift& shift, Timestamp t) const {
  if (shift.at) t = *shift.at;
  if (shift.bound == promql::TimeShift::Bound::kStart) t = start_;
  if (shift.bound == promql::TimeShift::Bound::kEnd) t = end_;
  return t - shift.offset.ms;
}

std::optional<ReferenceEvaluator::Elements> ReferenceEvaluator::without_names(const Elements& elements) {
  Elements out;
  for (const auto& [labels, value] : elements) {
    LabelsBuilder builder(labels);
    builder.del(kMetricName);
    if (!out.emplace(builder.build(), value).second) return std::nullopt;
  }
  return out;
}

std::optional<ReferenceEvaluator::Elements> ReferenceEvaluator::evaluate(const promql::Expr& expr, Timestamp t) {
  if (const auto* n = std::get_if<promql::NumberLiteral>(&expr.node)) return Elements{{Labels(), n->value}};
  if (const auto* n = std::get_if<promql::ParenExpr>(&expr.node)) return evaluate(*n->expr, t);
  if (const auto* n = std::get_if<promql::VectorSelector>(&expr.node)) return evaluate_selector(*n, t);
  if (const auto* n = std::get_if<promql::BinaryExpr>(&expr.node)) return evaluate_binary(*n, t);
  if (const auto* n = std::get_if<promql::AggregateExpr>(&expr.node)) return evaluate_aggregate(*n, t);
  if (const auto* n = std::get_if<promql::Call>(&expr.node)) return evaluate_call(*n, t);
  const auto& unary = std::get<promql::UnaryExpr>(expr.node);
  auto elements = evaluate(*unary.expr, t);
  if (!elements || !unary.negative) return elements;
  for (auto& [labels, value] : *elements) value = -value;
  return without_names(*elements);
}

std::optional<ReferenceEvaluator::Elements> ReferenceEvaluator::evaluate_selector(
    const promql::VectorSelector& selector, Timestamp t) {
  const Timestamp at = shifted(selector.shift, t);
  Elements out;
  for (const auto& [labels, samples] : all_) {
    if (!matches(selector, labels)) continue;
    const Sample* newest = nullptr;
    for (const Sample& sample : samples) {
      if (sample.timestamp > at - kLookback && sample.timestamp <= at) newest = &sample;
    }
    if (newest != nullptr && !is_stale_marker(newest->value)) out[labels] = newest->value;
  }
  return out;
}

std::optional<ReferenceEvaluator::Elements> ReferenceEvaluator::evaluate_binary(const promql::BinaryExpr& binary,
                                                                                Timestamp t) {
  const auto lhs = evaluate(*binary.lhs, t);
  const auto rhs = evaluate(*binary.rhs, t);
  if (!lhs || !rhs) return std::nullopt;
  const bool scalar_left = type_of(*binary.lhs) == promql::ValueType::kScalar;
  const bool filter = is_comparison(binary.op) && !binary.return_bool;
  const Elements& vector = scalar_left ? *rhs : *lhs;
  const double scalar = (scalar_left ? *lhs : *rhs).begin()->second;
  Elements out;
  for (const auto& [labels, value] : vector) {
    const double result = operate(binary.op, scalar_left ? scalar : value, scalar_left ? value : scalar);
    if (!filter) out[labels] = result;
    if (filter && result != 0) out[labels] = value;
  }
  if (filter) return out;
  return without_names(out);
}

std::optional<ReferenceEvaluator::Elements> ReferenceEvaluator::evaluate_aggregate(
    const promql::AggregateExpr& aggregate, Timestamp t) {
  const auto elements = evaluate(*aggregate.expr, t);
  if (!elements) return std::nullopt;
  std::map<Labels, std::vector<double>> groups;
  for (const auto& [labels, value] : *elements) {
    std::vector<Label> kept;
    for (const Label& label : labels) {
      const auto& names = aggregate.grouping;
      const bool listed = std::find(names.begin(), names.end(), label.name) != names.end();
      if (aggregate.without ? !listed && label.name != kMetricName : listed) kept.push_back(label);
    }
    groups[Labels(std::move(kept))].push_back(value);
  }
  Elements out;
  for (const auto& [labels, values] : groups) out[labels] = aggregate_of(aggregate.op, values);
  return out;
}

std::optional<ReferenceEvaluator::Windows> ReferenceEvaluator::windows(const promql::Expr& expr, Timestamp t,
                                                                       Timestamp& end, int64_t& range) {
  Windows out;
  if (const auto* matrix = std::get_if<promql::MatrixSelector>(&expr.node)) {
    end = shifted(matrix->vector.shift, t);
    range = matrix->range.ms;
    for (const auto& [labels, samples] : all_) {
      if (!matches(matrix->vector, labels)) continue;
      for (const Sample& sample : samples) {
        const bool inside = sample.timestamp > end - range && sample.timestamp <= end;
        if (inside && !is_stale_marker(sample.value)) out[labels].push_back(sample);
      }
    }
    return out;
  }
  const auto& subquery = std::get<promql::SubqueryExpr>(expr.node);
  end = shifted(subquery.shift, t);
  range = subquery.range.ms;
  const int64_t step = subquery.step.ms == 0 ? kDefaultStep : subquery.step.ms;
  for (Timestamp at = end - range + 1; at <= end; ++at) {
    if (at % step != 0) continue;
    const auto elements = evaluate(*subquery.expr, at);
    if (!elements) return std::nullopt;
    for (const auto& [labels, value] : *elements) out[labels].push_back({at, value});
    at += step - 1;
  }
  return out;
}

std::optional<ReferenceEvaluator::Elements> ReferenceEvaluator::evaluate_call(const promql::Call& call, Timestamp t) {
  const std::string_view name = call.function->name;
  if (name == "time") return Elements{{Labels(), static_cast<double>(t) / 1000}};
  Timestamp end = 0;
  int64_t range = 0;
  const auto all = windows(*call.args[0], t, end, range);
  if (!all) return std::nullopt;
  Elements out;
  for (const auto& [labels, samples] : *all) {
    if (name == "count_over_time") {
      out[labels] = static_cast<double>(samples.size());
    } else if (name == "last_over_time") {
      out[labels] = samples.back().value;
    } else if (const auto value = extrapolate(samples, end, range, name != "delta", name == "rate")) {
      out[labels] = *value;
    }
  }
  if (name == "last_over_time") return out;
  return without_names(out);
}

}  // namespace narthex::testing
