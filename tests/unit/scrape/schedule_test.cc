#include "scrape/schedule.h"

#include <gtest/gtest.h>

#include <vector>

namespace narthex::scrape {
namespace {

constexpr int64_t kMs = 1'000'000;
constexpr int64_t kSecond = 1'000 * kMs;

Schedule::Options every(int64_t interval) { return {interval, 2 * kMs, true}; }

TEST(FirstScrape, FallsOnThePhaseWhateverTheTime) {
  const int64_t interval = 15 * kSecond;
  const uint64_t hash = 12324786086778796835ULL;
  const uint64_t seed = 3690168938690428891ULL;
  const int64_t phase = 10572300024;
  for (int64_t now : {int64_t{0}, int64_t{1}, phase - 1, phase, phase + 1, interval - 1, 1767225600 * kSecond + 7}) {
    const int64_t delay = first_scrape_delay(hash, seed, interval, now);
    EXPECT_EQ((now + delay) % interval, phase) << now;
    EXPECT_GT(delay, 0) << now;
    EXPECT_LE(delay, interval) << now;
  }
}

struct Tick {
  int64_t late;       // after its aligned time
  int64_t timestamp;  // relative to the aligned time
};

TEST(Schedule, AlignsWithinTheTolerance) {
  const Tick ticks[] = {{0, 0}, {1 * kMs, 0}, {2 * kMs, 0}, {2 * kMs + 1, 2 * kMs + 1}, {900 * kMs, 900 * kMs}, {0, 0}};
  Schedule schedule(every(kSecond));
  int64_t wall = 1000 * kSecond;
  for (const Tick& tick : ticks) {
    EXPECT_EQ(schedule.fire(wall + tick.late, wall + tick.late) - wall, tick.timestamp) << tick.late;
    wall += kSecond;
  }
}

TEST(Schedule, ToleratesAHundredthOfAShortInterval) {
  Schedule schedule(every(100 * kMs));
  schedule.fire(0, 0);
  EXPECT_EQ(schedule.fire(101 * kMs, 101 * kMs), 100 * kMs);
  EXPECT_EQ(schedule.fire(201 * kMs + 1, 201 * kMs + 1), 201 * kMs + 1);
}

TEST(Schedule, KeepsTheRealTimeWhenNotAligning) {
  Schedule schedule({kSecond, 2 * kMs, false});
  schedule.fire(0, 0);
  EXPECT_EQ(schedule.fire(kSecond + 1, kSecond + 1), kSecond + 1);
}

TEST(Schedule, AlignsByWholeIntervalsAfterAPause) {
  Schedule schedule(every(kSecond));
  schedule.fire(0, 0);
  EXPECT_EQ(schedule.fire(7 * kSecond + kMs, 7 * kSecond + kMs), 7 * kSecond);
}

struct Overrun {
  const char* name;
  std::vector<int64_t> scrape_ms;  // how long each scrape takes; interval 1000 ms
  std::vector<int64_t> fired_ms;   // when each tick fires, the first at 0
};

TEST(Schedule, DropsMissedTicksButOne) {
  const Overrun cases[] = {
      {"quick scrapes keep the distance", {10, 999, 0}, {0, 1000, 2000, 3000}},
      {"an overrun fires once at once", {1300, 10, 10}, {0, 1300, 2000, 3000}},
      {"a long overrun is not made up for", {4500, 10, 10}, {0, 4500, 5000, 6000}},
      {"exactly one interval", {1000, 10}, {0, 1000, 2000}},
      {"always too long", {1500, 1500, 1500}, {0, 1500, 3000, 4500}},
  };
  for (const Overrun& c : cases) {
    Schedule schedule(every(1000 * kMs));
    int64_t now = 0;
    std::vector<int64_t> fired;
    for (int64_t duration : c.scrape_ms) {
      schedule.fire(now, now);
      fired.push_back(now / kMs);
      now += duration * kMs;
      now += schedule.next_delay(now);
    }
    fired.push_back(now / kMs);
    EXPECT_EQ(fired, c.fired_ms) << c.name;
  }
}

}  // namespace
}  // namespace narthex::scrape
