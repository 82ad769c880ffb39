// Selecting in segments against the naive store, and what a selection reads.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <thread>

#include "storage/query/matching.h"
#include "tests/support/naive_store.h"
#include "tests/support/scrape_generator.h"
#include "tests/unit/storage/fixture.h"
#include "tests/unit/storage/segment_fixture.h"

namespace narthex::storage {
namespace {

using testing::NaiveStore;
using testing::ScrapeGenerator;

constexpr Timestamp kStart = 1'700'000'000'000;

// Labels of the series selected that have samples in the range, a line each.
std::string selected(const View& view, const std::vector<Matcher>& matchers, Timestamp from, Timestamp to) {
  std::string out;
  const auto set = view.select(matchers, from, to);
  if (!set) return set.error().message;
  Column column;
  for (size_t i = 0; i < (*set)->size(); ++i) {
    column.clear();
    if (!(*set)->read(i, from, to, column)) return "cannot be read";
    if (!column.empty()) out += (*set)->labels(i).metric_str() + '\n';
  }
  return out;
}

Labels marked_target(const Labels& labels) {
  return Labels{{"instance", "host-1:9100"}, {"job", std::string(labels.get("job"))}, {"number", "2"}};
}
Labels metric_target(const Labels& labels) {
  return Labels{{"__name__", std::string(labels.get("__name__"))}, {"instance", std::string(labels.get("instance"))}};
}

class SegmentSelect : public ::testing::TestWithParam<TargetOf> {};

TEST_P(SegmentSelect, RandomMatchersMeanWhatTheyMeanToTheNaiveStore) {
  NaiveStore naive;
  ScrapeGenerator generator({.seed = 21, .series_per_target = 60}, {&naive});
  for (int step = 0; step < 120; ++step) ASSERT_EQ(generator.step(), "");
  naive.add(Labels{{"nameless", "1"}}, generator.now(), 1);
  PageCache cache(1 << 20);
  const auto segment = open(build(series_of(*naive.view()), {.target_of = GetParam()}), cache);
  const SegmentView view(segment);
  const char* names[] = {"__name__", "instance", "job", "number", "exported_job", "nameless", "unknown"};
  const char* values[] = {"",
                          "metric_3",
                          "host-0:9100",
                          "host-1:9100",
                          "node",
                          "1",
                          "2",
                          ".*",
                          ".+",
                          "metric_[1-4]",
                          "host-0.*|host-1.*",
                          "1|",
                          "nothing",
                          "other",
                          "metric_1|metric_2",
                          "(metric_1.*|)"};
  std::mt19937_64 random(7);
  std::set<std::string> answers;
  for (int i = 0; i < 3000 * test_scale(); ++i) {
    std::vector<Matcher> matchers;
    std::string text;
    for (uint64_t left = 1 + random() % 3; left > 0; --left) {
      matchers.push_back(*Matcher::make(static_cast<MatchType>(random() % 4), names[random() % std::size(names)],
                                        values[random() % std::size(values)]));
      text += matchers.back().str() + ' ';
    }
    const Timestamp from = random() % 2 == 0 ? kMinTime : kStart + static_cast<Timestamp>(random() % 400'000);
    const Timestamp to = random() % 2 == 0 ? kMaxTime : from + static_cast<Timestamp>(random() % 100'000);
    const std::string wanted = selected(*naive.view(), matchers, from, to);
    ASSERT_EQ(selected(view, matchers, from, to), wanted) << text << from << ' ' << to;
    answers.insert(wanted);
  }
  EXPECT_GT(answers.size(), 100u);
}

INSTANTIATE_TEST_SUITE_P(Targets, SegmentSelect, ::testing::Values(&job_and_instance, &marked_target, &metric_target));

TEST(SegmentSelectTimes, SeriesOutsideTheRangeAreLeftOut) {
  std::vector<TestSeries> series;
  for (int i = 0; i < 10; ++i) {
    TestSeries& s = series.emplace_back();
    s.labels = Labels{{"__name__", "a"}, {"job", "j"}, {"number", std::to_string(i)}};
    for (int k = 0; k < 5; ++k) s.column.push(kStart + i * 100 + k * 10, 1);
  }
  PageCache cache(1 << 20);
  const auto segment = open(build(series), cache);
  for (Timestamp t = kStart - 20; t < kStart + 1000; t += 7) {
    const auto overlapping = std::ranges::count_if(series, [&](const TestSeries& s) {
      return s.column.timestamps.front() <= t + 3 && s.column.timestamps.back() >= t;
    });
    EXPECT_EQ(segment->select({}, t, t + 3)->size(), static_cast<size_t>(overlapping)) << t - kStart;
  }
}

TEST(SegmentSelectLimits, MoreMatchersThanAreAllowed) {
  PageCache cache(1 << 20);
  TestSeries series{Labels{{"a", "b"}}, {}};
  series.column.push(kStart, 1);
  const auto segment = open(build({series}), cache);
  std::vector<Matcher> matchers(MatchRules::kMaxMatchers, Matcher::equal("a", "b"));
  EXPECT_EQ(segment->select(matchers, kMinTime, kMaxTime)->size(), 1u);
  matchers.push_back(Matcher::equal("a", "b"));
  EXPECT_EQ(segment->select(matchers, kMinTime, kMaxTime).error().code, Code::kLimit);
}

// Counts what is read of what kind.
class CountingPages final : public PageSource {
 public:
  explicit CountingPages(std::shared_ptr<const PageSource> pages) : pages_(std::move(pages)) {}
  Result<> get(PageKind kind, uint64_t number, std::string& out) const override {
    ++reads[static_cast<size_t>(kind)];
    return pages_->get(kind, number, out);
  }
  int of(PageKind kind) const { return reads[static_cast<size_t>(kind)]; }
  void clear() {
    for (auto& count : reads) count = 0;
  }
  mutable std::atomic<int> reads[16] = {};

 private:
  std::shared_ptr<const PageSource> pages_;
};

// 200 metrics of 50 targets, and one with 20,000 different values of a label.
std::vector<TestSeries> many_series() {
  std::vector<TestSeries> series;
  const auto add = [&](std::vector<Label> labels) {
    TestSeries& s = series.emplace_back();
    s.labels = Labels(std::move(labels));
    for (int k = 0; k < 3; ++k) s.column.push(kStart + k * 15'000, static_cast<double>(k));
  };
  for (int target = 0; target < 50; ++target) {
    for (int metric = 0; metric < 200; ++metric) {
      add({{"__name__", fmt::format("metric_{}", metric)}, {"instance", fmt::format("i{}", target)}, {"job", "node"}});
    }
  }
  for (int i = 0; i < 20'000; ++i)
    add({{"__name__", "unique"}, {"id", fmt::format("/pod/{}", i)}, {"job", "cadvisor"}});
  return series;
}

class SegmentSelectCost : public ::testing::Test {
 protected:
  size_t select(std::vector<Matcher> matchers) {
    const auto found = segment_->select(matchers, kMinTime, kMaxTime);
    EXPECT_TRUE(found) << found.error().message;
    return found->size();
  }
  PageCache cache_{0};  // so that every use of a page is a read
  std::shared_ptr<CountingPages> pages_ = std::make_shared<CountingPages>(build(many_series()));
  std::shared_ptr<const Segment> segment_ = open(pages_, cache_);
};

TEST_F(SegmentSelectCost, WhatIsUnknownReadsNoIndex) {
  const std::vector<Matcher> unknown[] = {
      {Matcher::equal("__name__", "metric_x")},
      {Matcher::equal("__name__", "unique"), Matcher::equal("id", "/pod/x")},
      {*Matcher::make(MatchType::kRegex, "no_label", ".+")},
      {Matcher::equal("__name__", "unique"), *Matcher::make(MatchType::kNotEqual, "no_label", "")},
  };
  for (const auto& matchers : unknown) {
    pages_->clear();
    EXPECT_EQ(select(matchers), 0u);
    EXPECT_EQ(pages_->of(PageKind::kIndex), 0);
    EXPECT_EQ(pages_->of(PageKind::kLists), 0);
    EXPECT_LE(pages_->of(PageKind::kSymbols), 4);
    EXPECT_EQ(pages_->of(PageKind::kPack), 0);
  }
}

TEST_F(SegmentSelectCost, AMetricReadsItsIndexPageAndItsLists) {
  pages_->clear();
  EXPECT_EQ(select({Matcher::equal("__name__", "metric_7")}), 50u);
  EXPECT_EQ(pages_->of(PageKind::kIndex), 1);
  EXPECT_LE(pages_->of(PageKind::kLists), 4);
  pages_->clear();
  EXPECT_EQ(select({Matcher::equal("__name__", "metric_7"), Matcher::equal("instance", "i3")}), 1u);
  EXPECT_EQ(pages_->of(PageKind::kIndex), 1);
  EXPECT_LE(pages_->of(PageKind::kLists), 4);
}

TEST_F(SegmentSelectCost, UniqueLabelsReadEachListPageOnce) {
  pages_->clear();
  EXPECT_EQ(select({Matcher::equal("__name__", "unique"), Matcher::equal("id", "/pod/777")}), 1u);
  EXPECT_LE(pages_->of(PageKind::kLists), 20'000 / 256 + 4);
}

TEST_F(SegmentSelectCost, AnExpressionOnNamesIsAskedBeforeTheIndex) {
  pages_->clear();
  EXPECT_EQ(select({*Matcher::make(MatchType::kRegex, "__name__", "metric_1|metric_10")}), 100u);
  EXPECT_EQ(pages_->of(PageKind::kIndex), 1);
  EXPECT_EQ(select({*Matcher::make(MatchType::kRegex, "__name__", "metric_.*")}), 200u * 50);
}

TEST(SegmentThreads, ReadAtOnceWithATinyCache) {
  NaiveStore naive;
  ScrapeGenerator generator({.seed = 22, .beside = true}, {&naive});
  for (int step = 0; step < 80; ++step) ASSERT_EQ(generator.step(), "");
  PageCache cache(10'000);
  const auto segment = open(build(series_of(*naive.view())), cache);
  const std::string wanted = testing::dump(*naive.view());
  std::vector<std::thread> threads;
  std::atomic<int> equal = 0;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 5; ++k) equal += testing::dump(SegmentView(segment)) == wanted ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(equal, 20);
  EXPECT_LE(cache.bytes(), 10'000u);
}

}  // namespace
}  // namespace narthex::storage
