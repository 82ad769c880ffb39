#include <cmath>

#include "promql/plan/plan.h"

namespace narthex::promql {
namespace {

// Nanoseconds in an int64.
constexpr double kMaxSeconds = 9223372036.854775;

Error at_span(const DurationExpr& expr, std::string_view what) {
  return invalid(std::to_string(expr.span.start) + ":" + std::to_string(expr.span.end) + ": " + std::string(what));
}

struct Evaluator {
  double step_seconds;
  double range_seconds;

  Result<double> run(const DurationExpr& expr) const {
    using Kind = DurationExpr::Kind;
    switch (expr.kind) {
      case Kind::kLiteral:
        return expr.value;
      case Kind::kStep:
        return step_seconds;
      case Kind::kRange:
        return range_seconds;
      case Kind::kUnary: {
        auto value = run(*expr.rhs);
        if (value) *value = -*value;
        return value;
      }
      default:
        break;
    }
    const auto lhs = run(*expr.lhs);
    if (!lhs) return lhs;
    const auto rhs = run(*expr.rhs);
    if (!rhs) return rhs;
    if (expr.kind == Kind::kMinOf) return std::fmin(*lhs, *rhs);
    if (expr.kind == Kind::kMaxOf) return std::fmax(*lhs, *rhs);
    return combine(expr, *lhs, *rhs);
  }

  static Result<double> combine(const DurationExpr& expr, double lhs, double rhs) {
    switch (expr.op) {
      case BinaryOp::kAdd:
        return lhs + rhs;
      case BinaryOp::kSub:
        return lhs - rhs;
      case BinaryOp::kMul:
        return lhs * rhs;
      case BinaryOp::kDiv:
        if (rhs == 0) return at_span(expr, "division by zero");
        return lhs / rhs;
      case BinaryOp::kMod:
        if (rhs == 0) return at_span(expr, "modulo by zero");
        return std::fmod(lhs, rhs);
      default:
        return std::pow(lhs, rhs);
    }
  }
};

}  // namespace

Result<int64_t> evaluate_duration(const DurationValue& duration, int64_t step_ms, int64_t range_ms, bool positive) {
  if (!duration.expr) return duration.ms;
  const Evaluator evaluator{static_cast<double>(step_ms) / 1000, static_cast<double>(range_ms) / 1000};
  const auto seconds = evaluator.run(*duration.expr);
  if (!seconds) return seconds.error();
  if (positive && *seconds <= 0) return at_span(*duration.expr, "duration must be greater than 0");
  if (!(std::abs(*seconds) <= kMaxSeconds)) return at_span(*duration.expr, "duration out of range");
  return whole_milliseconds(*seconds);
}

}  // namespace narthex::promql
