// What the comparison rests on: data that come again, and a sound measure of how small they can be.
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "tests/bench/compare/catalogue.h"
#include "tests/bench/compare/entropy.h"
#include "tests/bench/compare/random.h"
#include "tests/bench/compare/remote_write.h"
#include "tests/bench/compare/target.h"

namespace narthex::bench {
namespace {

constexpr int kMany = 10'000;

std::vector<double> column(auto next) {
  std::vector<double> out;
  for (int i = 0; i < kMany; ++i) out.push_back(next(i));
  return out;
}

struct EntropyCase {
  const char* name;
  std::vector<double> values;
  double bits;  // per sample
  double within;
};

TEST(Entropy, OfColumnsWhoseEntropyIsKnown) {
  Random random(7);
  double sum = 0;
  const EntropyCase cases[] = {
      {"constant", column([](int) { return 5.0; }), 0, 0.02},
      {"straight line", column([](int i) { return 3.0 * i; }), 0, 0.02},
      {"parabola", column([](int i) { return 1.0 * i * i; }), 0, 0.02},
      {"coins", column([&](int) { return static_cast<double>(random.below(2)); }), 1, 0.02},
      {"steps of 16 sizes", column([&](int) { return sum += static_cast<double>(random.below(16)); }), 4, 0.05},
      {"three decimals", column([&](int) { return static_cast<double>(random.below(1024)) / 1000; }), 10, 1.2},
      {"full mantissas of one exponent", column([&](int) { return 1 + random.unit(); }), 52, 0.2},
  };
  for (const EntropyCase& test : cases) {
    EXPECT_NEAR(column_bits(std::span<const double>(test.values)).total / kMany, test.bits, test.within) << test.name;
  }
}

TEST(Entropy, DistinctValuesAreNotCheapBecauseTheyAreDistinct) {
  Random random(7);
  const auto values = column([&](int) { return random.unit(); });
  const ColumnBits bits = column_bits(std::span<const double>(values));
  EXPECT_TRUE(bits.full_mantissa);
  EXPECT_LT(bits.plain / kMany, std::log2(kMany) + 0.1);
  EXPECT_GT(bits.total / kMany, 52);
}

TEST(Catalogue, HasExactlySoManySeriesAllDifferent) {
  for (int series : {1, 60, 350, 999, 5000}) {
    std::set<std::string> seen;
    for (const SeriesShape& shape : mixed_catalogue(series)) {
      seen.insert(WriteRequest::encode_labels(shape.labels) + shape.name);
    }
    EXPECT_EQ(seen.size(), static_cast<size_t>(series));
  }
}

std::string body_after(const TargetPlan& plan, int scrapes, uint64_t seed) {
  Target target(plan, seed, 3);
  std::string body;
  for (int i = 0; i < scrapes; ++i) {
    body.clear();
    target.scrape(1'700'000'000'000 + i * 1000, body);
  }
  return body;
}

TEST(Target, SameSeedAndScrapeIsTheSameBody) {
  for (auto kind : {TargetPlan::Kind::kMixed, TargetPlan::Kind::kCadvisor, TargetPlan::Kind::kChurn}) {
    const TargetPlan plan(kind, 400, 10);
    EXPECT_EQ(body_after(plan, 20, 1), body_after(plan, 20, 1));
    EXPECT_NE(body_after(plan, 20, 1), body_after(plan, 21, 1));
    EXPECT_NE(body_after(plan, 20, 1), body_after(plan, 20, 2));
  }
}

TEST(Target, ATenthOfThePodsIsReplacedInAnHour) {
  const TargetPlan plan(TargetPlan::Kind::kChurn, 2000, 30);
  Target target(plan, 1, 0);
  std::string body;
  for (int i = 0; i < 30 * 10; ++i) target.scrape(0, body);
  EXPECT_EQ(target.replaced(), plan.groups);
}

TEST(RemoteWrite, LabelsAreSortedByName) {
  EXPECT_EQ(WriteRequest::encode_labels({{"b", "2"}, {"__name__", "m"}}),
            WriteRequest::encode_labels({{"__name__", "m"}, {"b", "2"}}));
}

}  // namespace
}  // namespace narthex::bench
