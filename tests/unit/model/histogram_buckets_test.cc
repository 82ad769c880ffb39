#include "model/histogram_buckets.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>
#include <random>

#include "model/histogram_check.h"

namespace narthex {
namespace {

constexpr int32_t kFar = std::numeric_limits<int32_t>::max();

Histogram with(std::vector<BucketSpan> spans, std::vector<int64_t> counts, int32_t schema = 0) {
  Histogram h;
  h.schema = schema;
  h.positive = {.spans = std::move(spans), .integers = std::move(counts), .floats = {}};
  return h;
}

std::string compacted(std::vector<BucketSpan> spans, std::vector<int64_t> counts) {
  Histogram h = with(std::move(spans), std::move(counts));
  compact(h);
  return dump(h);
}

TEST(HistogramBuckets, DumpSaysAll) {
  Histogram h;
  EXPECT_EQ(dump(h), "{schema:0 count:0 sum:0}");
  h = with({{-1, 2}, {3, 1}, {5, 0}}, {1, -2, 3}, 3);
  h.count = 7;
  h.sum = 3.5;
  h.zero_threshold = 0.001;
  h.zero_count = 1;
  EXPECT_EQ(dump(h), "{schema:3 count:7 sum:3.5 zero_threshold:0.001 zero_count:1 positive:-1[1 -2],4[3],10[]}");
  Histogram f;
  f.is_float = true;
  f.schema = kCustomBucketsSchema;
  f.count_float = 1.5;
  f.sum = kNormalNan;
  f.zero_count_float = 0.5;
  f.negative = {.spans = {{0, 1}}, .integers = {}, .floats = {1.5, 9}};
  f.custom_bounds = {0.5, 1};
  f.reset_hint = CounterResetHint::kGauge;
  EXPECT_EQ(dump(f),
            "{float schema:-53 count:1.5 sum:NaN(7ff8000000000001) zero_count:0.5 negative:0[1.5] without a span:[9] "
            "custom:[0.5 1] hint:gauge}");
}

TEST(HistogramBuckets, CompactTakesOutWhatIsEmpty) {
  const auto expect = [](const std::string& got, const std::string& side) {
    EXPECT_EQ(got, "{schema:0 count:0 sum:0" + side + "}");
  };
  expect(compacted({}, {}), "");
  expect(compacted({{5, 0}}, {}), "");
  expect(compacted({{0, 2}}, {0, 0}), "");
  expect(compacted({{3, 2}}, {1, 2}), " positive:3[1 2]");
  expect(compacted({{3, 1}, {0, 1}}, {1, 2}), " positive:3[1 2]");
  expect(compacted({{0, 5}}, {0, 1, 0, 2, 0}), " positive:1[1],3[2]");
  expect(compacted({{1, 1}, {2, 0}, {3, 1}}, {1, 2}), " positive:1[1],7[2]");
  expect(compacted({{-3, 2}, {1, 2}}, {0, 1, 2, 0}), " positive:-2[1],0[2]");
  expect(compacted({{0, 1}, {0, 0}, {0, 1}}, {1, 2}), " positive:0[1 2]");
  expect(compacted({{0, 1}, {-3, 1}}, {1, 2}), " positive:0[1],-2[2]");
}

TEST(HistogramBuckets, GapsBeyondAnOffset) {
  EXPECT_EQ(compacted({{kFar, 1}, {kFar, 1}}, {0, 2}),
            "{schema:0 count:0 sum:0 positive:2147483647[],4294967294[],4294967295[2]}");
}

TEST(HistogramBuckets, PopulatedAreNotEmpty) {
  Histogram h = with({{0, 3}}, {1, 0, 2});
  h.negative = {.spans = {{0, 2}}, .integers = {0, 4}, .floats = {}};
  EXPECT_EQ(populated_buckets(h), 3u);
  Histogram f;
  f.is_float = true;
  f.positive = {.spans = {{0, 3}}, .integers = {}, .floats = {0, 0.5, std::nan("")}};
  EXPECT_EQ(populated_buckets(f), 2u);
}

TEST(HistogramBuckets, ReductionRefuses) {
  for (const int32_t schema : {-53, -5, 9, kFar}) {
    Histogram h = with({{0, 2}}, {1, 2}, schema);
    for (const int32_t target : {-53, -4, 0, 8}) EXPECT_FALSE(reduce_resolution(h, target)) << schema << target;
    EXPECT_EQ(h.positive.integers.size(), 2u);
  }
  Histogram h = with({{0, 2}}, {1, 2}, 2);
  for (const int32_t target : {-5, 2, 3, 8, 9}) EXPECT_FALSE(reduce_resolution(h, target)) << target;
  EXPECT_EQ(dump(h), "{schema:2 count:0 sum:0 positive:0[1 2]}");
}

TEST(HistogramBuckets, ReductionOfSumsThatOverflow) {
  const int64_t most = std::numeric_limits<int64_t>::max();
  Histogram h = with({{1, 2}}, {most, 1}, 1);
  EXPECT_TRUE(reduce_resolution(h, 0));
  EXPECT_EQ(h.positive.integers, std::vector<int64_t>{std::numeric_limits<int64_t>::min()});
  EXPECT_FALSE(check_histogram(h));
}

// The index whose bucket holds `value`, found by comparing boundaries: bucket i ends at 2^(i * 2^-schema).
int64_t bucket_of(double log2_value, int32_t schema) {
  int64_t index = static_cast<int64_t>(std::floor(std::ldexp(log2_value, schema))) - 2;
  while (std::ldexp(static_cast<double>(index), -schema) < log2_value) ++index;
  return index;
}

// Each bucket of the finer schema is observed in its middle, which tells the coarser bucket that must count it.
TEST(HistogramBuckets, ReductionIsThatOfTheBoundaries) {
  std::mt19937 random(5);
  for (int round = 0; round < 3000; ++round) {
    const auto schema = static_cast<int32_t>(random() % 12) - 3;
    const auto target = schema - 1 - static_cast<int32_t>(random() % static_cast<unsigned>(schema + 4));
    const bool is_float = random() % 2 == 0;
    Histogram h;
    h.schema = schema;
    h.is_float = is_float;
    std::map<int64_t, double> expected[2];
    Buckets* sides[] = {&h.positive, &h.negative};
    for (int side = 0; side < 2; ++side) {
      BucketWriter writer(*sides[side]);
      int64_t index = static_cast<int64_t>(random() % 200) - 100;
      for (auto n = random() % 30; n > 0; --n, index += 1 + static_cast<int64_t>(random() % 3 * (random() % 9))) {
        const auto count = static_cast<int64_t>(random() % 4);
        if (is_float) {
          writer.add(index, static_cast<double>(count));
        } else {
          writer.add(index, count);
        }
        const double middle = std::ldexp(static_cast<double>(index) - 0.5, -schema);
        if (count > 0) expected[side][bucket_of(middle, target)] += static_cast<double>(count);
      }
    }
    ASSERT_TRUE(reduce_resolution(h, target));
    EXPECT_EQ(h.schema, target);
    for (int side = 0; side < 2; ++side) {
      const Buckets& got = *sides[side];
      ASSERT_EQ(got.integers.size() + got.floats.size(), span_length(got.spans));
      std::map<int64_t, double> buckets;
      for_each_bucket(got.spans, expected[side].size() + 1, [&](int64_t index, size_t i) {
        buckets[index] = is_float ? got.floats.at(i) : static_cast<double>(got.integers.at(i));
      });
      ASSERT_EQ(buckets, expected[side]) << dump(h);
    }
  }
}

}  // namespace
}  // namespace narthex
