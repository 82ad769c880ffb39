// Selectors: lookback, staleness, offset, @ and ranges. Source: PromQL spec, sections 3 and 16.
#include <gtest/gtest.h>

#include "tests/unit/promql/query_text.h"

namespace narthex::testing {
namespace {

class SelectorTest : public ::testing::Test, public QueryFixture {
 protected:
  SelectorTest() {
    add({{"__name__", "x"}, {"job", "a"}}, {{0, 1}, {60, 2}, {120, 3}});
    add({{"__name__", "x"}, {"job", "b"}}, {{0, 10}, {60, kStaleMarker}, {120, 30}});
    add({{"__name__", "y"}}, {{30, 5}});
  }
};

TEST_F(SelectorTest, Matchers) {
  EXPECT_EQ(instant("x", 0), "x{job=\"a\"} 1@0\nx{job=\"b\"} 10@0\n");
  EXPECT_EQ(instant("x{job=\"a\"}", 0), "x{job=\"a\"} 1@0\n");
  EXPECT_EQ(instant("x{job!=\"a\"}", 0), "x{job=\"b\"} 10@0\n");
  EXPECT_EQ(instant("x{job=~\"[ab]\"}", 0), "x{job=\"a\"} 1@0\nx{job=\"b\"} 10@0\n");
  EXPECT_EQ(instant("x{job!~\"b|c\"}", 0), "x{job=\"a\"} 1@0\n");
  EXPECT_EQ(instant("{__name__=~\".\",job=\"\"}", 30), "y 5@30\n");
  EXPECT_EQ(instant("{\"y\"}", 30), "y 5@30\n");
  EXPECT_EQ(instant("{\"x\",\"y\"}", 30), "");
  EXPECT_EQ(instant("nonexistent", 0), "");
}

TEST_F(SelectorTest, LookbackIsLeftOpen) {
  EXPECT_EQ(instant("y", 29.999), "");
  EXPECT_EQ(instant("y", 30), "y 5@30\n");
  EXPECT_EQ(instant("y", 329.999), "y 5@329.999\n");
  EXPECT_EQ(instant("y", 330), "");
  EXPECT_EQ(range("y", 30, 330, 100), "y 5@30 5@130 5@230\n");
}

TEST_F(SelectorTest, StaleMarkerEndsASeriesUntilItReturns) {
  EXPECT_EQ(range("x{job=\"b\"}", 0, 150, 30), "x{job=\"b\"} 10@0 10@30 30@120 30@150\n");
}

TEST_F(SelectorTest, OffsetAndAt) {
  EXPECT_EQ(instant("y offset 1m", 90), "y 5@90\n");
  EXPECT_EQ(instant("y offset 1m", 89), "");
  EXPECT_EQ(instant("y offset -1m", -30), "y 5@-30\n");
  EXPECT_EQ(instant("y @ 30", 10000), "y 5@10000\n");
  EXPECT_EQ(instant("y @ 90 offset 1m", 10000), "y 5@10000\n");
  EXPECT_EQ(instant("y offset 1m @ 90", 10000), "y 5@10000\n");
  EXPECT_EQ(range("x{job=\"a\"} @ start()", 60, 180, 60), "x{job=\"a\"} 2@60 2@120 2@180\n");
  EXPECT_EQ(range("x{job=\"a\"} @ end() offset 2m", 60, 180, 60), "x{job=\"a\"} 2@60 2@120 2@180\n");
}

TEST_F(SelectorTest, RangesAreLeftOpenAndWithoutStaleMarkers) {
  EXPECT_EQ(instant("x[2m]", 120), "x{job=\"a\"} 2@60 3@120\nx{job=\"b\"} 30@120\n");
  EXPECT_EQ(instant("x[121s]", 120), "x{job=\"a\"} 1@0 2@60 3@120\nx{job=\"b\"} 10@0 30@120\n");
  EXPECT_EQ(instant("x{job=\"a\"}[1m] offset 1m", 120), "x{job=\"a\"} 2@60\n");
  EXPECT_EQ(instant("x{job=\"a\"}[1m:30s]", 120), "x{job=\"a\"} 2@90 3@120\n");
  EXPECT_EQ(instant("x{job=\"a\"}[1m:1m]", 119), "x{job=\"a\"} 2@60\n");
}

TEST_F(SelectorTest, LastStepIsNotBehindTheEnd) { EXPECT_EQ(range("y", 30, 100, 60), "y 5@30 5@90\n"); }

TEST_F(SelectorTest, LiteralsAndConstants) {
  EXPECT_EQ(instant("1 + 2 * 3", 7), "7@7\n");
  EXPECT_EQ(instant("-2^2", 7), "-4@7\n");
  EXPECT_EQ(instant("\"a\\tb\"", 7), "\"a\\tb\"\n");
  EXPECT_EQ(instant("time()", 7.5), "7.5@7.5\n");
  EXPECT_EQ(range("time()", 1, 3, 1), "{} 1@1 2@2 3@3\n");
}

}  // namespace
}  // namespace narthex::testing
