// Slots are compacted in the middle of a window: what was logged before belongs to the series it belonged to.
#include <gtest/gtest.h>

#include <thread>

#include "tests/support/naive_store.h"
#include "tests/unit/storage/fixture.h"

namespace narthex::storage {
namespace {

constexpr Timestamp kStart = 1'700'000'040'000;  // a window begins here
const Labels kTarget{{"instance", "a"}, {"job", "node"}};

Labels metric(const std::string& name) { return Labels{{"__name__", name}, {"instance", "a"}, {"job", "node"}}; }

std::vector<Line> lines(const std::string& prefix, int count, double value) {
  std::vector<Line> out;
  for (int i = 0; i < count; ++i) out.push_back({metric(prefix + std::to_string(i)), value});
  return out;
}

// The slots that series move to are known to nobody who reads the log of this window alone.
TEST(Relayout, IntoSlotsThatTheLogDoesNotKnowHidesNothing) {
  Options options = small_windows(60'000, 10'000);
  options.max_past_ms = 60'000;
  OpenStore store(options);
  auto appender = store->open_target(kTarget);
  auto second = store->open_target(kTarget);  // as long as it is there, slots stay
  ASSERT_TRUE(scrape(*appender, kStart, lines("dead", 40, 1)).status);
  for (int i = 0; i < 16; ++i) ASSERT_TRUE(scrape(*appender, kStart + i * 10'000, lines("live", 10, i)).status);
  while (store->stats().segments < 2) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  appender.reset();
  second.reset();
  store.reopen();
  appender = store->open_target(kTarget);
  ASSERT_GT(appender->slot_count(), 40u) << "nothing is compacted yet";
  ASSERT_TRUE(scrape(*appender, kStart + 161'000, lines("live", 10, 100)).status);
  ASSERT_EQ(appender->slot_count(), 10u) << "compacted within the window";
  const std::string before = testing::dump(*store->view());
  appender.reset();
  store.reopen();
  EXPECT_EQ(testing::dump(*store->view()), before);
}

}  // namespace
}  // namespace narthex::storage
