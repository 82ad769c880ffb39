// What this version evaluates, and with what.
#pragma once

#include <memory>
#include <string_view>

#include "promql/ast.h"
#include "promql/eval/window_function.h"

namespace narthex::promql {

// The shape of a function's evaluation.
enum class Evaluation {
  kNone,      // not evaluated by this version
  kConstant,  // time(), pi(), start(), …
  kTimestamp,
  kScalarOf,
  kVectorOf,
  kMap,     // each element alone
  kWindow,  // each window of a range vector
};
Evaluation evaluation_of(std::string_view function);

// last_over_time and first_over_time return values as they were, so they keep the name.
bool keeps_name(std::string_view function);

bool is_evaluated(AggregateOp op);

// One element's new value: its value, the evaluation time in seconds, the scalar parameters at this step.
// False: no result. Null if there is no such function.
using MapFunction = bool (*)(double value, double time, const double* parameters, double& out);
MapFunction find_map_function(std::string_view function);

// Null if there is no such function.
std::unique_ptr<WindowFunction> make_window_function(std::string_view function);

}  // namespace narthex::promql
