#include "exposition/nhcb.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>

#include "base/number.h"
#include "model/histogram_buckets.h"
#include "model/histogram_check.h"

namespace narthex::exposition {
namespace {

constexpr double kInf = HUGE_VAL;
const double kNan = std::nan("");

struct Classic {
  std::vector<std::pair<double, double>> buckets = {};
  std::optional<double> count = {};
  std::optional<double> sum = {};
};

std::string built(const Classic& classic) {
  NhcbBuilder builder;
  EXPECT_TRUE(builder.empty());
  for (const auto& [bound, count] : classic.buckets) builder.add_bucket(bound, count);
  if (classic.count) builder.set_count(*classic.count);
  if (classic.sum) builder.set_sum(*classic.sum);
  const auto histogram = builder.build();
  if (!histogram) return histogram.error().message;
  return dump(*histogram);
}

TEST(Nhcb, Table) {
  const struct {
    Classic classic;
    const char* expected;
  } cases[] = {
      {{.buckets = {{0.5, 3}, {1, 3}, {kInf, 5}}, .count = 5, .sum = 2.25},
       "{schema:-53 count:5 sum:2.25 positive:0[3],2[2] custom:[0.5 1]}"},
      {{.buckets = {{0.5, 3}}, .count = 5}, "{schema:-53 count:5 sum:0 positive:0[3 2] custom:[0.5]}"},
      {{.buckets = {{0.5, 3}, {1, 4}}}, "{schema:-53 count:4 sum:0 positive:0[3 1] custom:[0.5 1]}"},
      {{.buckets = {{0.5, 3}, {kInf, 4}}}, "{schema:-53 count:4 sum:0 positive:0[3 1] custom:[0.5]}"},
      {{.buckets = {{kInf, 4}}}, "{schema:-53 count:4 sum:0 positive:0[4]}"},
      {{.count = 4, .sum = 1}, "{schema:-53 count:4 sum:1 positive:0[4]}"},
      {{.sum = 1}, "{schema:-53 count:0 sum:1}"},
      {{}, "{schema:-53 count:0 sum:0}"},
      {{.buckets = {{kInf, 5}, {1, 3}, {-2, 1}, {0.5, 2}}},
       "{schema:-53 count:5 sum:0 positive:0[1 1 1 2] custom:[-2 0.5 1]}"},
      {{.buckets = {{1, 3}, {1, 9}, {kInf, 5}, {1, 2}, {kInf, 7}}},
       "{schema:-53 count:5 sum:0 positive:0[3 2] custom:[1]}"},
      {{.buckets = {{1, 1.5}, {kInf, 2}}}, "{float schema:-53 count:2 sum:0 positive:0[1.5 0.5] custom:[1]}"},
      {{.buckets = {{1, 1}}, .count = 2.5}, "{float schema:-53 count:2.5 sum:0 positive:0[1 1.5] custom:[1]}"},
      {{.buckets = {{1, 1}, {kInf, 1e19}}},
       "{float schema:-53 count:10000000000000000000 sum:0 positive:0[1 10000000000000000000] custom:[1]}"},
      {{.buckets = {{1, 2}, {2, 1}}, .count = 2}, "count is not cumulative: 1 < 2"},
      {{.buckets = {{1, 2}}, .count = 1}, "count is not cumulative: 1 < 2"},
      {{.buckets = {{2, 1}, {1, 2}}, .count = 2}, "count is not cumulative: 2 > 1"},
      {{.buckets = {{1, 2}, {3, 4}, {2, 1}}}, "count is not cumulative: 1 < 2"},
      {{.buckets = {{1, 1}, {kInf, 2}}, .count = 3}, "count mismatch: count=3 != le=+Inf count=2"},
      {{.buckets = {{kInf, 2000000}}, .count = 3000000}, "count mismatch: count=3000000 != le=+Inf count=2e+06"},
      {{.buckets = {{kInf, 2.5}}, .count = 3000000}, "count mismatch: count=3e+06 != le=+Inf count=2.5"},
      {{.buckets = {{1, 1}}, .count = kNan}, "count mismatch: count=NaN != le=+Inf count=NaN"},
      {{.buckets = {{1, -1}}}, "bucket count must be non-negative: le=1, count=-1"},
      {{.buckets = {{kInf, -0.5}, {1, -1}}}, "bucket count must be non-negative: le=+Inf, count=-0.5"},
      {{.buckets = {{1, 1}}, .count = -1}, "count must be non-negative: count=-1"},
      {{.buckets = {{1, 1}, {kNan, 1}}}, "custom buckets: histogram custom bounds must not be NaN"},
  };
  for (const auto& [classic, expected] : cases) EXPECT_EQ(built(classic), expected);
}

TEST(Nhcb, NegativeInfinityIsForTheCheck) {
  NhcbBuilder builder;
  builder.add_bucket(-kInf, 0);
  builder.add_bucket(kInf, 1);
  const auto histogram = builder.build();
  ASSERT_TRUE(histogram);
  EXPECT_FALSE(check_histogram(*histogram));
}

TEST(Nhcb, ResetForgetsAllOfIt) {
  NhcbBuilder builder;
  builder.add_bucket(1, -1);
  EXPECT_FALSE(builder.empty());
  EXPECT_FALSE(builder.build());
  builder.reset();
  EXPECT_TRUE(builder.empty());
  builder.set_sum(0);
  EXPECT_FALSE(builder.empty());
  Histogram out;
  out.is_float = true;
  out.schema = 3;
  out.count_float = out.zero_threshold = 1;
  out.negative = {.spans = {{0, 1}}, .integers = {}, .floats = {1}};
  out.custom_bounds = {7};
  ASSERT_TRUE(builder.build(out));
  EXPECT_TRUE(same_bits(out, *builder.build())) << "nothing of the old one is left";
}

// What the conversion means, the slow way: how many observations lie above one bound and not above the next.
TEST(Nhcb, IsWhatTheObservationsSay) {
  std::mt19937 random(11);
  for (int round = 0; round < 3000; ++round) {
    std::vector<double> bounds;
    for (auto n = random() % 8; n > 0; --n) bounds.push_back(static_cast<double>(random() % 20) - 10);
    std::vector<double> observed;
    for (auto n = random() % 30; n > 0; --n) observed.push_back(static_cast<double>(random() % 26) - 12.5);
    const double weight = random() % 3 == 0 ? 0.25 : 1;
    NhcbBuilder builder;
    const auto below = [&](double bound) {
      return weight *
             static_cast<double>(std::count_if(observed.begin(), observed.end(), [&](double v) { return v <= bound; }));
    };
    for (const double bound : bounds) builder.add_bucket(bound, below(bound));
    const bool with_infinite = random() % 2 == 0;
    if (with_infinite) builder.add_bucket(kInf, below(kInf));
    if (!with_infinite || random() % 2 == 0) builder.set_count(below(kInf));
    const auto got = builder.build();
    ASSERT_TRUE(got);
    ASSERT_TRUE(check_histogram(*got)) << check_histogram(*got).error().message;

    std::sort(bounds.begin(), bounds.end());
    bounds.erase(std::unique(bounds.begin(), bounds.end()), bounds.end());
    ASSERT_EQ(got->custom_bounds, bounds);
    std::map<int64_t, double> expected, buckets;
    for (const double v : observed) {
      expected[std::lower_bound(bounds.begin(), bounds.end(), v) - bounds.begin()] += weight;
    }
    for_each_bucket(got->positive.spans, bounds.size() + 1, [&](int64_t index, size_t i) {
      buckets[index] = got->is_float ? got->positive.floats.at(i) : static_cast<double>(got->positive.integers.at(i));
    });
    ASSERT_EQ(buckets, expected) << dump(*got);
  }
}

}  // namespace
}  // namespace narthex::exposition
