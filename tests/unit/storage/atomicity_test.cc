// Readers beside writers: a scrape is visible with all its samples or not at all, in every view, at any time.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "tests/unit/storage/sealed.h"

namespace narthex::storage {
namespace {

constexpr Timestamp kStart = 1'700'000'000'000;
constexpr int kTargets = 3;
constexpr int kSeries = 24;

Labels series(int target, int number) {
  return Labels{{"__name__", number % 2 == 0 ? "even" : "odd"},
                {"instance", std::to_string(target)},
                {"job", "j"},
                {"le", std::to_string(number)}};
}

// All series of a target carry the scrape's number, some at a timestamp of their own.
void write(Store& store, int target, int scrapes) {
  auto appender = store.open_target(Labels{{"instance", std::to_string(target)}, {"job", "j"}});
  for (int i = 0; i < scrapes; ++i) {
    const Timestamp at = kStart + i * 1000;
    std::vector<Line> lines;
    for (int n = 0; n < kSeries; ++n) lines.push_back({series(target, n), i + 1.0, n % 5 == 4 ? at - 500 : 0});
    ASSERT_TRUE(scrape(*appender, at, lines).status);
  }
}

// Returns how many samples it compared.
size_t check(const View& view, int target) {
  const Matcher matchers[] = {Matcher::equal("instance", std::to_string(target))};
  const auto set = view.select(matchers, kMinTime, kMaxTime);
  EXPECT_TRUE(set);
  if ((*set)->size() == 0) return 0;
  EXPECT_EQ((*set)->size(), size_t{kSeries});
  Column first;
  EXPECT_TRUE((*set)->read(0, kMinTime, kMaxTime, first));
  Column column;
  for (size_t i = 1; i < (*set)->size(); ++i) {
    column.clear();
    EXPECT_TRUE((*set)->read(i, kMinTime, kMaxTime, column));
    EXPECT_EQ(column.values, first.values) << (*set)->labels(i).str();
  }
  for (size_t k = 0; k < first.size(); ++k) EXPECT_EQ(first.values[k], static_cast<double>(k + 1));
  return first.size();
}

TEST(Atomicity, ReadersSeeWholeScrapesUnderLoadWhileWindowsBecomeSegments) {
  Options options = small_windows(15'000, 3'000);
  options.merge_windows = 3;
  OpenStore store(options);
  const int scrapes = 150 * test_scale();
  std::atomic<int> writing{kTargets};
  std::vector<std::thread> threads;
  for (int t = 0; t < kTargets; ++t) {
    threads.emplace_back([&, t] {
      write(store.get(), t, scrapes);
      --writing;
    });
  }
  for (int r = 0; r < 2; ++r) {
    threads.emplace_back([&, r] {
      std::shared_ptr<const View> old;
      size_t old_size = 0;
      for (int round = 0; writing > 0 && !::testing::Test::HasFailure(); ++round) {
        const auto view = store->view();
        const int target = (round + r) % kTargets;
        const size_t size = check(*view, target);
        EXPECT_EQ(check(*view, target), size) << "a view does not change";
        if (old && target == 0) {
          EXPECT_EQ(check(*old, 0), old_size) << "neither does an older one";
        }
        if (round % 7 == 0 && target == 0) old = view, old_size = size;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  settle_all(store.get());
  for (int t = 0; t < kTargets; ++t) EXPECT_EQ(check(*store->view(), t), static_cast<size_t>(scrapes));
  EXPECT_GT(store->stats().seals, 5u);
  EXPECT_GT(store->stats().merges, 1u);
}

TEST(Atomicity, TwoProducersOfOneLabelSetWriteOneSeries) {
  OpenStore store(small_windows(60'000, 10'000));
  const Labels same{{"__name__", "up"}, {"instance", "x"}, {"job", "a"}};
  auto owner = store->open_target(Labels{{"instance", "x"}, {"job", "a"}});
  auto other = store->open_target(Labels{{"instance", "y"}, {"job", "push"}});
  ASSERT_TRUE(scrape(*owner, kStart, {{same, 1}}).status);
  ASSERT_TRUE(scrape(*other, kStart + 1000, {{same, 2}}).status);
  EXPECT_EQ(scrape(*other, kStart + 1000, {{same, 3}}).duplicate_timestamp, 1u);
  EXPECT_EQ(scrape(*other, kStart + 1000, {{same, 2}}).duplicate_timestamp, 0u);
  EXPECT_EQ(scrape(*owner, kStart + 500, {{same, 3}}).out_of_order, 1u);
  ASSERT_TRUE(scrape(*owner, kStart + 2000, {{same, 4}}).status);
  for (int round = 0; round < 2; ++round) {
    const auto view = store->view();
    const auto set = view->select({}, kMinTime, kMaxTime);
    ASSERT_EQ((*set)->size(), 1u);
    Column column;
    ASSERT_TRUE((*set)->read(0, kMinTime, kMaxTime, column));
    EXPECT_EQ(column.values, (std::vector<double>{1, 2, 4}));
    EXPECT_EQ(store->stats().series, 1u);
    owner.reset();
    other.reset();
    store.reopen();
  }
}

TEST(Appender, EqualLabelsGiveTheEqualSlotAndADroppedScratchLeavesNoTrace) {
  OpenStore store;
  const Labels target{{"job", "a"}};
  const Labels one{{"__name__", "one"}, {"job", "a"}};
  const Labels two{{"__name__", "two"}, {"job", "a"}};
  auto appender = store->open_target(target);
  {
    auto dropped = appender->begin(kStart, kStart);
    const Slot slot = *appender->resolve(*dropped, one);
    EXPECT_EQ(*appender->resolve(*dropped, one), slot);
    EXPECT_TRUE(dropped->set(slot, 1));
    EXPECT_FALSE(dropped->set(slot, 2));
  }
  auto scratch = appender->begin(kStart, kStart);
  EXPECT_EQ(*appender->resolve(*scratch, two), 0u) << "the slot of a dropped scratch is given again";
  EXPECT_EQ(*appender->resolve(*scratch, one), 1u);
  EXPECT_EQ(scratch->slot_count(), 2u);
  scratch->set(0, 5);
  std::promise<void> done;
  appender->commit(std::move(scratch), [&](const CommitResult&) { done.set_value(); });
  done.get_future().wait();
  EXPECT_EQ(appender->labels(0), two);
  EXPECT_EQ(appender->labels(1), one) << "resolved, though without a sample";
  EXPECT_EQ(store->stats().samples_appended, 1u);
  auto next = appender->begin(kStart + 1, kStart + 1);
  EXPECT_EQ(*appender->resolve(*next, one), 1u);
}

TEST(View, LabelsByMatchers) {
  OpenStore store;
  auto a = store->open_target(Labels{{"instance", "a"}, {"job", "x"}});
  auto b = store->open_target(Labels{{"instance", "b"}, {"job", "y"}});
  scrape(*a, kStart,
         {{{{"__name__", "m"}, {"instance", "a"}, {"job", "x"}, {"code", "200"}}, 1},
          {{{"__name__", "n"}, {"instance", "a"}, {"job", "x"}}, 1}});
  scrape(*b, kStart,
         {{{{"__name__", "m"}, {"instance", "b"}, {"job", "y"}, {"code", "500"}}, 1},
          {{{"__name__", "m"}, {"job", "y"}}, 1}});
  const struct {
    MatchType type;
    const char* name;
    const char* value;
    const char* expected;  // metric_str of what is found, in order
  } cases[] = {
      {MatchType::kEqual, "__name__", "n", "n{instance=\"a\", job=\"x\"} "},
      {MatchType::kRegex, "code", "2..", "m{code=\"200\", instance=\"a\", job=\"x\"} "},
      {MatchType::kEqual, "instance", "", "m{job=\"y\"} "},
      {MatchType::kNotEqual, "instance", "",
       "m{code=\"200\", instance=\"a\", job=\"x\"} m{code=\"500\", instance=\"b\", job=\"y\"} n{instance=\"a\", "
       "job=\"x\"} "},
      {MatchType::kNotRegex, "job", "x|z", "m{code=\"500\", instance=\"b\", job=\"y\"} m{job=\"y\"} "},
      {MatchType::kRegex, "absent", ".*",
       "m{code=\"200\", instance=\"a\", job=\"x\"} m{code=\"500\", instance=\"b\", job=\"y\"} m{job=\"y\"} "
       "n{instance=\"a\", job=\"x\"} "},
      {MatchType::kEqual, "absent", "1", ""},
  };
  const auto view = store->view();
  for (const auto& c : cases) {
    const Matcher matchers[] = {*Matcher::make(c.type, c.name, c.value)};
    const auto set = view->select(matchers, kMinTime, kMaxTime);
    std::string found;
    for (size_t i = 0; i < (*set)->size(); ++i) found += (*set)->labels(i).metric_str() + " ";
    EXPECT_EQ(found, c.expected) << matchers[0].str();
  }
  const Matcher m[] = {Matcher::equal("__name__", "m")};
  EXPECT_EQ(*view->label_names(m, kMinTime, kMaxTime),
            (std::vector<std::string>{"__name__", "code", "instance", "job"}));
  EXPECT_EQ(*view->label_values("instance", m, kMinTime, kMaxTime), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(*view->label_values("__name__", {}, kMinTime, kMaxTime), (std::vector<std::string>{"m", "n"}));
  EXPECT_TRUE(view->label_values("instance", m, kStart + 1, kMaxTime)->empty()) << "nothing in that time";
}

}  // namespace
}  // namespace narthex::storage
