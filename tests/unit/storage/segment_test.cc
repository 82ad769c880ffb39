// Segments against the naive store: what is written is what is read, and what is selected what was meant.
#include "storage/segment/segment.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <bit>

#include "tests/support/naive_store.h"
#include "tests/support/scrape_generator.h"
#include "tests/unit/storage/fixture.h"
#include "tests/unit/storage/segment_fixture.h"

namespace narthex::storage {
namespace {

using testing::dump;
using testing::GeneratorOptions;
using testing::NaiveStore;
using testing::ScrapeGenerator;

// Targets that speak of labels their series do not have, so that marks occur, or of none.
Labels with_labels_of_others(const Labels& labels) {
  return Labels{{"instance", "host-1:9100"}, {"job", std::string(labels.get("job"))}, {"number", "2"}, {"zone", "a"}};
}
Labels no_target(const Labels&) { return {}; }

struct Case {
  const char* name;
  GeneratorOptions generator;
  TargetOf target_of;
  bool expect_times;
  size_t cache_bytes;
};

class SegmentEquality : public ::testing::TestWithParam<Case> {
 protected:
  // What the generator made, and the segment of it.
  void SetUp() override {
    const Case& c = GetParam();
    ScrapeGenerator generator(c.generator, {&naive_});
    for (int step = 0; step < 200 * test_scale(); ++step) ASSERT_EQ(generator.step(), "");
    now_ = generator.now();
    const std::vector<Matcher> all[1];
    BuildOptions options{c.target_of, {}, naive_.exemplars(all, kMinTime, kMaxTime)};
    const auto series = series_of(*naive_.view());
    if (c.expect_times) {
      for (const TestSeries& s : series) {
        if (s.labels.get(kMetricName) == "up")
          options.expected.emplace_back(c.target_of(s.labels), s.column.timestamps);
      }
    }
    pages_ = build(series, options);
    cache_ = std::make_unique<PageCache>(c.cache_bytes);
    segment_ = open(pages_, *cache_);
  }

  NaiveStore naive_{[] {
    Options options;
    options.max_exemplars = 1000;
    return options;
  }()};
  Timestamp now_ = 0;
  std::shared_ptr<MapPages> pages_;
  std::unique_ptr<PageCache> cache_;
  std::shared_ptr<const Segment> segment_;
};

TEST_P(SegmentEquality, EverySampleComesBack) {
  const std::string wanted = dump(*naive_.view());
  ASSERT_GT(wanted.size(), 1000u);
  EXPECT_EQ(first_difference_of(wanted, dump(SegmentView(segment_))), "");
  EXPECT_EQ(segment_->verify(), std::vector<std::string>());
  size_t samples = 0;
  for (const TestSeries& s : series_of(*naive_.view())) samples += s.column.size() + s.column.histograms.size();
  EXPECT_EQ(segment_->footer().samples, samples);
}

TEST_P(SegmentEquality, EveryRangeIsCut) {
  std::mt19937_64 random(1);
  const Timestamp start = GetParam().generator.start_ms;
  const auto any_time = [&] {
    return start - 100'000 + static_cast<Timestamp>(random() % static_cast<uint64_t>(now_ - start + 200'000));
  };
  for (int i = 0; i < 50 * test_scale(); ++i) {
    const Timestamp from = any_time();
    const Timestamp to = from + static_cast<Timestamp>(random() % 200'000);
    ASSERT_EQ(first_difference_of(dump(*naive_.view(), from, to), dump(SegmentView(segment_), from, to)), "")
        << from << " to " << to;
  }
}

TEST_P(SegmentEquality, NamesAndValuesAreThoseOfTheSeries) {
  const auto names = naive_.view()->label_names({}, kMinTime, kMaxTime);
  EXPECT_EQ(*segment_->label_names(), *names);
  for (const std::string& name : *names) {
    EXPECT_EQ(*segment_->label_values(name), *naive_.view()->label_values(name, {}, kMinTime, kMaxTime)) << name;
  }
  for (const char* name : {"zone", "nothing", ""}) EXPECT_TRUE(segment_->label_values(name)->empty()) << name;
}

TEST_P(SegmentEquality, ExemplarsComeBack) {
  const std::vector<Matcher> all[1];
  const auto wanted = naive_.exemplars(all, kMinTime, kMaxTime);
  const auto got = *segment_->exemplars();
  ASSERT_EQ(got.size(), wanted.size());
  for (size_t i = 0; i < got.size(); ++i) {
    EXPECT_EQ(got[i].series, wanted[i].series);
    EXPECT_TRUE(std::ranges::equal(got[i].exemplars, wanted[i].exemplars,
                                   [](const Exemplar& a, const Exemplar& b) { return same_bits(a, b); }));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Runs, SegmentEquality,
    ::testing::Values(
        Case{"Numbers", {.seed = 1, .own_timestamps = false}, job_and_instance, true, 1 << 20},
        Case{"NoExpectedTimes", {.seed = 2, .own_timestamps = false}, job_and_instance, false, 1 << 20},
        Case{"OwnTimestamps", {.seed = 3}, job_and_instance, true, 1 << 20},
        Case{"Beside", {.seed = 4, .beside = true}, job_and_instance, true, 1 << 20},
        Case{"BesideWithoutCache", {.seed = 5, .beside = true}, job_and_instance, false, 0},
        Case{"Marks", {.seed = 6, .beside = true}, with_labels_of_others, true, 1 << 20},
        Case{"NoTarget", {.seed = 7, .beside = true}, no_target, false, 1 << 20},
        Case{"ManySeries",
             {.seed = 8, .targets = 6, .series_per_target = 300, .beside = true},
             job_and_instance,
             true,
             1 << 20},
        Case{"TinyCache", {.seed = 9, .targets = 6, .series_per_target = 300}, job_and_instance, true, 20'000}),
    [](const auto& param) { return std::string(param.param.name); });

constexpr Timestamp kStart = 1'700'000'000'000;

Column constant(size_t samples, double value, Timestamp step = 15'000) {
  Column column;
  for (size_t i = 0; i < samples; ++i) column.push(kStart + static_cast<Timestamp>(i) * step, value);
  return column;
}

TEST(Segment, AnySpellingOfNamesAndValues) {
  NaiveStore naive;
  const std::vector<Labels> sets = {
      Labels{{"__name__", "http.requests/日本"}, {"größe", "ü"}, {"job", "a"}},
      Labels{{"__name__", std::string("nul\0inside", 10)}, {"job", std::string(100'000, 'x')}},
      Labels{{"a", "no name"}, {"job", "a"}},
      Labels{{"instance", "only"}},
      Labels{},
      Labels{{"__name__", ""}, {"job", "\n"}},
      Labels{{"__name__", "\xff\xfe"}, {"job", "not utf-8"}},
  };
  for (const Labels& labels : sets) naive.add(labels, kStart, 1);
  PageCache cache(1 << 20);
  const auto segment = open(build(series_of(*naive.view())), cache);
  EXPECT_EQ(segment->verify(), std::vector<std::string>());
  EXPECT_EQ(dump(SegmentView(segment)), dump(*naive.view()));
  for (const Labels& labels : sets) {
    std::vector<Matcher> matchers;
    for (const Label& label : labels) matchers.push_back(Matcher::equal(label.name, label.value));
    const auto naively = naive.view()->select(matchers, kMinTime, kMaxTime);
    EXPECT_EQ(segment->select(matchers, kMinTime, kMaxTime)->size(), (*naively)->size());
  }
}

TEST(Segment, ExtremeTimesAndLongGaps) {
  std::vector<TestSeries> series = {
      {Labels{{"__name__", "all"}}, {}}, {Labels{{"__name__", "first"}}, {}}, {Labels{{"__name__", "last"}}, {}}};
  for (const Timestamp t : {kMinTime + 1, Timestamp{-5}, Timestamp{0}, kMaxTime - 1}) series[0].column.push(t, 1);
  series[1].column.push(kMinTime + 1, 2);
  series[2].column.push(kMaxTime - 1, 3);
  PageCache cache(1 << 20);
  const auto segment = open(build(series), cache);
  EXPECT_EQ(segment->verify(), std::vector<std::string>());
  EXPECT_EQ(segment->select({}, 1, kMaxTime)->size(), 2u);
  EXPECT_EQ(segment->select({}, kMaxTime - 1, kMaxTime)->size(), 2u);
  EXPECT_EQ(segment->select({}, kMinTime, kMinTime)->size(), 0u);
  EXPECT_EQ(dump(SegmentView(segment), -5, 0), "all -5:1 0:1\n");
}

TEST(Segment, ReadingAppends) {
  std::vector<TestSeries> series = {{Labels{{"__name__", "a"}}, constant(3, 1)},
                                    {Labels{{"__name__", "b"}}, constant(2, 2)}};
  for (size_t i = 0; i < 2; ++i) series[1].column.starts.push_back(kStart - 7);
  PageCache cache(1 << 20);
  const auto segment = open(build(series), cache);
  Column column;
  for (const SegmentSeries& s : *segment->all()) ASSERT_TRUE(segment->read(s, kMinTime, kMaxTime, column));
  EXPECT_EQ(column.values, (std::vector<double>{1, 1, 1, 2, 2}));
  EXPECT_EQ(column.starts, (std::vector<Timestamp>{0, 0, 0, kStart - 7, kStart - 7}));
  ASSERT_TRUE(segment->read((*segment->all())[0], kMinTime, kMaxTime, column));
  EXPECT_EQ(column.starts.size(), 8u);
}

// Of 1000 targets with 100 constant series each.
TEST(Segment, AConstantSeriesCostsAFewBytes) {
  std::vector<TestSeries> series;
  for (int target = 0; target < 1000; ++target) {
    for (int i = 0; i < 20; ++i) {
      series.push_back({Labels{{"__name__", fmt::format("metric_{}", i)},
                               {"instance", fmt::format("10.0.{}.{}:9100", target / 256, target % 256)},
                               {"job", "node"}},
                        constant(240, (target * 7 + i) % 3)});
    }
  }
  size_t bytes = 0;
  const auto pages = build(series);
  for (const auto& [key, page] : pages->pages) bytes += page.size() + 20;
  EXPECT_LT(bytes, series.size() * 4);
}

TEST(Segment, TheFooterSaysWhatIsInIt) {
  std::vector<TestSeries> series = {{Labels{{"__name__", "a"}}, constant(3, 1)},
                                    {Labels{{"__name__", "b"}}, constant(2, 2)}};
  BuildOptions options;
  options.footer = {
      .first_window = 7, .last_window = 9, .late = true, .samples = 99, .deletions = 5, .parents = {3, 4}};
  PageCache cache(1 << 20);
  const SegmentFooter footer = open(build(series, options), cache)->footer();
  EXPECT_EQ(footer.version, 1u);
  EXPECT_EQ(footer.first_window, 7);
  EXPECT_EQ(footer.last_window, 9);
  EXPECT_TRUE(footer.late);
  EXPECT_EQ(footer.min_time, kStart);
  EXPECT_EQ(footer.max_time, kStart + 30'000);
  EXPECT_EQ(footer.series, 2u);
  EXPECT_EQ(footer.samples, 5u);
  EXPECT_EQ(footer.packs, 1u);
  EXPECT_EQ(footer.deletions, 5u);
  EXPECT_EQ(footer.parents, (std::vector<uint64_t>{3, 4}));
  ASSERT_EQ(footer.codecs.size(), 1u);
  EXPECT_EQ(footer.codecs[0].codec, "constant");
  EXPECT_EQ(footer.codecs[0].samples, 5u);
}

TEST(Segment, TimesOfATargetAreThoseOfMostColumns) {
  const Labels target{{"instance", "i"}, {"job", "j"}};
  std::vector<TestSeries> series;
  for (int i = 0; i < 5; ++i) {
    series.push_back({Labels{{"__name__", std::to_string(i)}, {"instance", "i"}, {"job", "j"}}, constant(10, i)});
  }
  series[0].column = constant(4, 1, 777);
  PageCache cache(1 << 20);
  const auto segment = open(build(series), cache);
  const auto all = *segment->all();
  EXPECT_EQ(*segment->times_of(all[0].target), constant(10, 0).timestamps);
  EXPECT_TRUE(segment->times_of(all[0].difference)->empty());
  EXPECT_EQ(segment->list(all[0].target)->size(), 2u);
}

TEST(Segment, AnEmptyOneIsSound) {
  PageCache cache(1 << 20);
  const auto segment = open(build({}), cache);
  EXPECT_EQ(segment->verify(), std::vector<std::string>());
  EXPECT_TRUE(segment->all()->empty());
  EXPECT_TRUE(segment->label_names()->empty());
}

TEST(Segment, MetricsInDisorderAreRefused) {
  MapPages pages;
  SegmentBuilder builder(pages, {});
  const PairView b[] = {{"__name__", "b"}};
  const PairView a[] = {{"__name__", "a"}};
  const ListNumber none = builder.list({});
  ASSERT_TRUE(builder.add(none, builder.list(b), constant(1, 1)));
  EXPECT_FALSE(builder.add(none, builder.list(a), constant(1, 1)));
  EXPECT_FALSE(builder.add(none, builder.list(b), Column()));
}

}  // namespace
}  // namespace narthex::storage
