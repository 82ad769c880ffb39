// Label sets without metric names, and series that become equal by it.
#pragma once

#include "promql/eval/operator.h"

namespace narthex::promql {

// __name__, and __type__ and __unit__ which go with it.
bool is_dropped_with_name(std::string_view label);
Labels without_name(const Labels& labels);

// Code and text for two series with equal labels at one step.
Error same_labelset();

// Adds the values of `from`. kExecution if both have one at the same step.
Result<> merge_into(StepColumn& into, const StepColumn& from);

}  // namespace narthex::promql
