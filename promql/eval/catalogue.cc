#include "promql/eval/catalogue.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace narthex::promql {
namespace {

struct NamedEvaluation {
  std::string_view name;
  Evaluation evaluation;
};
constexpr std::array kSpecial = std::to_array<NamedEvaluation>({
    {"end", Evaluation::kConstant},
    {"pi", Evaluation::kConstant},
    {"range", Evaluation::kConstant},
    {"scalar", Evaluation::kScalarOf},
    {"start", Evaluation::kConstant},
    {"step", Evaluation::kConstant},
    {"time", Evaluation::kConstant},
    {"timestamp", Evaluation::kTimestamp},
    {"vector", Evaluation::kVectorOf},
});

}  // namespace

Evaluation evaluation_of(std::string_view function) {
  for (const auto& [name, evaluation] : kSpecial) {
    if (name == function) return evaluation;
  }
  if (find_map_function(function) != nullptr) return Evaluation::kMap;
  if (make_window_function(function) != nullptr) return Evaluation::kWindow;
  return Evaluation::kNone;
}

bool keeps_name(std::string_view function) { return function == "last_over_time" || function == "first_over_time"; }

bool is_evaluated(AggregateOp op) { return !has_parameter(op); }

}  // namespace narthex::promql
