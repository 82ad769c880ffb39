// Series come and go for days: what is dead costs disk, not memory.
#include <gtest/gtest.h>

#include "tests/unit/storage/fixture.h"
#include "tests/unit/storage/sealed.h"

namespace narthex::storage {
namespace {

constexpr Timestamp kStart = 1'700'002'800'000;  // a full hour
constexpr int kSeries = 300;
constexpr int kTargets = 3;

Labels target_of(int target) { return Labels{{"instance", std::to_string(target)}, {"job", "churn"}}; }

// Of the series a tenth is replaced each hour.
Labels series(int target, int i, int hour) {
  const int generation = (hour + 9 - i % 10) / 10;
  return Labels{{"__name__", "m" + std::to_string(i / 10)},
                {"id", std::to_string(i) + "-" + std::to_string(generation)},
                {"instance", std::to_string(target)},
                {"job", "churn"}};
}

TEST(Churn, OfTenPercentAnHourKeepsMemoryFlat) {
  OpenStore store;
  std::vector<std::shared_ptr<TargetAppender>> appenders;
  for (int t = 0; t < kTargets; ++t) appenders.push_back(store->open_target(target_of(t)));
  Stats early;
  const int hours = 24 * test_scale();
  for (int hour = 0; hour < hours; ++hour) {
    for (int minute = 0; minute < 60; minute += 2) {
      for (int t = 0; t < kTargets; ++t) {
        std::vector<Line> lines;
        for (int i = 0; i < kSeries; ++i) lines.push_back({series(t, i, hour), hour * 60.0 + minute + i});
        ASSERT_TRUE(scrape(*appenders[static_cast<size_t>(t)], kStart + (hour * 60 + minute) * 60'000, lines).status);
      }
    }
    settle_all(store.get());
    const Stats now = store->stats();
    // Live: what had a sample in this hour or the one before.
    EXPECT_LE(now.series, static_cast<uint64_t>(kTargets * kSeries * 12 / 10)) << hour;
    EXPECT_LE(now.templates, static_cast<uint64_t>(2 * kSeries)) << hour;
    if (hour == 5) early = now;
    if (hour <= 5) continue;
    EXPECT_LE(now.index_bytes, early.index_bytes * 5 / 4) << hour;
    EXPECT_LE(now.column_bytes, early.column_bytes * 5 / 4) << hour;
    EXPECT_LE(now.windows, 2u) << hour;
  }
  EXPECT_GE(store->stats().seals, static_cast<uint64_t>(hours - 2));
}

}  // namespace
}  // namespace narthex::storage
