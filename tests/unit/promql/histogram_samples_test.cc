// Native histograms in queries: selectors give them, everything else says that it does not take them.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "promql/parser.h"
#include "tests/unit/promql/query_text.h"

namespace narthex::testing {
namespace {

Histogram counted(uint64_t count) {
  Histogram h;
  h.count = h.zero_count = count;
  h.reset_hint = CounterResetHint::kNotReset;
  return h;
}

class HistogramSamples : public ::testing::Test, public QueryFixture {
 protected:
  HistogramSamples() {
    const Labels h{{"__name__", "h"}};
    store().add(h, 0, counted(1));
    store().add(h, 60'000, counted(2));
    add({{"__name__", "h"}}, {{120, kStaleMarker}, {240, 7}});
    store().add(h, 180'000, counted(3));
    add({{"__name__", "x"}}, {{0, 1}, {60, 2}});
    Histogram stale;
    stale.sum = kStaleMarker;
    store().add(Labels{{"__name__", "ended"}}, 0, counted(1));
    store().add(Labels{{"__name__", "ended"}}, 60'000, stale);
  }
};

TEST_F(HistogramSamples, TheNewestOfBothKindsCountsAndAMarkerEndsBoth) {
  EXPECT_EQ(instant("h", 59), "h h1@59\n");
  EXPECT_EQ(instant("h", 60), "h h2@60\n");
  EXPECT_EQ(instant("h", 120), "");
  EXPECT_EQ(instant("h", 200), "h h3@200\n");
  EXPECT_EQ(instant("h", 240), "h 7@240\n");
  EXPECT_EQ(instant("h", 539.999), "h 7@539.999\n");
  EXPECT_EQ(instant("h", 540), "");
  EXPECT_EQ(range("h", 0, 300, 60), "h 7@240 7@300 h1@0 h2@60 h3@180\n");
  EXPECT_EQ(range("(h)", 0, 60, 30), "h h1@0 h1@30 h2@60\n");
  EXPECT_EQ(range("ended", 0, 120, 30), "ended h1@0 h1@30\n");
}

TEST_F(HistogramSamples, OffsetAndAt) {
  EXPECT_EQ(instant("h offset 1m", 119), "h h1@119\n");
  EXPECT_EQ(instant("h @ 60", 9999), "h h2@9999\n");
  EXPECT_EQ(range("h @ 60", 0, 60, 30), "h h2@0 h2@30 h2@60\n");
  EXPECT_EQ(range("h @ end() offset 1m", 0, 60, 60), "h h1@0 h1@60\n");
  EXPECT_EQ(instant("+h", 60), "h h2@60\n");
}

TEST_F(HistogramSamples, RangesHoldBothKinds) {
  EXPECT_EQ(instant("h[10m]", 300), "h 7@240 h1@0 h2@60 h3@180\n");
  EXPECT_EQ(instant("h[1m]", 60), "h h2@60\n");
  EXPECT_EQ(instant("ended[5m]", 100), "ended h1@0\n");
  EXPECT_EQ(instant("h[2m:1m]", 60), "h h1@0 h2@60\n");
}

TEST_F(HistogramSamples, OfASubqueryHaveNoHint) {
  const promql::Engine engine(options());
  const auto hint = [&](const char* text) {
    promql::Query query;
    query.text = text;
    query.start = query.end = 60'000;
    const auto result = engine.instant(*store().view(), query);
    return std::get<promql::Matrix>(result->value).series.at(0).histograms.at(0).histogram->reset_hint;
  };
  EXPECT_EQ(hint("h[1m]"), CounterResetHint::kNotReset);
  EXPECT_EQ(hint("h[1m:1m]"), CounterResetHint::kUnknown);
}

TEST_F(HistogramSamples, NoOperatorTakesThemForNumbers) {
  const std::pair<const char*, const char*> cases[] = {
      {"rate(h[5m])", "function \"rate\""},
      {"count_over_time(h[5m])", "function \"count_over_time\""},
      {"last_over_time(h[5m])", "function \"last_over_time\""},
      {"max_over_time(h[5m:30s])", "function \"max_over_time\""},
      {"max_over_time((h @ 60)[5m:30s])", "function \"max_over_time\""},
      {"sum(h)", "aggregation \"sum\""},
      {"count by (x) (h)", "aggregation \"count\""},
      {"group(h @ 60)", "aggregation \"group\""},
      {"h + 1", "operator \"+\""},
      {"2 * h", "operator \"*\""},
      {"h > 1", "operator \">\""},
      {"h == bool 1", "operator \"==\""},
      {"-h", "operator \"-\""},
      {"abs(h)", "function \"abs\""},
      {"scalar(h)", "function \"scalar\""},
      {"day_of_week(h)", "function \"day_of_week\""},
      {"timestamp(+h)", "function \"timestamp\""},
      {"sum(abs(x)) + scalar(h)", "function \"scalar\""},
      {"vector(scalar(h))", "function \"scalar\""},
  };
  for (const auto& [query, what] : cases) {
    const std::string expected = fmt::format("error: {} of native histograms is not evaluated by this version", what);
    EXPECT_EQ(instant(query, 60), expected) << query;
    EXPECT_EQ(range(query, 0, 60, 30), expected) << query;
  }
}

TEST_F(HistogramSamples, OperatorsWorkWhereNoHistogramIsInSight) {
  EXPECT_EQ(instant("h + 1", 240), "{} 8@240\n");
  EXPECT_EQ(instant("sum(h)", 120), "");
  EXPECT_EQ(instant("count_over_time(h[1m])", 240), "{} 1@240\n");
  EXPECT_EQ(range("count_over_time(h[20s])", 80, 100, 20), "");
  EXPECT_EQ(range("count_over_time(h[25s])", 140, 260, 120), "{} 1@260\n") << "180 lies between the windows";
  EXPECT_EQ(instant("timestamp(h)", 70), "{} 60@70\n");
  EXPECT_EQ(instant("timestamp(h)", 250), "{} 240@250\n");
}

TEST_F(HistogramSamples, WeighAsMuchAsTheyAreLong) {
  options().max_samples = 10;
  EXPECT_EQ(instant("h", 60), "error: query processing would load too many samples into memory in query execution");
  EXPECT_EQ(instant("x", 60), "x 2@60\n");
}

TEST(SelectorsOf, FindsThemEverywhere) {
  const std::pair<const char*, const char*> cases[] = {
      {"1", ""},
      {"\"text\"", ""},
      {"time()", ""},
      {"a", "[__name__=\"a\"]"},
      {"a{b!=\"c\"}[5m]", "[b!=\"c\" __name__=\"a\"]"},
      {"-(sum by (x) (rate(a[5m])) / on (y) b)", "[__name__=\"a\"][__name__=\"b\"]"},
      {"max_over_time(a[5m:1m] @ 7) + topk(scalar(n), b)", "[__name__=\"a\"][__name__=\"n\"][__name__=\"b\"]"},
  };
  for (const auto& [query, expected] : cases) {
    const auto expr = promql::parse_expr(query, {});
    ASSERT_TRUE(expr) << query;
    std::string text;
    for (const auto& matchers : promql::selectors_of(**expr)) {
      for (const Matcher& m : matchers) text += (&m == &matchers.front() ? "[" : " ") + m.str();
      text += "]";
    }
    EXPECT_EQ(text, expected) << query;
  }
}

}  // namespace
}  // namespace narthex::testing
