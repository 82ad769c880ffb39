// The out-of-order window: what is accepted, refused, dropped and shown (config spec, section 9).
#include <gtest/gtest.h>

#include "tests/support/histograms.h"
#include "tests/unit/storage/toy_sealer.h"

namespace narthex::storage {
namespace {

using testing::dump;

constexpr Timestamp kMinute = 60'000;
constexpr Timestamp kHour = 60 * kMinute;
constexpr Timestamp kStart = 1'700'000'040'000;
const Labels kTarget{{"instance", "a"}, {"job", "node"}};

Labels metric(const std::string& name) {
  std::vector<Label> labels(kTarget.begin(), kTarget.end());
  labels.push_back({"__name__", name});
  return Labels(std::move(labels));
}

Options with_window(int64_t window) {
  Options options = small_windows(kMinute, 10'000);
  options.max_past_ms = 10 * kMinute;
  options.limits.out_of_order_window_ms = window;
  return options;
}

std::string text_of(const CommitResult& r) {
  if (!r.status) return r.status.error().message;
  std::string out;
  const auto add = [&](uint64_t n, const char* what) { out += n == 0 ? "" : what; };
  add(r.out_of_order, "out of order");
  add(r.duplicate_timestamp, "duplicate");
  add(r.out_of_bounds, "out of bounds");
  add(r.too_old, "too old");
  return out;
}

std::vector<std::pair<Timestamp, double>> samples_of(const View& view, const std::string& name,
                                                     Timestamp from = kMinTime, Timestamp to = kMaxTime) {
  const auto set = view.select(std::vector<Matcher>{Matcher::equal("__name__", name)}, from, to);
  std::vector<std::pair<Timestamp, double>> out;
  Column column;
  for (size_t i = 0; i < (*set)->size(); ++i) EXPECT_TRUE((*set)->read(i, from, to, column));
  for (size_t i = 0; i < column.size(); ++i) out.emplace_back(column.timestamps[i] - kStart, column.values[i]);
  return out;
}

// The series has samples 1 at 0 and 2 at -1 min, the newest of all is at 0 too.
struct Row {
  const char* name;
  int64_t window;
  Timestamp at;
  double value;
  const char* answer;
  bool stored;
  bool new_series = false;
};

class OutOfOrderTable : public ::testing::TestWithParam<Row> {};

TEST_P(OutOfOrderTable, AnswersAndStores) {
  const Row& row = GetParam();
  OpenStore store(with_window(row.window));
  auto appender = store->open_target(kTarget);
  ASSERT_TRUE(scrape(*appender, kStart, {{metric("a"), 2, kStart - kMinute}}).status);
  ASSERT_TRUE(scrape(*appender, kStart, {{metric("a"), 1, kStart}}).status);
  const std::string name = row.new_series ? "b" : "a";
  EXPECT_EQ(text_of(scrape(*appender, kStart, {{metric(name), row.value, kStart + row.at}})), row.answer);
  const auto found = samples_of(*store->view(), name);
  const bool there = std::count(found.begin(), found.end(), std::pair(row.at, row.value)) > 0;
  EXPECT_EQ(there, row.stored);
  const std::string before = dump(*store->view());
  appender.reset();
  store.reopen();
  EXPECT_EQ(dump(*store->view()), before) << "after a restart";
}

INSTANTIATE_TEST_SUITE_P(
    Rows, OutOfOrderTable,
    ::testing::Values(
        Row{"NoWindowOlderThanSeries", 0, -kMinute / 2, 5, "out of order", false},
        Row{"NoWindowLongAgo", 0, -11 * kMinute, 5, "out of bounds", false},
        Row{"NoWindowLongAgoNew", 0, -11 * kMinute, 5, "out of bounds", false, true},
        Row{"NewerThanSeries", kHour, 1, 5, "", true}, Row{"OlderThanSeries", kHour, -kMinute / 2, 5, "", true},
        Row{"BeforeItsFirst", kHour, -5 * kMinute, 5, "", true}, Row{"LongAgo", kHour, -11 * kMinute, 5, "", true},
        Row{"LongAgoNew", kHour, -11 * kMinute, 5, "", true, true}, Row{"AtTheEdge", kHour, -kHour, 5, "", true},
        Row{"AtTheEdgeNew", kHour, -kHour, 5, "", true, true}, Row{"TooOld", kHour, -kHour - 1, 5, "too old", false},
        Row{"TooOldNew", kHour, -kHour - 1, 5, "too old", false, true},
        Row{"InOrderThoughOlderThanASmallWindow", kMinute, -5 * kMinute, 5, "", true, true},
        Row{"TooOldForASmallWindow", kMinute, -5 * kMinute, 5, "too old", false},
        Row{"TooFarAhead", kHour, 11 * kMinute, 5, "out of bounds", false}, Row{"NewestAgain", kHour, 0, 1, "", true},
        Row{"NewestOtherwise", kHour, 0, 5, "duplicate", false},
        Row{"AtATimeThatIsThere", kHour, -kMinute, 5, "", false}),
    [](const auto& param) { return std::string(param.param.name); });

TEST(OutOfOrder, TheFirstSampleOfATimeHolds) {
  SealedStore store(with_window(kHour));
  const auto appender = store->open_target(kTarget);
  ASSERT_TRUE(scrape(*appender, kStart, {{metric("a"), 1}}).status);
  const std::vector<std::pair<Timestamp, double>> expected = {{-20 * kMinute, 7}, {0, 1}};
  for (const double value : {7.0, 8.0, 9.0}) {
    const auto result = scrape(*appender, kStart + 1, {{metric("a"), value, kStart - 20 * kMinute}});
    EXPECT_EQ(text_of(result), "");
    EXPECT_EQ(samples_of(*store->view(), "a"), expected);
  }
  store.seal();
  // Frozen, sealed, and once more: readers take the earlier source.
  ASSERT_TRUE(scrape(*appender, kStart + 2 * kMinute, {{metric("clock"), 1}}).status);
  store.seal();
  EXPECT_EQ(text_of(scrape(*appender, kStart + 2 * kMinute, {{metric("a"), 8, kStart - 20 * kMinute}})), "");
  EXPECT_NE(store.dump().find("1699998840000:7 1700000040000:1\n"), std::string::npos) << store.dump();
}

TEST(OutOfOrder, AViewSeesWhatWasThereWhenItWasTaken) {
  OpenStore store(with_window(kHour));
  const auto appender = store->open_target(kTarget);
  ASSERT_TRUE(scrape(*appender, kStart, {{metric("a"), 1}}).status);
  const auto empty = store->view();
  ASSERT_TRUE(scrape(*appender, kStart + 1, {{metric("a"), 2, kStart - 1000}}).status);
  const auto one = store->view();
  for (int i = 0; i < 200; ++i) {
    ASSERT_TRUE(
        scrape(*appender, kStart + 2, {{metric("a"), 3, kStart - 2000 - i * 10}, {metric("a"), 4, kStart - 1000}})
            .status);
  }
  EXPECT_EQ(samples_of(*empty, "a").size(), 1u);
  EXPECT_EQ(samples_of(*one, "a"), (std::vector<std::pair<Timestamp, double>>{{-1000, 2}, {0, 1}}));
  const auto all = samples_of(*store->view(), "a");
  EXPECT_EQ(all.size(), 202u);
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end()));
  EXPECT_EQ(samples_of(*store->view(), "a", kStart - 2020, kStart - 1000).size(), 4u);
}

// What one scrape brings for one series, in the order of its lines.
TEST(OutOfOrder, ConflictsWithinAScrapeAreInsertedToo) {
  OpenStore store(with_window(kHour));
  const auto appender = store->open_target(kTarget);
  ASSERT_TRUE(scrape(*appender, kStart, {{metric("clock"), 1}}).status);
  const auto result = scrape(*appender, kStart + 1000,
                             {{metric("a"), 1},
                              {metric("a"), 2, kStart + 500},
                              {metric("a"), 3, kStart + 1000},
                              {metric("b"), 1, kStart + 300},
                              {metric("b"), 2, kStart + 100},
                              {metric("b"), 3, kStart + 200},
                              {metric("b"), 4, kStart + 200}});
  EXPECT_EQ(text_of(result), "");
  EXPECT_EQ(samples_of(*store->view(), "a"), (std::vector<std::pair<Timestamp, double>>{{500, 2}, {1000, 1}}));
  EXPECT_EQ(samples_of(*store->view(), "b"), (std::vector<std::pair<Timestamp, double>>{{100, 2}, {200, 3}, {300, 1}}));
}

TEST(OutOfOrder, AWholeScrapeMayBeOlderThanTheLast) {
  OpenStore store(with_window(kHour));
  auto appender = store->open_target(kTarget);
  ASSERT_TRUE(scrape(*appender, kStart, {{metric("a"), 1}, {metric("b"), 1}}).status);
  EXPECT_EQ(text_of(scrape(*appender, kStart - 1000, {{metric("a"), 2}, {metric("b"), 2}})), "");
  EXPECT_EQ(text_of(scrape(*appender, kStart - 30 * kMinute, {{metric("a"), 3}, {metric("new"), 3}})), "");
  EXPECT_EQ(samples_of(*store->view(), "a"),
            (std::vector<std::pair<Timestamp, double>>{{-30 * kMinute, 3}, {-1000, 2}, {0, 1}}));
  EXPECT_EQ(samples_of(*store->view(), "new").size(), 1u);
  EXPECT_EQ(store->stats().min_time, kStart - 30 * kMinute) << "a window of its own";
}

TEST(OutOfOrder, ASampleThatIsTooOldFailsAScrapeThatAsksForIt) {
  OpenStore store(with_window(kHour));
  const auto appender = store->open_target(kTarget);
  ASSERT_TRUE(scrape(*appender, kStart, {{metric("a"), 1}}).status);
  const std::string before = dump(*store->view());
  const auto commit = [&](bool quiet, Timestamp at) {
    auto scratch = appender->begin(at, kStart + 1);
    scratch->fail_if_too_old();
    const Slot slot = *appender->resolve(*scratch, metric("new"));
    quiet ? scratch->set_quietly(slot, 1) : (void)scratch->set(slot, 1);
    std::promise<CommitResult> promise;
    appender->commit(std::move(scratch), [&](CommitResult r) { promise.set_value(std::move(r)); });
    return promise.get_future().get();
  };
  const CommitResult failed = commit(false, kStart - kHour - 1);
  ASSERT_FALSE(failed.status);
  EXPECT_EQ(failed.status.error().message, "too old sample");
  EXPECT_EQ(failed.too_old, 1u);
  EXPECT_EQ(dump(*store->view()), before);
  EXPECT_EQ(store->stats().commit_failures, 0u) << "the log did not fail";
  EXPECT_TRUE(commit(true, kStart - kHour - 1).status) << "what is set quietly fails nothing";
  EXPECT_EQ(dump(*store->view()), before);
  EXPECT_TRUE(commit(false, kStart - kHour).status);
  EXPECT_EQ(samples_of(*store->view(), "new").size(), 1u);
}

TEST(OutOfOrder, WhatAsksForOrderIsNotInserted) {
  OpenStore store(with_window(kHour));
  const auto appender = store->open_target(kTarget);
  ASSERT_TRUE(scrape(*appender, kStart, {{metric("a"), 1}}).status);
  for (const Timestamp at : {kStart - 1, kStart - 30 * kMinute}) {
    auto scratch = appender->begin(at, kStart);
    scratch->only_in_order();
    scratch->set_quietly(*appender->resolve(*scratch, metric("a")), 2);
    std::promise<CommitResult> promise;
    appender->commit(std::move(scratch), [&](CommitResult r) { promise.set_value(std::move(r)); });
    EXPECT_EQ(text_of(promise.get_future().get()), "");
  }
  EXPECT_EQ(samples_of(*store->view(), "a").size(), 1u);
}

TEST(OutOfOrder, TheWindowChangesAtRunTime) {
  OpenStore store(with_window(0));
  const auto appender = store->open_target(kTarget);
  ASSERT_TRUE(scrape(*appender, kStart, {{metric("a"), 1}}).status);
  const auto old = [&] { return text_of(scrape(*appender, kStart, {{metric("a"), 1, kStart - 20 * kMinute}})); };
  EXPECT_EQ(old(), "out of bounds");
  Limits limits = store.options().limits;
  limits.out_of_order_window_ms = 10 * kMinute;
  store->set_limits(limits);
  EXPECT_EQ(old(), "too old");
  limits.out_of_order_window_ms = kHour;
  store->set_limits(limits);
  EXPECT_EQ(old(), "");
  EXPECT_EQ(samples_of(*store->view(), "a").size(), 2u);
  limits.retention_ms = 0;  // no limit
  limits.out_of_order_window_ms = 0;
  store->set_limits(limits);
  EXPECT_EQ(text_of(scrape(*appender, kStart + 1, {{metric("a"), 1}}, kStart + kHour)), "");
}

// Histograms and starts come back, from the log too, and memory is counted.
TEST(OutOfOrder, HistogramsAndStarts) {
  OpenStore store(with_window(kHour));
  auto appender = store->open_target(kTarget);
  std::mt19937_64 random(3);
  Histogram histogram = testing::next_histogram({}, random);
  ASSERT_TRUE(scrape(*appender, kStart, {{metric("h"), 1}}).status);
  const uint64_t before = store->stats().column_bytes;
  for (int i = 1; i < 100; ++i) {
    histogram = testing::next_histogram(histogram, random);
    auto scratch = appender->begin(kStart + i, kStart + i);
    const Slot slot = *appender->resolve(*scratch, metric("h"));
    if (i % 2 == 0) scratch->set_histogram_at(slot, kStart - i * 1000, histogram);
    if (i % 2 == 1) scratch->set_at(slot, kStart - i * 1000, i);
    if (i % 3 == 0) scratch->set_start(slot, kStart - kHour + i);
    std::promise<CommitResult> promise;
    appender->commit(std::move(scratch), [&](CommitResult r) { promise.set_value(std::move(r)); });
    ASSERT_EQ(text_of(promise.get_future().get()), "");
  }
  EXPECT_GT(store->stats().column_bytes, before + 99 * 24);
  const std::string shown = dump(*store->view());
  EXPECT_NE(shown.find("1699996440096>1699999944000:{"), std::string::npos) << shown;
  appender.reset();
  store.reopen();
  EXPECT_EQ(dump(*store->view()), shown);
}

}  // namespace
}  // namespace narthex::storage
