// Aggregations: the input's series stream by, one column at a time; kept are only the accumulators of the groups.
#include <optional>

#include "promql/eval/accumulators.h"
#include "promql/eval/grouping.h"
#include "promql/eval/operator.h"

namespace narthex::promql {
namespace {

template <class Accumulator>
class Aggregate final : public Operator {
 public:
  Aggregate(const Plan& plan, OperatorPtr input, QueryContext& context)
      : Operator(plan.grid),
        aggregate_(std::get<AggregateExpr>(plan.expr->node)),
        input_(std::move(input)),
        held_(context.budget()) {}

  Result<> open() override {
    if (auto opened = input_->open(); !opened) return opened;
    groups_.emplace(aggregate_, *input_);
    return {};
  }
  size_t size() const override { return groups_->size(); }
  std::string_view label(size_t i, std::string_view name) const override { return groups_->labels(i).get(name); }
  Labels labels(size_t i) const override { return groups_->labels(i); }
  bool name_is_due(size_t i) const override { return groups_->name_is_due(i); }

  Result<> read(size_t i, StepColumn& out) override {
    if (auto ready = accumulate(); !ready) return ready;
    const Row& row = rows_[i];
    out.reset(grid().count);
    row.seen.for_each([&](size_t step) { out.set(step, row.steps[step].result()); });
    return {};
  }

 private:
  struct Row {
    std::vector<Accumulator> steps;
    StepColumn seen;  // only its presence is used
  };

  Result<> accumulate() {
    if (done_) return {};
    if (auto held = held_.resize(groups_->size() * grid().count); !held) return held;
    rows_.resize(groups_->size());
    for (Row& row : rows_) {
      row.steps.resize(grid().count);
      row.seen.reset(grid().count);
    }
    StepColumn column;
    for (size_t i = 0; i < input_->size(); ++i) {
      if (auto read = input_->read(i, column); !read) return read;
      Row& row = rows_[groups_->group_of(i)];
      column.for_each([&](size_t step) { row.steps[step].add(column.value(step)), row.seen.set(step, 0); });
    }
    input_.reset();
    done_ = true;
    return {};
  }

  const AggregateExpr& aggregate_;
  OperatorPtr input_;
  std::optional<Grouping> groups_;
  std::vector<Row> rows_;  // by group
  bool done_ = false;
  Held held_;
};

}  // namespace

OperatorPtr make_aggregate(const Plan& plan, OperatorPtr input, QueryContext& context) {
  const auto make = [&]<class Accumulator>() -> OperatorPtr {
    return std::make_unique<Aggregate<Accumulator>>(plan, std::move(input), context);
  };
  switch (std::get<AggregateExpr>(plan.expr->node).op) {
    case AggregateOp::kSum:
      return make.operator()<SumOf>();
    case AggregateOp::kAvg:
      return make.operator()<MeanOf>();
    case AggregateOp::kCount:
      return make.operator()<CountOf>();
    case AggregateOp::kMin:
      return make.operator()<MinOf>();
    case AggregateOp::kMax:
      return make.operator()<MaxOf>();
    case AggregateOp::kGroup:
      return make.operator()<GroupOf>();
    case AggregateOp::kStdvar:
      return make.operator()<VarianceOf>();
    case AggregateOp::kStddev:
      return make.operator()<DeviationOf>();
    default:
      return nullptr;
  }
}

}  // namespace narthex::promql
