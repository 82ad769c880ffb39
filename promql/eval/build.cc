#include "promql/eval/operator.h"

namespace narthex::promql {
namespace {

std::vector<OperatorPtr> parameters_of(const Plan& plan, size_t except, QueryContext& context) {
  std::vector<OperatorPtr> parameters;
  for (size_t i = 0; i < plan.inputs.size(); ++i) {
    if (i != except) parameters.push_back(build_operator(*plan.inputs[i], context));
  }
  return parameters;
}

OperatorPtr build_range_function(const Plan& plan, QueryContext& context) {
  size_t range = 0;
  while (plan.inputs[range]->type != ValueType::kMatrix) ++range;
  return make_range_function(plan, build_range_source(*plan.inputs[range], context),
                             parameters_of(plan, range, context), context);
}

OperatorPtr build_vector_scalar(const Plan& plan, QueryContext& context) {
  const size_t scalar = plan.scalar_left ? 0 : 1;
  return make_vector_scalar(plan, build_operator(*plan.inputs[1 - scalar], context),
                            build_operator(*plan.inputs[scalar], context));
}

}  // namespace

OperatorPtr build_operator(const Plan& plan, QueryContext& context) {
  const auto input = [&](size_t i) { return build_operator(*plan.inputs[i], context); };
  switch (plan.kind) {
    case PlanKind::kNumber:
    case PlanKind::kTime:
      return make_scalar(plan);
    case PlanKind::kInstantSelector:
      return make_instant_selector(plan, context);
    case PlanKind::kBroadcast:
      return make_broadcast(plan, input(0));
    case PlanKind::kDropName:
      return make_drop_name(plan, input(0), context);
    case PlanKind::kNegate:
      return make_negate(plan, input(0));
    case PlanKind::kScalarBinary:
      return make_scalar_binary(plan, input(0), input(1));
    case PlanKind::kVectorScalar:
      return build_vector_scalar(plan, context);
    case PlanKind::kMap:
      return make_map(plan, input(0), parameters_of(plan, 0, context));
    case PlanKind::kScalarOf:
      return make_scalar_of(plan, input(0));
    case PlanKind::kVectorOf:
      return make_vector_of(plan, input(0));
    case PlanKind::kRangeFunction:
      return build_range_function(plan, context);
    case PlanKind::kAggregate:
      return make_aggregate(plan, input(0), context);
    case PlanKind::kRangeSelector:
    case PlanKind::kSubquery:
      break;
  }
  return nullptr;
}

RangeSourcePtr build_range_source(const Plan& plan, QueryContext& context) {
  if (plan.kind == PlanKind::kRangeSelector) return make_range_selector(plan, context);
  return make_subquery(plan, build_operator(*plan.inputs[0], context), context);
}

}  // namespace narthex::promql
