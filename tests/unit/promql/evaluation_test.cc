// Rates, aggregations, arithmetic, names, limits. Source: PromQL spec, sections 3 to 6 and 11.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/clock.h"
#include "tests/unit/promql/query_text.h"

namespace narthex::testing {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
const double kNan = kNormalNan;

class EvaluationTest : public ::testing::Test, public QueryFixture {};

TEST_F(EvaluationTest, RateWorkedExamples) {
  add({{"__name__", "x_total"}}, {{5, 1}, {25, 4}, {40, 9}});
  EXPECT_EQ(instant("delta(x_total[1m])", 60), "{} 11.142857142857142@60\n");
  EXPECT_EQ(instant("increase(x_total[1m])", 60), "{} 11@60\n");
  EXPECT_EQ(instant("rate(x_total[1m])", 60), "{} 0.18333333333333332@60\n");

  add({{"__name__", "y_total"}}, {{0, 5}, {15, 15}, {30, 25}, {45, 35}, {60, 45}});
  EXPECT_EQ(instant("rate(y_total[1m])", 60), "{} 0.6666666666666666@60\n");
}

TEST_F(EvaluationTest, RateNeedsTwoSamples) {
  add({{"__name__", "x_total"}}, {{0, 1}, {60, 2}, {120, 3}});
  EXPECT_EQ(range("rate(x_total[1m])", 0, 120, 30), "");
  EXPECT_EQ(range("increase(x_total[90s])", 0, 180, 60), "{} 1.5@60 1.5@120\n");
}

TEST_F(EvaluationTest, CounterResetsAreAddedPerWindow) {
  add({{"__name__", "x_total"}}, {{0, 10}, {10, 20}, {20, 5}, {30, 15}, {40, 3}, {50, 13}});
  // Differences 10, 5, 10, 3, 10, each window of 21 s holds two of them and is extrapolated to its start, 1 s before.
  EXPECT_EQ(range("increase(x_total[21s])", 20, 50, 10), "{} 15.75@20 15.75@30 13.65@40 13.65@50\n");
  EXPECT_EQ(instant("delta(x_total[21s])", 20), "{} -5.25@20\n");
}

TEST_F(EvaluationTest, RateSkipsStaleMarkersAndTellsOfOddNames) {
  add({{"__name__", "x"}}, {{0, 1}, {15, 2}, {30, kStaleMarker}, {45, 4}});
  EXPECT_EQ(instant("sum(increase(x[46s]))", 45),
            "{} 3.0666666666666664@45\nPromQL info: metric might not be a counter, name does not end in "
            "_total/_sum/_count/_bucket: \"x\" (1:14)\n");
  EXPECT_EQ(instant("rate(x[1s])", 45), "") << "no result, no annotation";
}

TEST_F(EvaluationTest, SumCompensatesRounding) {
  add({{"__name__", "x"}, {"i", "1"}}, {{0, 1e100}});
  add({{"__name__", "x"}, {"i", "2"}}, {{0, 1}});
  add({{"__name__", "x"}, {"i", "3"}}, {{0, -1e100}});
  EXPECT_EQ(instant("sum(x)", 0), "{} 1@0\n");
  EXPECT_EQ(instant("avg(x)", 0), "{} 0.3333333333333333@0\n");
}

TEST_F(EvaluationTest, AverageSurvivesOverflow) {
  const double big = std::numeric_limits<double>::max();
  add({{"__name__", "x"}, {"i", "1"}}, {{0, big}});
  add({{"__name__", "x"}, {"i", "2"}}, {{0, big}});
  add({{"__name__", "y"}, {"i", "1"}}, {{0, kInf}});
  add({{"__name__", "y"}, {"i", "2"}}, {{0, 1}});
  add({{"__name__", "z"}, {"i", "1"}}, {{0, kInf}});
  add({{"__name__", "z"}, {"i", "2"}}, {{0, -kInf}});
  EXPECT_EQ(instant("avg(x) == bool max(x)", 0).substr(0, 5), "error");  // vector and vector
  EXPECT_EQ(instant("avg(x) / 1e300", 0), instant("max(x) / 1e300", 0));
  EXPECT_EQ(instant("sum(x)", 0), "{} +Inf@0\n");
  EXPECT_EQ(instant("avg(y)", 0), "{} +Inf@0\n");
  EXPECT_EQ(instant("avg(z)", 0), "{} NaN@0\n");
}

TEST_F(EvaluationTest, MinAndMaxPreferNumbersToNan) {
  add({{"__name__", "x"}, {"i", "1"}}, {{0, kNan}});
  EXPECT_EQ(instant("max(x)", 0), "{} NaN@0\n");
  add({{"__name__", "x"}, {"i", "2"}}, {{0, -3}});
  add({{"__name__", "x"}, {"i", "3"}}, {{0, kNan}});
  EXPECT_EQ(instant("max(x)", 0), "{} -3@0\n");
  EXPECT_EQ(instant("min(x)", 0), "{} -3@0\n");
}

TEST_F(EvaluationTest, Variance) {
  for (int i = 1; i <= 4; ++i) add({{"__name__", "x"}, {"i", std::to_string(i)}}, {{0, static_cast<double>(i)}});
  EXPECT_EQ(instant("stdvar(x)", 0), "{} 1.25@0\n");
  EXPECT_EQ(instant("stddev(x)", 0), "{} 1.118033988749895@0\n");
  add({{"__name__", "x"}, {"i", "0"}}, {{0, kInf}});
  EXPECT_EQ(instant("stdvar(x)", 0), "{} NaN@0\n");
}

TEST_F(EvaluationTest, Grouping) {
  add({{"__name__", "x"}, {"a", "1"}, {"b", "1"}}, {{0, 1}});
  add({{"__name__", "x"}, {"a", "1"}, {"b", "2"}}, {{0, 2}});
  add({{"__name__", "x"}, {"b", "12"}}, {{0, 4}});
  EXPECT_EQ(instant("sum by (a) (x)", 0), "{a=\"1\"} 3@0\n{} 4@0\n");
  EXPECT_EQ(instant("sum by (a, nonexistent) (x)", 0), "{a=\"1\"} 3@0\n{} 4@0\n");
  EXPECT_EQ(instant("sum without (b) (x)", 0), "{a=\"1\"} 3@0\n{} 4@0\n");
  EXPECT_EQ(instant("count by (__name__) (x)", 0), "x 3@0\n");
  EXPECT_EQ(instant("sum by () (x)", 0), "{} 7@0\n");
  EXPECT_EQ(instant("sum without () (x{a=\"1\"})", 0), "{a=\"1\", b=\"1\"} 1@0\n{a=\"1\", b=\"2\"} 2@0\n");
  EXPECT_EQ(instant("sum(nonexistent)", 0), "");
  EXPECT_EQ(instant("group by (a) (x)", 0), "{a=\"1\"} 1@0\n{} 1@0\n");
}

TEST_F(EvaluationTest, ScalarArithmetic) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"1 / 0", "+Inf"},
      {"-1 / 0", "-Inf"},
      {"0 / 0", "NaN"},
      {"5 % -3", "2"},
      {"-5 % 3", "-2"},
      {"1 % 0", "NaN"},
      {"2 ^ 0.5", "1.4142135623730951"},
      {"1 == bool NaN", "0"},
      {"NaN != bool NaN", "1"},
      {"2 > bool 1", "1"},
      {"1 >= bool 2", "0"},
      {"1 atan2 1", "0.7853981633974483"},
      {"-(3)", "-3"},
      {"+(3)", "3"},
      {"scalar(vector(4)) + pi()", "7.141592653589793"},
      {"5m", "300"},
      {"-1 ^ 2", "-1"},
  };
  for (const auto& [query, wanted] : cases) EXPECT_EQ(instant(query, 0), wanted + "@0\n") << query;
}

TEST_F(EvaluationTest, VectorAndScalar) {
  add({{"__name__", "x"}, {"i", "1"}}, {{0, 1}});
  add({{"__name__", "x"}, {"i", "2"}}, {{0, 2}});
  EXPECT_EQ(instant("x * 2", 0), "{i=\"1\"} 2@0\n{i=\"2\"} 4@0\n");
  EXPECT_EQ(instant("2 - x", 0), "{i=\"1\"} 1@0\n{i=\"2\"} 0@0\n");
  EXPECT_EQ(instant("x > 1", 0), "x{i=\"2\"} 2@0\n");
  EXPECT_EQ(instant("1 < x", 0), "x{i=\"2\"} 2@0\n") << "the vector's value, though it is on the right";
  EXPECT_EQ(instant("x > bool 1", 0), "{i=\"1\"} 0@0\n{i=\"2\"} 1@0\n");
  EXPECT_EQ(instant("-x", 0), "{i=\"1\"} -1@0\n{i=\"2\"} -2@0\n");
  EXPECT_EQ(instant("+x", 0), "x{i=\"1\"} 1@0\nx{i=\"2\"} 2@0\n");
  EXPECT_EQ(range("x >= time()", 0, 3, 1), "x{i=\"1\"} 1@0 1@1\nx{i=\"2\"} 2@0 2@1 2@2\n");
  EXPECT_EQ(instant("scalar(x)", 0), "NaN@0\n");
  EXPECT_EQ(instant("scalar(x > 1)", 0), "2@0\n");
}

TEST_F(EvaluationTest, NamesGoAtOnceOrAtTheEnd) {
  add({{"__name__", "x"}, {"__type__", "gauge"}, {"i", "1"}}, {{0, 1}});
  add({{"__name__", "y"}, {"i", "1"}}, {{600, 2}});
  add({{"__name__", "z"}, {"i", "1"}}, {{600, 4}});
  const std::string conflict = "error: vector cannot contain metrics with the same labelset";
  for (const bool delayed : {false, true}) {
    options().features.delayed_name_removal = delayed;
    EXPECT_EQ(instant("-x", 0), "{i=\"1\"} -1@0\n");
    EXPECT_EQ(range("-{i=\"1\",__name__!=\"z\"}", 0, 600, 300), "{i=\"1\"} -1@0 -2@600\n") << "merged";
    EXPECT_EQ(instant("-{i=\"1\"}", 600), conflict);
  }
  options().features.delayed_name_removal = false;
  EXPECT_EQ(instant("sum by (__name__) (-y)", 600), "{} -2@600\n");
  EXPECT_EQ(instant("sum(-{i=\"1\"})", 600), conflict);
  options().features.delayed_name_removal = true;
  EXPECT_EQ(instant("sum(-{i=\"1\"})", 600), "{} -6@600\n") << "names go after the sum";
}

TEST_F(EvaluationTest, FunctionsOfAWindow) {
  add({{"__name__", "x"}}, {{0, 1}, {10, 4}, {20, 2}, {30, 2}, {40, 8}});
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"sum_over_time(x[1m])", "17"},
      {"avg_over_time(x[1m])", "3.4"},
      {"min_over_time(x[1m])", "1"},
      {"max_over_time(x[1m])", "8"},
      {"changes(x[1m])", "3"},
      {"resets(x[1m])", "1"},
      {"irate(x[1m])", "0.6"},
      {"idelta(x[1m])", "6"},
      {"stdvar_over_time(x[1m])", "6.24"},
      {"deriv(x[1m])", "0.12"},
      {"predict_linear(x[1m], 60)", "13"},
      {"ts_of_max_over_time(x[1m])", "40"},
      {"ts_of_min_over_time(x[1m])", "0"},
      {"first_over_time(x[1m])", "1"},
      {"present_over_time(x[1m])", "1"},
  };
  for (const auto& [query, wanted] : cases) {
    const std::string name = query.starts_with("first") ? "x " : "{} ";
    EXPECT_EQ(instant(query, 40), name + wanted + "@40\n") << query;
  }
  EXPECT_EQ(instant("irate(x[20s])", 30), "{} 0@30\n");
  EXPECT_EQ(instant("irate(x[20s])", 20), "{} 0.2@20\n") << "after a reset the last value alone";
}

TEST_F(EvaluationTest, FunctionsOfAValue) {
  add({{"__name__", "x"}}, {{0, -2.5}});
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"abs(x)", "2.5"},
      {"ceil(x)", "-2"},
      {"floor(x)", "-3"},
      {"round(x)", "-2"},
      {"round(x, 2)", "-2"},
      {"round(x, 0)", "NaN"},
      {"sgn(x)", "-1"},
      {"sqrt(x)", "NaN"},
      {"clamp(x, -1, 1)", "-1"},
      {"clamp(x, -5, NaN)", "NaN"},
      {"clamp_min(x, 3)", "3"},
      {"clamp_max(x, -3)", "-3"},
      {"round(vector(-0.5))", "0"},
      {"year()", "1970"},
      {"day_of_week()", "4"},
      {"days_in_month(vector(5e6))", "28"},
      {"hour(vector(-1))", "23"},
      {"day_of_year(vector(-1))", "365"},
      {"month(x * NaN)", "NaN"},
  };
  for (const auto& [query, wanted] : cases) EXPECT_EQ(instant(query, 0), "{} " + wanted + "@0\n") << query;
  EXPECT_EQ(instant("clamp(x, 1, -1)", 0), "");
}

TEST_F(EvaluationTest, Timestamps) {
  add({{"__name__", "x"}}, {{10, 1}});
  EXPECT_EQ(instant("timestamp(x)", 70), "{} 10@70\n");
  EXPECT_EQ(instant("timestamp((x offset 1m))", 70), "{} 10@70\n");
  EXPECT_EQ(instant("timestamp(-x)", 70), "{} 70@70\n");
}

TEST_F(EvaluationTest, Subqueries) {
  add({{"__name__", "x"}}, {{0, 0}, {60, 1}, {120, 2}, {180, 3}, {240, 4}});
  EXPECT_EQ(instant("count_over_time(x[4m:1m])", 240), "{} 4@240\n") << "left-open";
  EXPECT_EQ(instant("count_over_time(x[4m:])", 250), "{} 4@250\n") << "default step, aligned";
  EXPECT_EQ(range("increase(x[2m:1m] offset 1m)", 180, 300, 60),
            "{} 2@180 2@240 2@300\nPromQL info: metric might not "
            "be a counter, name does not end in _total/_sum/_count/_bucket: \"x\" (1:10)\n");
  EXPECT_EQ(instant("last_over_time((x > 2)[10m:1m] @ 240)", 0), "x 4@0\n");
  EXPECT_EQ(instant("count_over_time(x[10s:1m])", 50), "") << "no multiple of a minute in (40 s, 50 s]";
}

TEST_F(EvaluationTest, DurationExpressions) {
  add({{"__name__", "x"}}, {{0, 0}, {60, 1}, {120, 2}});
  EXPECT_EQ(instant("x offset (1m * 2)", 120), "x 0@120\n");
  EXPECT_EQ(range("count_over_time(x[2 * step()])", 60, 120, 60), "{} 2@60 2@120\n");
  EXPECT_EQ(instant("x[step()]", 0), "error: 2:8: duration must be greater than 0");
  EXPECT_EQ(instant("x[1m / step()]", 0), "error: 2:13: division by zero");
  EXPECT_EQ(instant("x[1m % (step())]", 0), "error: 2:15: modulo by zero");
}

TEST_F(EvaluationTest, WhatIsMissingIsNamed) {
  EXPECT_EQ(instant("histogram_quantile(0.9, x)", 0),
            "error: function \"histogram_quantile\" is not evaluated by this version");
  EXPECT_EQ(instant("rate(x[5m] smoothed)", 0), "error: the smoothed modifier is not evaluated by this version");
}

TEST_F(EvaluationTest, RangeQueriesOfOtherTypes) {
  EXPECT_EQ(range("x[5m]", 0, 60, 60),
            "error: invalid expression type \"range vector\" for range query, must be Scalar or instant Vector");
  EXPECT_EQ(range("\"x\"", 0, 60, 60),
            "error: invalid expression type \"string\" for range query, must be Scalar or instant Vector");
}

TEST_F(EvaluationTest, SampleLimit) {
  for (int i = 0; i < 10; ++i) {
    for (int t = 0; t < 100; t += 10) {
      add({{"__name__", "x"}, {"i", std::to_string(i)}}, {{static_cast<double>(t), 1}});
    }
  }
  const std::string refused = "error: query processing would load too many samples into memory in query execution";
  options().max_samples = 99;
  EXPECT_EQ(instant("x[100s]", 99).substr(0, 5), "error");
  options().max_samples = 110;
  EXPECT_NE(instant("x[100s]", 99).substr(0, 5), "error");
  options().max_samples = 12;
  EXPECT_EQ(instant("sum(count_over_time(x[100s]))", 99), "{} 100@99\n") << "one series at a time";
  options().max_samples = 9;
  EXPECT_EQ(instant("sum(count_over_time(x[100s]))", 99), refused);
}

TEST_F(EvaluationTest, TimeoutAndCancel) {
  // A clock that moves by a second with every look at it.
  class Hasty final : public Clock {
   public:
    int64_t now_ns() const override { return 0; }
    int64_t steady_ns() const override { return now_ += 1'000'000'000; }
    mutable int64_t now_ = 0;
  };
  for (int i = 0; i < 20; ++i) add({{"__name__", "x"}, {"i", std::to_string(i)}}, {{0, 1}});
  const Hasty clock;
  const auto ask = [&](int64_t timeout_ms, std::function<bool()> canceled) {
    const promql::Engine engine(options(), clock);
    promql::Query query;
    query.text = "sum(x)";
    query.timeout_ms = timeout_ms;
    query.canceled = std::move(canceled);
    const auto result = engine.instant(*store().view(), query);
    return result ? text_of(result) : std::to_string(static_cast<int>(result.error().code)) + text_of(result);
  };
  const auto code = [](Code c) { return std::to_string(static_cast<int>(c)); };
  EXPECT_EQ(ask(10'000, {}), code(Code::kTimeout) + "error: query timed out in expression evaluation");
  EXPECT_EQ(ask(100'000, {}), "{} 20@0\n");
  options().timeout_ms = 5'000;
  EXPECT_EQ(ask(100'000, {}), code(Code::kTimeout) + "error: query timed out in expression evaluation");
  options().timeout_ms = 100'000;
  int polls = 0;
  EXPECT_EQ(ask(0, [&] { return ++polls > 5; }),
            code(Code::kCanceled) + "error: query was canceled in expression evaluation");
  EXPECT_EQ(polls, 6);
}

TEST_F(EvaluationTest, FarAwayTimesDoNotOverflow) {
  add({{"__name__", "x"}}, {{0, 1}});
  EXPECT_EQ(instant("x @ 9e15", 0), "");
  EXPECT_EQ(instant("x @ -9e15 offset 290y", 0), "");
  EXPECT_EQ(instant("count_over_time(x[290y])", 0), "{} 1@0\n");
  EXPECT_EQ(instant("count_over_time(x[290y:1ms])", 0),
            "error: query processing would load too many samples into memory in query execution");
}

}  // namespace
}  // namespace narthex::testing
