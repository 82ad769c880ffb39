// The wall clock jumps. Windows follow the timestamps of samples, so a jump is what its samples are: docs/clock.md.
#include <gtest/gtest.h>

#include "tests/support/naive_store.h"
#include "tests/unit/storage/fixture.h"
#include "tests/unit/storage/sealed.h"

namespace narthex::storage {
namespace {

constexpr Timestamp kStart = 1'700'000'040'000;
constexpr int64_t kHour = 3'600'000, kDay = 24 * kHour, kYear = 365 * kDay;
constexpr int kBefore = 400, kAfter = 40;  // scrapes, a minute each

const Labels kTarget{{"instance", "a"}, {"job", "node"}};
const Labels kSeries{{"__name__", "m"}, {"instance", "a"}, {"job", "node"}};

struct Case {
  const char* name;
  int64_t jump;
};

class ClockJump : public ::testing::TestWithParam<Case> {
 protected:
  static Options options() {
    Options options;
    options.limits.retention_ms = 3 * kYear;
    return options;
  }
  // Scrapes from `from` on; how many stored their sample.
  int run(Timestamp from, int count) {
    auto appender = store_->open_target(kTarget);
    int stored = 0;
    for (int i = 0; i < count; ++i) {
      const auto result = scrape(*appender, from + i * 60'000, {{kSeries, static_cast<double>(i)}});
      EXPECT_TRUE(result.status) << result.status.error().str();
      stored += result.out_of_order + result.out_of_bounds + result.duplicate_timestamp + result.too_old == 0;
    }
    return stored;
  }
  size_t samples() {
    Column column;
    const std::vector<Matcher> all = {Matcher::equal("__name__", "m")};
    const auto set = store_->view()->select(all, kMinTime, kMaxTime);
    EXPECT_EQ((*set)->size(), 1u);
    EXPECT_TRUE((*set)->read(0, kMinTime, kMaxTime, column));
    return column.size();
  }

  OpenStore store_{options()};
};

TEST_P(ClockJump, CostsNoSampleThatWasStoredAndGoesOnWhenTimeIsAscendingAgain) {
  const int64_t jump = GetParam().jump;
  ASSERT_EQ(run(kStart, kBefore), kBefore);
  const Timestamp end = kStart + (kBefore - 1) * int64_t{60'000};
  const int jumped = run(end + 60'000 + jump, kAfter);
  EXPECT_EQ(jumped, jump > 0 ? kAfter : 0) << "older than what the series has: refused one by one";
  // The clock is set right.
  const int right = run(end + (1 + kAfter) * int64_t{60'000}, kAfter);
  EXPECT_EQ(right, jump > 0 ? 0 : kAfter);
  settle_all(store_.get());
  const auto stored = static_cast<size_t>(kBefore + kAfter);
  EXPECT_EQ(samples(), stored);
  store_.reopen();
  EXPECT_EQ(samples(), stored);
  // Time has caught up.
  EXPECT_EQ(run(end + std::max<int64_t>(jump, 0) + kDay, kAfter), kAfter);
  settle_all(store_.get());
  EXPECT_EQ(samples(), stored + kAfter);
}

INSTANTIATE_TEST_SUITE_P(By, ClockJump,
                         ::testing::Values(Case{"AnHourBack", -kHour}, Case{"ADayBack", -kDay},
                                           Case{"AYearBack", -kYear}, Case{"AnHourAhead", kHour},
                                           Case{"ADayAhead", kDay}, Case{"AYearAhead", kYear}),
                         [](const auto& param) { return std::string(param.param.name); });

}  // namespace
}  // namespace narthex::storage
