#include "model/histogram_check.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace narthex {
namespace {

constexpr double kInf = HUGE_VAL;
const double kNan = std::nan("");
constexpr char kSpansMismatch[] = "histogram spans specify different number of buckets than provided";
constexpr char kNegativeCount[] = "histogram has a bucket whose observation count is negative";
constexpr char kNegativeOffset[] = "histogram has a span whose offset is negative";

Histogram integers() {
  Histogram h;
  h.count = 12;
  h.sum = 3.5;
  h.zero_threshold = 0.001;
  h.zero_count = 2;
  h.positive = {.spans = {{-2, 2}, {1, 1}}, .integers = {1, 2, 3}, .floats = {}};
  h.negative = {.spans = {{0, 2}}, .integers = {0, 4}, .floats = {}};
  return h;
}

Histogram floats() {
  Histogram h = integers();
  h.is_float = true;
  h.count = h.zero_count = 0;
  h.count_float = 12.5;
  h.zero_count_float = 0.5;
  h.positive = {.spans = {{-2, 2}, {1, 1}}, .integers = {}, .floats = {1, 2.5, 3}};
  h.negative = {.spans = {{0, 2}}, .integers = {}, .floats = {0, 4}};
  return h;
}

Histogram custom() {
  Histogram h;
  h.schema = kCustomBucketsSchema;
  h.count = 6;
  h.sum = 3.5;
  h.positive = {.spans = {{0, 2}, {1, 1}}, .integers = {1, 2, 3}, .floats = {}};
  h.custom_bounds = {0.5, 1, 2};
  return h;
}

template <class Change>
std::string verdict(Histogram h, Change change) {
  change(h);
  const auto result = check_histogram(h);
  if (result) return "ok";
  EXPECT_EQ(result.error().code, Code::kInvalid);
  return result.error().message;
}

using H = Histogram;

TEST(HistogramCheck, SoundOnes) {
  const auto same = [](H&) {};
  EXPECT_EQ(verdict(integers(), same), "ok");
  EXPECT_EQ(verdict(floats(), same), "ok");
  EXPECT_EQ(verdict(custom(), same), "ok");
  EXPECT_EQ(verdict(H{}, same), "ok");
  EXPECT_EQ(verdict(floats(), [](H& h) { h.count_float = 1; }), "ok") << "sums of floats are not checked";
  EXPECT_EQ(verdict(floats(), [](H& h) { h.sum = h.count_float = h.positive.floats[0] = kNan; }), "ok");
  EXPECT_EQ(verdict(integers(), [](H& h) { h.sum = kNan, h.count = 13; }), "ok") << "NaN is observed, in no bucket";
  EXPECT_EQ(verdict(integers(), [](H& h) { h.sum = kStaleMarker, h.count = 12; }), "ok");
  EXPECT_EQ(verdict(integers(), [](H& h) { h.sum = -kInf; }), "ok");
  EXPECT_EQ(verdict(integers(), [](H& h) { h.positive.spans = {{-2, 0}, {0, 3}}; }), "ok");
}

TEST(HistogramCheck, Schema) {
  for (const int32_t good : {-4, 0, 8}) EXPECT_EQ(verdict(integers(), [&](H& h) { h.schema = good; }), "ok") << good;
  for (const int32_t bad : {-5, 9, -52, -54, 53, std::numeric_limits<int32_t>::min()}) {
    EXPECT_EQ(verdict(integers(), [&](H& h) { h.schema = bad; }),
              "histogram has an invalid schema, which must be between -4 and 8 for exponential buckets, or -53 for "
              "custom buckets, got schema " +
                  std::to_string(bad));
  }
}

TEST(HistogramCheck, Spans) {
  for (const H& h : {integers(), floats()}) {
    EXPECT_EQ(verdict(h, [](H& x) { x.positive.spans[1].offset = -1; }),
              std::string("positive side: span number 2 with offset -1: ") + kNegativeOffset);
    EXPECT_EQ(verdict(h,
                      [](H& x) {
                        x.negative.spans = {{-5, 1}, {0, 1}, {-7, 0}};
                      }),
              std::string("negative side: span number 3 with offset -7: ") + kNegativeOffset);
    EXPECT_EQ(verdict(h, [](H& x) { x.positive.spans[0].length = 4; }),
              std::string("positive side: spans need 5 buckets, have 3 buckets: ") + kSpansMismatch);
    EXPECT_EQ(verdict(h, [](H& x) { x.negative.spans.clear(); }),
              std::string("negative side: spans need 0 buckets, have 2 buckets: ") + kSpansMismatch);
    EXPECT_EQ(verdict(h,
                      [](H& x) {
                        x.negative.spans = {{0, UINT32_MAX}, {0, UINT32_MAX}};
                      }),
              std::string("negative side: spans need 8589934590 buckets, have 2 buckets: ") + kSpansMismatch);
  }
}

TEST(HistogramCheck, NegativeCounts) {
  EXPECT_EQ(verdict(integers(), [](H& h) { h.positive.integers[2] = -3; }),
            std::string("positive side: bucket number 3 has observation count of -3: ") + kNegativeCount);
  EXPECT_EQ(verdict(integers(), [](H& h) { h.negative.integers[0] = h.positive.integers[0] = -4; }),
            std::string("negative side: bucket number 1 has observation count of -4: ") + kNegativeCount);
  EXPECT_EQ(verdict(floats(), [](H& h) { h.positive.floats[1] = -0.5; }),
            std::string("positive side: bucket number 2 has observation count of -0.5: ") + kNegativeCount);
  EXPECT_EQ(verdict(floats(), [](H& h) { h.negative.floats[1] = -1e7; }),
            std::string("negative side: bucket number 2 has observation count of -1e+07: ") + kNegativeCount);
  EXPECT_EQ(verdict(floats(), [](H& h) { h.zero_count_float = -1; }),
            std::string("zero bucket has observation count of -1: ") + kNegativeCount);
  EXPECT_EQ(verdict(floats(), [](H& h) { h.count_float = -1; }),
            "observation count is  -1: histogram's observation count is negative");
  EXPECT_EQ(verdict(custom(), [](H& h) { h.positive.integers[0] = -1; }),
            std::string("positive side: bucket number 1 has observation count of -1: ") + kNegativeCount);
}

TEST(HistogramCheck, Sums) {
  EXPECT_EQ(verdict(integers(), [](H& h) { h.count = 13; }),
            "12 observations found in buckets, but the Count field is 13: histogram's observation count should equal "
            "the number of observations found in the buckets (in absence of NaN)");
  EXPECT_EQ(verdict(integers(), [](H& h) { h.count = 11; }),
            "12 observations found in buckets, but the Count field is 11: histogram's observation count should equal "
            "the number of observations found in the buckets (in absence of NaN)");
  EXPECT_EQ(verdict(integers(), [](H& h) { h.count = 11, h.sum = kNan; }),
            "12 observations found in buckets, but the Count field is 11: histogram's observation count should be at "
            "least the number of observations found in the buckets");
  EXPECT_EQ(verdict(custom(), [](H& h) { h.count = 5; }),
            "6 observations found in buckets, but the Count field is 5: histogram's observation count should equal "
            "the number of observations found in the buckets (in absence of NaN)");
}

TEST(HistogramCheck, CustomBuckets) {
  const struct {
    void (*change)(H&);
    std::string expected;
  } cases[] = {
      {[](H& h) { h.custom_bounds[1] = kNan; }, "histogram custom bounds must not be NaN"},
      {[](H& h) { h.custom_bounds[1] = 0.5; },
       "previous bound is 0.500000 and current is 0.500000: histogram custom bounds must be in strictly increasing "
       "order"},
      {[](H& h) { h.custom_bounds[0] = -kInf; },
       "previous bound is -Inf and current is -Inf: histogram custom bounds must be in strictly increasing order"},
      {[](H& h) {
         h.custom_bounds = {0.5, kInf, 1};
       },
       "previous bound is +Inf and current is 1.000000: histogram custom bounds must be in strictly increasing order"},
      {[](H& h) { h.custom_bounds[2] = kInf; },
       "last +Inf bound must not be explicitly defined: histogram custom bounds must be finite"},
      {[](H& h) { h.custom_bounds.resize(2); },
       "only 2 custom bounds defined which is insufficient to cover total span length of 4: histogram custom bounds "
       "are too few"},
      {[](H& h) { h.positive.spans[0].offset = -1; }, std::string("span number 1 with offset -1: ") + kNegativeOffset},
      {[](H& h) { h.positive.spans[0].length = 3; },
       std::string("spans need 4 buckets, have 3 buckets: ") + kSpansMismatch},
      {[](H& h) { h.zero_count = 1; }, "must have zero count of 0"},
      {[](H& h) { h.zero_threshold = 1; }, "must have zero threshold of 0"},
      {[](H& h) {
         h.negative.spans = {{0, 1}};
       },
       "must not have negative spans"},
      {[](H& h) { h.negative.integers = {1}; }, "must not have negative buckets"},
  };
  for (const auto& [change, expected] : cases) EXPECT_EQ(verdict(custom(), change), "custom buckets: " + expected);
  EXPECT_EQ(verdict(integers(), [](H& h) { h.custom_bounds = {1}; }),
            "histogram with exponential schema must not have custom bounds");
}

}  // namespace
}  // namespace narthex
