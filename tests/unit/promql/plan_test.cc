// Plans as text: grids, windows, offsets, shared scans, and what is evaluated only once.
#include "promql/plan/plan.h"

#include <gtest/gtest.h>

namespace narthex::promql {
namespace {

std::string plan_of(const std::string& query) {
  const auto expr = parse_expr(query, {true, true, true, true, true});
  if (!expr) return expr.error().message;
  PlanParameters p;
  p.start = 600'000;
  p.end = 720'000;
  p.step_ms = 60'000;
  p.grid = {p.start, p.step_ms, 3};
  p.lookback_ms = 300'000;
  p.default_subquery_step_ms = 60'000;
  p.max_steps = 1000;
  const auto plan = make_plan(**expr, p);
  return plan ? "\n" + dump(*plan) : plan.error().message;
}

TEST(PlanTest, Windows) {
  EXPECT_EQ(plan_of("sum by (a) (rate(x[5m] offset 1m))"), R"(
aggregate [600000 +60000 x3]
  drop_name [600000 +60000 x3]
    range_function [600000 +60000 x3]
      range_selector [600000 +60000 x3] scan 0 window 300000 offset 60000
scan 0 [240001, 660000] __name__="x"
)");
}

TEST(PlanTest, EqualSelectorsShareAScan) {
  EXPECT_EQ(plan_of("scalar(x) + scalar(x offset 10m) * scalar(x{a=\"b\"})"), R"(
scalar_binary [600000 +60000 x3]
  scalar_of [600000 +60000 x3]
    instant_selector [600000 +60000 x3] scan 0 window 300000
  scalar_binary [600000 +60000 x3]
    scalar_of [600000 +60000 x3]
      instant_selector [600000 +60000 x3] scan 0 window 300000 offset 600000
    scalar_of [600000 +60000 x3]
      instant_selector [600000 +60000 x3] scan 1 window 300000
scan 0 [-299999, 720000] __name__="x"
scan 1 [300001, 720000] a="b" __name__="x"
)");
}

TEST(PlanTest, WhatIsTheSameAtEveryStepIsEvaluatedOnce) {
  EXPECT_EQ(plan_of("sum(rate(x[5m] @ end())) * 2"), R"(
broadcast [600000 +60000 x3]
  drop_name [600000 +60000 x1]
    vector_scalar [600000 +60000 x1]
      aggregate [600000 +60000 x1]
        drop_name [600000 +60000 x1]
          range_function [600000 +60000 x1]
            range_selector [600000 +60000 x1] scan 0 window 300000 at 720000
      number [600000 +60000 x1]
scan 0 [420001, 720000] __name__="x"
)");
  EXPECT_EQ(plan_of("timestamp(x @ 5)").find("broadcast"), std::string::npos);
}

TEST(PlanTest, SubqueriesAreAlignedToTheirStep) {
  EXPECT_EQ(plan_of("count_over_time(x[130s:50s])"), R"(
drop_name [600000 +60000 x3]
  range_function [600000 +60000 x3]
    subquery [600000 +60000 x3] window 130000
      instant_selector [500000 +50000 x5] scan 0 window 300000
scan 0 [200001, 700000] __name__="x"
)");
}

}  // namespace
}  // namespace narthex::promql
