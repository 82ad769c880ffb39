#include "scrape/native_limits.h"

#include <gtest/gtest.h>

#include <cmath>

#include "model/histogram_buckets.h"

namespace narthex::scrape {
namespace {

TEST(NativeLimits, FinestSchema) {
  const struct {
    double factor;
    int32_t schema;
  } cases[] = {
      {0, 8},   {-3, 8},   {1, 8},    {1.0000001, 8}, {1.002, 8},  {1.00272, 7},   {1.01, 6},
      {1.1, 2}, {1.4, 1},  {1.42, 0}, {2, 0},         {2.1, -1},   {4, -1},        {4.1, -2},
      {16, -2}, {256, -3}, {257, -4}, {65536, -4},    {1e300, -4}, {HUGE_VAL, -4}, {std::nan(""), 8},
  };
  for (const auto& [factor, schema] : cases) EXPECT_EQ(finest_schema(factor), schema) << factor;
}

// Buckets 1 to `count`, each of one observation.
Histogram row(size_t count, int32_t schema) {
  Histogram h;
  h.schema = schema;
  h.positive = {.spans = {{1, static_cast<uint32_t>(count)}}, .integers = {}, .floats = {}};
  h.positive.integers.assign(count, 1);
  if (schema == kCustomBucketsSchema) h.positive.spans[0].offset = 0;
  return h;
}

std::string limited(Histogram h, uint64_t limit, int32_t finest = kMaxExponentialSchema) {
  const auto result = apply_native_limits(h, limit, finest);
  if (result) return dump(h);
  EXPECT_EQ(result.error().code, Code::kLimit);
  return result.error().message;
}

TEST(NativeLimits, Table) {
  constexpr char kExceeded[] = "histogram bucket limit exceeded";
  const std::string whole = "{schema:2 count:0 sum:0 positive:1[1 1 1 1 1 1 1 1]}";
  const std::string half = "{schema:1 count:0 sum:0 positive:1[2 2 2 2]}";
  const std::string quarter = "{schema:0 count:0 sum:0 positive:1[4 4]}";
  const std::string one = "{schema:-1 count:0 sum:0 positive:1[8]}";
  EXPECT_EQ(limited(row(8, 2), 0), whole);
  EXPECT_EQ(limited(row(8, 2), 8), whole);
  EXPECT_EQ(limited(row(8, 2), 7), half);
  EXPECT_EQ(limited(row(8, 2), 3), quarter);
  EXPECT_EQ(limited(row(8, 2), 1), one);
  EXPECT_EQ(limited(row(8, 2), 0, 2), whole);
  EXPECT_EQ(limited(row(8, 2), 0, 1), half);
  EXPECT_EQ(limited(row(8, 2), 3, 1), quarter) << "the limit asks for more";
  EXPECT_EQ(limited(row(8, 2), 7, 0), quarter) << "the factor asks for more";
  EXPECT_EQ(limited(row(8, 2), 0, -4), "{schema:-4 count:0 sum:0 positive:1[8]}");
  EXPECT_EQ(limited(row(40, -3), 1), kExceeded);
  EXPECT_EQ(limited(row(2, -4), 1), kExceeded);
  EXPECT_EQ(limited(row(2, -4), 2), "{schema:-4 count:0 sum:0 positive:1[1 1]}");
  EXPECT_EQ(limited(row(2, kCustomBucketsSchema), 1), kExceeded);
  EXPECT_EQ(limited(row(2, kCustomBucketsSchema), 2, 0), "{schema:-53 count:0 sum:0 positive:0[1 1]}");
  EXPECT_EQ(limited(row(2, 77), 1), kExceeded);
}

TEST(NativeLimits, BothSidesCountAndEmptyBucketsDoNot) {
  Histogram h = row(3, 1);
  h.negative = h.positive;
  EXPECT_EQ(limited(h, 6), dump(h));
  EXPECT_EQ(limited(h, 5), "{schema:0 count:0 sum:0 positive:1[2 1] negative:1[2 1]}");
  Histogram sparse = row(8, 2);
  for (size_t i = 1; i < 8; ++i) sparse.positive.integers[i] = 0;
  EXPECT_EQ(limited(sparse, 1), dump(sparse));
}

}  // namespace
}  // namespace narthex::scrape
