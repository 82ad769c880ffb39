// The counts of labels: against the naive store, and by hand where target and template overlap.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/naive_store.h"
#include "tests/support/scrape_generator.h"
#include "tests/unit/storage/fixture.h"

namespace narthex::storage {
namespace {

using testing::GeneratorOptions;
using testing::NaiveStore;
using testing::ScrapeGenerator;

std::string dump(const std::vector<Ranked>& list) {
  std::string out;
  for (const Ranked& entry : list) out += entry.name + " " + std::to_string(entry.value) + "\n";
  return out;
}

std::string dump(const Cardinality& counts) {
  return "series " + std::to_string(counts.series) + " pairs " + std::to_string(counts.label_pairs) + " from " +
         std::to_string(counts.min_time) + " to " + std::to_string(counts.max_time) + "\nmetrics\n" +
         dump(counts.series_by_metric) + "values\n" + dump(counts.values_by_label) + "bytes\n" +
         dump(counts.bytes_by_label) + "series\n" + dump(counts.series_by_pair);
}

TEST(CardinalityTest, EqualsTheNaiveStore) {
  Options options;  // one window holds all, so that every series is active
  NaiveStore naive(options);
  OpenStore store(options);
  ScrapeGenerator generator(GeneratorOptions{.seed = 7}, {&naive, &store.get()});
  for (int step = 1; step <= 150; ++step) ASSERT_EQ(generator.step(), "");
  for (const size_t limit : {size_t{1}, size_t{5}, size_t{10'000}}) {
    EXPECT_EQ(dump(store->cardinality(limit)), dump(naive.cardinality(limit))) << limit;
  }
  EXPECT_GT(naive.cardinality(10).series, 50u);
  EXPECT_GE(store->cardinality(10).columns, naive.cardinality(10).columns);
  generator.detach(1);
  store.reopen();
  EXPECT_EQ(dump(store->cardinality(10'000)), dump(naive.cardinality(10'000))) << "after a restart";
}

TEST(CardinalityTest, NothingIsStored) {
  OpenStore store;
  EXPECT_EQ(dump(store->cardinality(10)),
            "series 0 pairs 0 from 9223372036854775807 to -9223372036854775808\nmetrics\nvalues\nbytes\nseries\n");
}

TEST(CardinalityTest, LabelsOfTheTargetThatSeriesReplaceOrLack) {
  OpenStore store;
  const auto target = store->open_target({{"instance", "a"}, {"job", "node"}});
  scrape(*target, 1'700'000'000'000,
         {{{{"__name__", "up"}, {"instance", "a"}, {"job", "node"}}, 1},
          {{{"__name__", "up"}, {"instance", "b"}, {"job", "node"}}, 1},
          {{{"__name__", "x"}, {"job", "node"}}, 1}});
  EXPECT_EQ(dump(store->cardinality(10)),
            "series 3 pairs 5 from 1700000000000 to 1700000000000\n"
            "metrics\nup 2\nx 1\n"
            "values\n__name__ 2\ninstance 2\njob 1\n"
            "bytes\njob 4\n__name__ 3\ninstance 2\n"
            "series\njob=node 3\n__name__=up 2\n__name__=x 1\ninstance=a 1\ninstance=b 1\n");
}

}  // namespace
}  // namespace narthex::storage
