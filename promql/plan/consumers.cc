// Which operator takes a selector's samples. None of them evaluates native histograms so far: a selector that is about
// to hand one to an operator refuses the query with the operator's name, so that no histogram is passed over silently.
#include "base/quote.h"
#include "promql/plan/plan.h"

namespace narthex::promql {
namespace {

struct Describe {
  std::string operator()(const Call& call) const { return "function " + go_quote(call.function->name); }
  std::string operator()(const AggregateExpr& aggregate) const {
    return "aggregation " + go_quote(text_of(aggregate.op));
  }
  std::string operator()(const BinaryExpr& binary) const { return "operator " + go_quote(text_of(binary.op)); }
  std::string operator()(const UnaryExpr&) const { return "operator \"-\""; }
  template <class Other>
  std::string operator()(const Other&) const {
    return "";
  }
};

// What hands samples on as they are.
bool is_transparent(PlanKind kind) {
  return kind == PlanKind::kBroadcast || kind == PlanKind::kDropName || kind == PlanKind::kSubquery;
}

void name_consumer(Plan& plan, const std::string& consumer) {
  const bool selector = plan.kind == PlanKind::kInstantSelector || plan.kind == PlanKind::kRangeSelector;
  if (selector && !plan.own_timestamps) plan.consumer = consumer;
  const std::string own = is_transparent(plan.kind) ? consumer : std::visit(Describe{}, plan.expr->node);
  for (const PlanPtr& input : plan.inputs) name_consumer(*input, own);
}

}  // namespace

void name_consumers(Plan& root) { name_consumer(root, ""); }

}  // namespace narthex::promql
