#include "promql/parser.h"
#include "promql/plan/plan.h"

namespace narthex::promql {
namespace {

std::string_view text_of(PlanKind kind) {
  switch (kind) {
    case PlanKind::kNumber:
      return "number";
    case PlanKind::kTime:
      return "time";
    case PlanKind::kInstantSelector:
      return "instant_selector";
    case PlanKind::kRangeSelector:
      return "range_selector";
    case PlanKind::kSubquery:
      return "subquery";
    case PlanKind::kBroadcast:
      return "broadcast";
    case PlanKind::kDropName:
      return "drop_name";
    case PlanKind::kNegate:
      return "negate";
    case PlanKind::kScalarBinary:
      return "scalar_binary";
    case PlanKind::kVectorScalar:
      return "vector_scalar";
    case PlanKind::kMap:
      return "map";
    case PlanKind::kScalarOf:
      return "scalar_of";
    case PlanKind::kVectorOf:
      return "vector_of";
    case PlanKind::kRangeFunction:
      return "range_function";
    case PlanKind::kAggregate:
      return "aggregate";
  }
  return "";
}

void dump_node(const Plan& plan, size_t depth, std::string& out) {
  out.append(2 * depth, ' ').append(text_of(plan.kind));
  out.append(" [" + std::to_string(plan.grid.start) + " +" + std::to_string(plan.grid.step) + " x" +
             std::to_string(plan.grid.count) + "]");
  const bool selector = plan.kind == PlanKind::kInstantSelector || plan.kind == PlanKind::kRangeSelector;
  if (selector) out.append(" scan " + std::to_string(plan.scan));
  if (plan.window_ms != 0) out.append(" window " + std::to_string(plan.window_ms));
  if (plan.offset_ms != 0) out.append(" offset " + std::to_string(plan.offset_ms));
  if (plan.fixed) out.append(" at " + std::to_string(*plan.fixed));
  out += '\n';
  for (const PlanPtr& input : plan.inputs) dump_node(*input, depth + 1, out);
}

}  // namespace

std::string dump(const QueryPlan& plan) {
  std::string out;
  dump_node(*plan.root, 0, out);
  for (size_t i = 0; i < plan.scans.size(); ++i) {
    const Scan& scan = plan.scans[i];
    out.append("scan " + std::to_string(i) + " [" + std::to_string(scan.from) + ", " + std::to_string(scan.to) + "]");
    for (const Matcher& matcher : scan.matchers) out.append(" ").append(matcher.str());
    out += '\n';
  }
  return out;
}

}  // namespace narthex::promql
