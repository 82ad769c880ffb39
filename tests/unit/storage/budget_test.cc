// The memory ceiling: when new series are refused, and what never is.
#include "storage/budget/budget.h"

#include <atomic>

#include "storage/budget/forecast.h"
#include "storage/budget/process_memory.h"
#include "tests/unit/storage/fixture.h"

namespace narthex::storage {
namespace {

constexpr int64_t kSecond = 1'000'000'000;
constexpr Timestamp kNoon = 1'767'225'600'000;

// A budget of 1600 bytes, whose marks are hundreds: 1400 refuse, 1300 accept again, 1200 give back.
class BudgetTest : public ::testing::Test {
 protected:
  void measure(uint64_t resident, int64_t seconds) {
    resident_ = resident;
    budget_.measure(now_ += seconds * kSecond);
  }

  uint64_t resident_ = 1000;
  uint64_t growth_ = 0;
  int gave_back_ = 0;
  bool urgent_ = false;
  int64_t now_ = 0;
  Budget budget_{{1600, [this] { return resident_; }, [this] { return growth_; },
                  [this](bool urgent) { ++gave_back_, urgent_ = urgent; }},
                 null_log()};
};

TEST_F(BudgetTest, WithoutALimitThereIsAlwaysRoom) {
  Budget unlimited({}, null_log());
  unlimited.measure(0);
  EXPECT_TRUE(unlimited.admit(UINT64_MAX / 2));
  EXPECT_TRUE(unlimited.admit_note(UINT64_MAX / 2));
}

TEST_F(BudgetTest, ABurstBetweenTwoMeasurementsCannotOvershoot) {
  measure(1000, 0);
  int admitted = 0;
  while (budget_.admit(50) && admitted < 100) ++admitted;
  EXPECT_EQ(admitted, 8);
  EXPECT_TRUE(budget_.refusing());
  EXPECT_EQ(budget_.refused(), 1u);
}

TEST_F(BudgetTest, WhatWasPromisedCountsUntilItIsResident) {
  measure(1000, 0);
  EXPECT_TRUE(budget_.admit(300));
  measure(1000, 2);  // a new period: nothing of it is resident yet
  EXPECT_FALSE(budget_.admit_note(301));
  measure(1250, 2);
  measure(1250, 2);  // now it has had its time
  EXPECT_TRUE(budget_.admit(150));
}

TEST_F(BudgetTest, WhatIsResidentIsNotCountedTwice) {
  measure(1000, 0);
  EXPECT_TRUE(budget_.admit(200));
  measure(1200, 1);
  EXPECT_TRUE(budget_.admit(200));
  EXPECT_FALSE(budget_.admit(1));
}

TEST_F(BudgetTest, GrowthToComeTakesRoom) {
  growth_ = 350;
  measure(1000, 0);
  EXPECT_FALSE(budget_.admit(51));
}

TEST_F(BudgetTest, RefusingLastsUntilThereIsClearlyRoom) {
  measure(1350, 0);
  EXPECT_FALSE(budget_.admit(51));
  EXPECT_FALSE(budget_.admit(1)) << "the small one too: it has begun";
  const uint64_t epoch = budget_.epoch();
  measure(1250, 1);
  EXPECT_TRUE(budget_.refusing()) << "too early";
  measure(1350, 6);
  EXPECT_TRUE(budget_.refusing()) << "between the marks";
  EXPECT_EQ(budget_.epoch(), epoch);
  measure(1250, 2);
  EXPECT_TRUE(budget_.refusing()) << "what was there may be on its way";
  measure(1250, 2);
  EXPECT_FALSE(budget_.refusing());
  EXPECT_NE(budget_.epoch(), epoch);
  EXPECT_TRUE(budget_.admit(1));
}

TEST_F(BudgetTest, NotesAboutRefusalsMayUseTheRest) {
  measure(1450, 0);
  EXPECT_FALSE(budget_.admit(1));
  EXPECT_TRUE(budget_.admit_note(150));
  EXPECT_FALSE(budget_.admit_note(1));
}

TEST_F(BudgetTest, GivesBackBeforeItRefusesAndNotAllTheTime) {
  measure(1100, 0);
  EXPECT_EQ(gave_back_, 0);
  for (int i = 0; i < 10; ++i) measure(1250, 1);
  EXPECT_EQ(gave_back_, 1);
  measure(1250, 1);
  EXPECT_EQ(gave_back_, 2);
  EXPECT_FALSE(urgent_);
  for (int i = 0; i < 10; ++i) measure(1350, 1);
  EXPECT_EQ(gave_back_, 3);
  EXPECT_TRUE(urgent_);
  EXPECT_FALSE(budget_.refusing());
}

TEST(ColumnForecast, WhatIsToCome) {
  const struct {
    const char* name;
    ColumnForecast::State state;
    uint64_t growth;
  } cases[] = {
      {"no series", {0, 0, 0, 0, 3600}, 0},
      {"a young window: the usual", {10, 0, 0, 10, 3600}, 2000},
      {"less what is there", {10, 500, 500, 10, 3600}, 1500},
      {"less what goes with the window before", {10, 100, 1900, 10, 3600}, 100},
      {"half over: as much again", {10, 3000, 3000, 1800, 3600}, 3000},
      {"over", {10, 3000, 3000, 3600, 3600}, 0},
      {"nothing to come", {10, 3000, 9000, 1800, 3600}, 0},
  };
  for (const auto& c : cases) {
    ColumnForecast forecast;
    EXPECT_EQ(forecast.growth(c.state), c.growth) << c.name;
  }
}

TEST(ColumnForecast, LearnsFromTheWindowBefore) {
  ColumnForecast forecast;
  forecast.growth({10, 9000, 9000, 3600, 3600});
  EXPECT_EQ(forecast.growth({20, 0, 0, 1, 3600}), 18'000u);
}

TEST(ProcessMemory, IsMeasured) {
  const uint64_t before = resident_bytes();
  std::string much(64 << 20, 'x');
  const uint64_t after = resident_bytes();
  EXPECT_GT(before, 1u << 20);
  EXPECT_GT(after, before + (32u << 20)) << much.size();
  give_back_free_memory();
}

// A store whose process has as much memory as the test says.
class CeilingTest : public ::testing::Test {
 protected:
  static constexpr uint64_t kLimit = 16 << 20;
  static Options options(const std::atomic<uint64_t>& resident) {
    Options options = small_windows(60'000, 5'000);
    options.max_past_ms = 0;
    options.memory_budget = kLimit;
    options.resident_bytes = [&resident] { return resident.load(); };
    return options;
  }
  static Labels series(int number) { return {{"__name__", "m"}, {"n", std::to_string(number)}}; }
  // How many of the series from `from` to `to` are stored.
  size_t count(TargetAppender& appender, Timestamp at, int from, int to) {
    auto scratch = appender.begin(at, at);
    size_t stored = 0;
    for (int i = from; i < to; ++i) {
      const auto slot = appender.resolve(*scratch, series(i));
      if (slot) scratch->set(*slot, 1), ++stored;
      if (!slot) refusal_ = slot.error().message;
    }
    std::promise<CommitResult> promise;
    appender.commit(std::move(scratch), [&](CommitResult r) { promise.set_value(std::move(r)); });
    EXPECT_TRUE(promise.get_future().get().status);
    return stored;
  }
  // Waits until the store has measured that. What asks meanwhile leaves no trace.
  void set_resident(uint64_t bytes, bool refusing) {
    resident_ = bytes;
    auto target = store_->open_target({{"probe", "1"}});
    for (int i = 0; i < 2000; ++i) {
      auto scratch = target->begin(kNoon, kNoon);
      if (target->resolve(*scratch, series(-1)).has_value() != refusing) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    FAIL() << "waited in vain";
  }

  std::atomic<uint64_t> resident_{1 << 20};
  std::string refusal_;
  OpenStore store_{options(resident_)};
};

TEST_F(CeilingTest, OneScrapeWithVeryManyNewSeriesIsCutOff) {
  auto target = store_->open_target({});
  const size_t stored = count(*target, kNoon, 0, 100'000);
  EXPECT_GT(stored, 5'000u);
  EXPECT_LT(stored * 600, kLimit);
  EXPECT_EQ(store_->stats().series_refused, 100'000 - stored);
  EXPECT_EQ(refusal_, "the memory budget of 16 MiB is used up");
  EXPECT_EQ(store_->stats().templates, stored + 1) << "the refused ones leave nothing behind";
}

TEST_F(CeilingTest, SeriesThatAreThereAreNeverRefused) {
  auto target = store_->open_target({});
  EXPECT_EQ(count(*target, kNoon, 0, 100), 100u);
  set_resident(kLimit, true);
  EXPECT_EQ(count(*target, kNoon + 2000, 0, 200), 100u);
  target.reset();
  // Another appender, which knows nothing: as after a reload.
  EXPECT_EQ(count(*store_->open_target({}), kNoon + 3000, 0, 200), 100u);
  // Another target that shows the same series.
  EXPECT_EQ(count(*store_->open_target({{"n", "7"}}), kNoon + 4000, 0, 200), 100u);
}

TEST_F(CeilingTest, SomeSeriesMustBeThere) {
  auto target = store_->open_target({});
  set_resident(kLimit, true);
  auto scratch = target->begin(kNoon + 1000, kNoon + 1000);
  EXPECT_FALSE(target->resolve(*scratch, series(0)));
  scratch->never_refuse();
  EXPECT_TRUE(target->resolve(*scratch, series(1)));
}

TEST_F(CeilingTest, ThereIsRoomAgain) {
  auto target = store_->open_target({});
  set_resident(kLimit, true);
  const uint64_t epoch = target->refusal_epoch();
  EXPECT_EQ(count(*target, kNoon + 1000, 0, 1), 0u);
  EXPECT_EQ(target->refusal_epoch(), epoch);
  EXPECT_FALSE(target->may_remember_refusal(kLimit));
  set_resident(1 << 20, false);
  EXPECT_NE(target->refusal_epoch(), epoch);
  EXPECT_TRUE(target->may_remember_refusal(24));
  EXPECT_EQ(count(*target, kNoon + 2000, 0, 1), 1u);
}

}  // namespace
}  // namespace narthex::storage
