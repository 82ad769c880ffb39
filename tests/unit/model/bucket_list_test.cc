#include "model/bucket_list.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace narthex {
namespace {

TEST(BucketList, BoundsHaveTheReferencesBits) {
  const double largest = std::numeric_limits<double>::max();
  const double infinity = std::numeric_limits<double>::infinity();
  const struct {
    int64_t index;
    int32_t schema;
    double expected;
  } cases[] = {
      {0, 0, 1},
      {1, 0, 2},
      {-3, 0, 0.125},
      {1023, 0, std::ldexp(1, 1023)},
      {1024, 0, largest},
      {1025, 0, infinity},
      {-1074, 0, std::ldexp(1, -1074)},
      {-1075, 0, 0},
      {2, -2, 256},
      {64, -4, largest},
      {65, -4, infinity},
      {-1, -4, std::ldexp(1, -16)},
      {1, 1, 1.414213562373095},
      {2, 1, 2},
      {-1, 1, 0.7071067811865475},
      {1, 2, 1.189207115002721},
      {3, 2, 1.6817928305074288},
      {-4, 2, 0.5},
      {5, 3, 1.5422108254079407},
      {1024 * 256, 8, largest},
      {1024 * 256 + 1, 8, infinity},
      {INT64_C(1) << 40, 8, infinity},
      {INT64_C(1) << 40, -4, infinity},
      {1, INT32_MIN, infinity},  // no schema, no crash
      {1, INT32_MAX, 1},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(exponential_bound(c.index, c.schema), c.expected) << c.index << " of schema " << c.schema;
  }
}

TEST(BucketList, BoundsOfAllSchemasAscendAndAreClose) {
  for (int32_t schema = kMinExponentialSchema; schema <= kMaxExponentialSchema; ++schema) {
    for (int64_t i = -600; i < 600; ++i) {
      const double exact = std::exp2(std::ldexp(static_cast<double>(i), -schema));
      if (exact == 0 || std::isinf(exact)) continue;
      EXPECT_LT(exponential_bound(i - 1, schema), exponential_bound(i, schema));
      EXPECT_NEAR(exponential_bound(i, schema) / exact, 1, 1e-13) << i << " of schema " << schema;
    }
  }
}

Histogram with(int32_t schema, Buckets positive, Buckets negative = {}) {
  Histogram h;
  h.schema = schema;
  h.positive = std::move(positive);
  h.negative = std::move(negative);
  h.is_float = !h.positive.floats.empty();
  return h;
}

TEST(BucketList, AreListedInOrderWithoutEmptyOnes) {
  Histogram zero = with(0, {{{0, 2}}, {1, 2}, {}}, {{{1, 1}, {1, 1}}, {3, 4}, {}});
  zero.zero_threshold = 0.75;
  zero.zero_count = 5;
  Histogram wide = zero;
  wide.zero_threshold = 1.5;  // reaches into buckets on both sides
  Histogram custom = with(kCustomBucketsSchema, {{{0, 2}, {1, 1}}, {1, 2, 3}, {}});
  custom.custom_bounds = {-1, 0.5, 7};
  const struct {
    Histogram histogram;
    const char* expected;
  } cases[] = {
      {{}, ""},
      {zero, "[-8,-4):4 [-2,-1):3 [-0.75,0.75]:5 (0.75,1]:1 (1,2]:2"},
      {wide, "[-8,-4):4 [-2,-1.5):3 [-1.5,1.5]:5 (1.5,1]:1 (1.5,2]:2"},
      {with(0, {{{0, 3}}, {0, 2, 0}, {}}), "(1,2]:2"},
      {with(0, {{{-1, 1}, {2, 1}}, {}, {0.5, 1.5}}), "(0.25,0.5]:0.5 (2,4]:1.5"},
      {custom, "[-inf,-1]:1 (-1,0.5]:2 (7,inf]:3"},
      {with(0, {{{0, 9}}, {1}, {}}), "(0.5,1]:1"},  // more indices than counts
  };
  std::vector<Bucket> buckets;
  for (const auto& c : cases) {
    list_buckets(c.histogram, buckets);
    std::string text;
    for (const Bucket& b : buckets) {
      text += fmt::format("{}{}{},{}{}:{}", text.empty() ? "" : " ", b.lower_inclusive ? '[' : '(', b.lower, b.upper,
                          b.upper_inclusive ? ']' : ')', b.count);
    }
    EXPECT_EQ(text, c.expected);
  }
}

}  // namespace
}  // namespace narthex
