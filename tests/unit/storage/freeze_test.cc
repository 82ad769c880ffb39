// Freezing: closed windows leave the targets, stay readable until something takes their place, and late samples begin
// anew.
#include <gtest/gtest.h>

#include <thread>

#include "tests/support/histograms.h"
#include "tests/support/scrape_generator.h"
#include "tests/unit/storage/sealed.h"
#include "tests/unit/storage/toy_sealer.h"

namespace narthex::storage {
namespace {

using testing::dump;
using testing::GeneratorOptions;
using testing::NaiveStore;
using testing::ScrapeGenerator;

constexpr Timestamp kMinute = 60'000;
constexpr Timestamp kStart = 1'700'000'040'000;  // a window's start
const Labels kTarget{{"instance", "a"}, {"job", "node"}};

Labels metric(const std::string& name) {
  std::vector<Label> labels(kTarget.begin(), kTarget.end());
  labels.push_back({"__name__", name});
  return Labels(std::move(labels));
}

Options minutes() { return small_windows(kMinute, 10'000); }

// Lets data time pass the end of the window that holds kStart.
void close_first_window(TargetAppender& appender) {
  ASSERT_TRUE(scrape(appender, kStart + 75'000, {{metric("clock"), 1}}).status);
}

TEST(Freeze, ALateSampleIsSeenOnceBeforeAndAfterAndByAHeldView) {
  SealedStore store(minutes());
  const auto appender = store->open_target(kTarget);
  ASSERT_TRUE(scrape(*appender, kStart, {{metric("a"), 1}, {metric("b"), 1}}).status);
  close_first_window(*appender);
  settle(store.get());
  ASSERT_EQ(store.sealer().families(), (std::vector<int64_t>{kStart / kMinute}));
  const std::string frozen = dump(*store->view());
  const auto held = store->view();
  ASSERT_TRUE(scrape(*appender, kStart + 75'001, {{metric("a"), 2, kStart + 20'000}}).status);
  EXPECT_EQ(dump(*held), frozen) << "a held view does not change";
  const std::string late = dump(*store->view());
  EXPECT_NE(late.find("a{instance=\"a\", job=\"node\"} 1700000040000:1 1700000060000:2\n"), std::string::npos) << late;
  EXPECT_EQ(store.shared().windows.list()->size(), 3u) << "the late sample has a window object of its own";

  store.seal();
  EXPECT_EQ(dump(*held), frozen) << "nor when segments take a window's place";
  EXPECT_EQ(dump(*store->view()).find("1700000040000"), std::string::npos) << "what was sealed is not in the head";
  EXPECT_EQ(store.dump(), late);
  EXPECT_EQ(store.shared().windows.list()->size(), 2u);

  // The late window goes with the next one that closes.
  ASSERT_TRUE(scrape(*appender, kStart + 140'000, {{metric("clock"), 2}}).status);
  settle(store.get());
  const auto waiting = store.sealer().waiting();
  ASSERT_EQ(waiting.size(), 1u);
  ASSERT_EQ(waiting[0].windows.size(), 2u);
  EXPECT_EQ(waiting[0].family, kStart / kMinute + 1);
  EXPECT_EQ(waiting[0].windows[0]->number(), kStart / kMinute);
  EXPECT_EQ(waiting[0].windows[1]->number(), kStart / kMinute + 1);
  const std::string all = store.dump();
  store.seal();
  EXPECT_EQ(store.dump(), all);
}

// One batch per family that closes, so that each can be dropped as soon as it is sealed.
TEST(Freeze, SeveralWindowsAtOnceAreHandedOverOldestFirst) {
  SealedStore store(minutes());
  const auto appender = store->open_target(kTarget);
  const int64_t first = kStart / kMinute;
  ASSERT_TRUE(scrape(*appender, kStart, {{metric("a"), 1}}).status);
  ASSERT_TRUE(scrape(*appender, kStart + 65'000, {{metric("a"), 2}}).status);  // the first window is still open
  ASSERT_TRUE(scrape(*appender, kStart + 65'001, {{metric("late"), 3, kStart - 30'000}}).status);
  ASSERT_TRUE(scrape(*appender, kStart + 600'000, {{metric("a"), 4}}).status);
  settle(store.get());
  const auto waiting = store.sealer().waiting();
  ASSERT_EQ(waiting.size(), 2u);
  EXPECT_EQ(waiting[0].family, first);
  ASSERT_EQ(waiting[0].windows.size(), 2u);
  EXPECT_EQ(waiting[0].windows[0]->number(), first - 1);
  EXPECT_EQ(waiting[1].family, first + 1);
  ASSERT_EQ(waiting[1].windows.size(), 1u);
}

TEST(Freeze, OrderAndDuplicatesAreKnownAfterwards) {
  SealedStore store(minutes());
  const auto appender = store->open_target(kTarget);
  std::mt19937_64 random(1);
  const Histogram first = testing::next_histogram({}, random);
  const Histogram second = testing::next_histogram(first, random);
  const auto histogram = [&](Timestamp at, const Histogram& h) {
    auto scratch = appender->begin(kStart + 80'000, kStart + 80'000);
    scratch->set_histogram_at(*appender->resolve(*scratch, metric("h")), at, h);
    std::promise<CommitResult> promise;
    appender->commit(std::move(scratch), [&](CommitResult r) { promise.set_value(std::move(r)); });
    return promise.get_future().get();
  };
  const auto number = [&](Timestamp at, double value) {
    return scrape(*appender, kStart + 80'000, {{metric("a"), value, at}});
  };
  ASSERT_EQ(number(kStart + 1000, 1).duplicate_timestamp, 0u);
  ASSERT_EQ(histogram(kStart + 1000, first).duplicate_timestamp, 0u);
  ASSERT_TRUE(scrape(*appender, kStart + 80'000, {{metric("clock"), 1}}).status);
  for (const bool sealed : {false, true}) {
    if (sealed) store.seal();
    const std::string before = store.dump();
    EXPECT_EQ(number(kStart + 1000, 1).duplicate_timestamp, 0u) << "the same again is no error";
    EXPECT_EQ(number(kStart + 1000, 2).duplicate_timestamp, 1u);
    EXPECT_EQ(number(kStart + 999, 1).out_of_order, 1u);
    EXPECT_EQ(histogram(kStart + 1000, first).duplicate_timestamp, 0u);
    EXPECT_EQ(histogram(kStart + 1000, second).duplicate_timestamp, 1u);
    EXPECT_EQ(histogram(kStart + 999, first).out_of_order, 1u);
    EXPECT_EQ(store.dump(), before);
  }
  EXPECT_EQ(number(kStart + 1001, 2).out_of_order, 0u);
  EXPECT_EQ(histogram(kStart + 1001, second).out_of_order, 0u);
  EXPECT_EQ(number(kStart + 1001, 3).duplicate_timestamp, 1u);
}

// Without the freeze between, the log leads to the same samples, though a scrape group may meet earlier scrapes again.
TEST(Freeze, WhatCameLateIsTheSameAfterARestart) {
  SealedStore store(minutes());
  auto one = store->open_target(kTarget);
  auto two = store->open_target(kTarget);
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(scrape(*one, kStart + i * 10'000, {{metric("a"), i + 1.0}, {metric("b"), 5}}).status);
  }
  close_first_window(*one);
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(scrape(*one, kStart + i * 2000, {{metric("late"), i + 1.5}, {metric("same"), 7}}, kStart).status);
    ASSERT_TRUE(scrape(*two, kStart + 1000 + i * 2000, {{metric("other"), i * 3.0}}, kStart).status);
    ASSERT_TRUE(scrape(*one, kStart + 41'000 + i * 2000, {{metric("a"), i + 0.25}, {metric("b"), 5}}, kStart).status);
  }
  const std::string before = store.dump();
  EXPECT_NE(before.find("1700000040000:3ff8000000000000"), std::string::npos) << before;
  for (const bool sealed : {false, true}) {
    if (sealed) store.seal();
    one.reset();
    two.reset();
    store.reopen();
    EXPECT_EQ(store.dump(), before);
    EXPECT_FALSE(store.sealer().families().empty());
    one = store->open_target(kTarget);
    two = store->open_target(kTarget);
  }
}

TEST(Freeze, WindowsThatAreDueAtTheStartAreFrozenThen) {
  Options options = minutes();
  SealedStore store(options);
  auto appender = store->open_target(kTarget);
  ASSERT_TRUE(scrape(*appender, kStart, {{metric("a"), 1}}).status);
  close_first_window(*appender);
  ASSERT_TRUE(scrape(*appender, kStart + 75'001, {{metric("a"), 2, kStart + 20'000}}).status);
  appender.reset();
  store.reopen();
  store->close();  // the committer's thread has ended
  const auto waiting = store.sealer().waiting();
  ASSERT_EQ(waiting.size(), 1u);
  EXPECT_EQ(waiting[0].family, kStart / kMinute);
  ASSERT_EQ(waiting[0].windows.size(), 1u);
  std::vector<Timestamp> times;
  for (const FrozenSeries& series : frozen_series(*waiting[0].windows[0])) {
    Column column;
    ASSERT_TRUE(read_frozen(series, column));
    times.insert(times.end(), column.timestamps.begin(), column.timestamps.end());
  }
  EXPECT_EQ(times, (std::vector<Timestamp>{kStart, kStart + 20'000}));
}

TEST(Freeze, ScrapeTimesAreThoseOfAllProducers) {
  SealedStore store(minutes());
  const auto one = store->open_target(kTarget);
  const auto two = store->open_target(kTarget);
  ASSERT_TRUE(scrape(*one, kStart, {{metric("a"), 1}}).status);
  ASSERT_TRUE(scrape(*two, kStart + 5000, {{metric("b"), 1}, {metric("own"), 1, kStart + 7000}}).status);
  ASSERT_TRUE(scrape(*one, kStart + 10'000, {{metric("a"), 1}}).status);
  close_first_window(*one);
  settle(store.get());
  const auto waiting = store.sealer().waiting();
  ASSERT_EQ(waiting.size(), 1u);
  const auto members = waiting[0].windows[0]->members();
  ASSERT_EQ(members.size(), 1u);
  EXPECT_EQ(scrape_times(*members[0].part), (std::vector<Timestamp>{kStart, kStart + 5000, kStart + 10'000}));
}

// Series come and go for 50 windows, some of them late, some histograms; neither identities nor what targets keep of
// past windows grows.
TEST(Freeze, ChurnLeavesNothingBehind) {
  Options options = minutes();
  options.max_past_ms = kMinute;
  SealedStore store(options);
  const auto appender = store->open_target(kTarget);
  std::mt19937_64 random(1);
  const Histogram histogram = testing::next_histogram({}, random);
  const auto window = [&](int number) {
    for (int i = 0; i < 4; ++i) {
      const Timestamp at = kStart + number * kMinute + i * 15'000;
      appender->take_remap();
      auto scratch = appender->begin(at, at);
      for (int k = 0; k < 20; ++k) scratch->set(*appender->resolve(*scratch, metric("stays" + std::to_string(k))), i);
      // Fewer than what makes a compaction worth it, so that dead slots stay a while.
      const std::string suffix = std::to_string(number);
      scratch->set(*appender->resolve(*scratch, metric("goes" + suffix)), i);
      scratch->set_histogram(*appender->resolve(*scratch, metric("histogram" + suffix)), histogram);
      scratch->set_at(*appender->resolve(*scratch, metric("late" + suffix)), at - 55'000, i);
      std::promise<CommitResult> promise;
      appender->commit(std::move(scratch), [&](CommitResult r) { promise.set_value(std::move(r)); });
      ASSERT_TRUE(promise.get_future().get().status);
    }
    store.seal();
  };
  size_t bytes = 0;
  for (int number = 0; number < 50; ++number) {
    window(number);
    size_t now = store.shared().core.identity.bytes();
    for (const auto& target : store.shared().core.registry.all()) {
      std::lock_guard lock(target->mutex());
      now += target->bytes();
    }
    if (number < 20) bytes = std::max(bytes, now);  // of some windows: compactions come in turns
    if (number >= 20) {
      ASSERT_LE(now, bytes + 200) << number << ": longer names, no more of them";
    }
    EXPECT_LT(store->stats().templates, 60u);
    EXPECT_LT(store.shared().core.index.size(), 60u);
  }
  EXPECT_LE(store->stats().windows, 3u);
}

// Groups of past windows go even where dead slots stay.
TEST(Freeze, TimeGroupsOfDeadSeriesAreFreed) {
  Options options = minutes();
  options.max_past_ms = kMinute;
  SealedStore store(options);
  const auto appender = store->open_target(kTarget);
  std::vector<Line> lines;
  for (int k = 0; k < 100; ++k) lines.push_back({metric("stays" + std::to_string(k)), 1});
  std::vector<uint64_t> bytes;
  for (int number = 0; number < 20; ++number) {
    lines.resize(100);
    lines.push_back({metric("goes" + std::to_string(number)), 1});
    for (int i = 0; i < 60; ++i) ASSERT_TRUE(scrape(*appender, kStart + number * kMinute + i * 1000, lines).status);
    store.seal();
    const auto target = store.shared().core.registry.all().at(0);
    std::lock_guard lock(target->mutex());
    bytes.push_back(target->bytes());
  }
  EXPECT_EQ(appender->slot_count(), 120u) << "no compaction";
  // A group of 60 scrapes takes 240 bytes and more, a slot 52.
  EXPECT_LT(bytes[19] - bytes[9], 10 * 200u);
}

struct Case {
  const char* name;
  GeneratorOptions generator;
  int64_t window_ms;
  int64_t overlap_ms;
  int steps;
  int seal_every;     // steps; 0: at once, on another thread
  int restart_every;  // steps; 0: never
  int64_t out_of_order_ms = 0;
};

class FreezeEquality : public ::testing::TestWithParam<Case> {};

TEST_P(FreezeEquality, HeadAndSealedTogetherEqualTheNaiveStore) {
  const Case& c = GetParam();
  Options options = small_windows(c.window_ms, c.overlap_ms);
  options.limits.out_of_order_window_ms = c.out_of_order_ms;
  NaiveStore naive(options);
  SealedStore store(options);
  GeneratorOptions scrapes = c.generator;
  scrapes.out_of_order_ms = c.out_of_order_ms;
  ScrapeGenerator generator(scrapes, {&naive, &store.get()});
  if (c.seal_every == 0) store.sealer().start(store.shared());
  for (int step = 1; step <= c.steps * test_scale(); ++step) {
    ASSERT_EQ(generator.step(), "") << "step " << step;
    const auto held = store->view();
    const std::string shown = step % 10 == 0 ? dump(*held) : "";
    if (c.seal_every > 0 && step % c.seal_every == 0) store.seal();
    if (step % 10 == 0) {
      ASSERT_EQ(dump(*held), shown) << "step " << step;
      ASSERT_EQ(store.dump(), dump(*naive.view())) << "step " << step;
    }
    if (c.restart_every == 0 || step % c.restart_every != 0) continue;
    generator.detach(1);
    store.reopen();
    generator.reopened(1, &store.get());
    ASSERT_EQ(store.dump(), dump(*naive.view())) << "restarted at " << step;
  }
  EXPECT_GT(store.sealer().families().size(), 3u);
  EXPECT_GT(store.sealer().sealed().size(), 10u);
  store.sealer().stop();
}

INSTANTIATE_TEST_SUITE_P(
    Runs, FreezeEquality,
    ::testing::Values(
        Case{"Plain", {.seed = 21, .own_timestamps = false, .clock_steps = false}, 60'000, 5'000, 150, 1, 0},
        Case{"Late", {.seed = 22, .clock_steps = false}, 60'000, 5'000, 200, 7, 0},
        Case{"Tiny", {.seed = 23, .targets = 6, .beside = true}, 16'000, 2'000, 150, 5, 0},
        Case{"Threads", {.seed = 24, .targets = 6, .beside = true}, 16'000, 2'000, 150, 0, 0},
        Case{"Restarts", {.seed = 25, .beside = true}, 60'000, 5'000, 150, 10, 23},
        Case{"RestartsTiny", {.seed = 26, .targets = 6, .beside = true}, 16'000, 2'000, 150, 7, 19},
        Case{"OutOfOrder", {.seed = 27, .beside = true}, 60'000, 5'000, 150, 7, 0, 300'000},
        Case{"OutOfOrderThreads", {.seed = 28, .targets = 6, .beside = true}, 16'000, 2'000, 100, 0, 0, 60'000},
        Case{"OutOfOrderRestarts", {.seed = 29, .targets = 6, .beside = true}, 16'000, 2'000, 100, 7, 19, 60'000}),
    [](const auto& param) { return std::string(param.param.name); });

// Windows close and their logs go while others write to them: nobody meets a log that is gone, which would fail every
// later write too.
TEST(Freeze, AWriteIntoAClosingWindowUnderLoadDoesNotPoisonTheStore) {
  Options options = small_windows(1000, 300);
  options.limits.retention_ms = 2000;
  options.max_past_ms = 1500;
  OpenStore store(options);
  constexpr int kWriters = 4;
  std::atomic<int64_t> clock{0};
  std::atomic<int> failures{0};
  std::vector<std::thread> threads;
  for (int w = 0; w < kWriters; ++w) {
    threads.emplace_back([&, w] {
      const auto appender = store->open_target(Labels{{"instance", std::to_string(w)}});
      std::mt19937 random(static_cast<unsigned>(w));
      for (int i = 0; i < 500 * test_scale(); ++i) {
        const Timestamp now = kStart + clock.fetch_add(25);
        const std::string name = "own" + std::to_string(i % 7);
        const auto result = scrape(*appender, now - static_cast<Timestamp>(random() % 1400),
                                   {{Labels{{"__name__", "a"}, {"instance", std::to_string(w)}}, 1},
                                    {Labels{{"__name__", name}}, 2, now - static_cast<Timestamp>(random() % 1400)}},
                                   now);
        failures += !result.status;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failures, 0);
  const auto appender = store->open_target(kTarget);
  EXPECT_TRUE(scrape(*appender, kStart + clock + 10'000, {{metric("after"), 1}}).status);
  settle_all(store.get());
  EXPECT_LE(store->stats().windows, 4u);
}

}  // namespace
}  // namespace narthex::storage
