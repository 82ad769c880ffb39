// Classic histograms of the text format that become native ones: exposition spec, section 6.
#include <gtest/gtest.h>

#include "tests/unit/scrape/pass_fixture.h"

namespace narthex::scrape {
namespace {

class ConvertingTarget : public PassTarget {
 public:
  ConvertingTarget() { job.convert_classic_histograms = true; }

  // Twice: the second time all lines are known.
  std::string read_twice(std::string_view body) {
    const std::string first = read(body);
    EXPECT_EQ(read(body), first) << body;
    return first;
  }
};

class ConversionTest : public ::testing::Test, protected ConvertingTarget {};

constexpr const char* kHistogram =
    "# TYPE x histogram\n"
    "x_bucket{le=\"1\"} 2\n"
    "x_bucket{le=\"2.5\"} 5\n"
    "x_bucket{le=\"+Inf\"} 6\n"
    "x_sum 7.5\n"
    "x_count 6\n";

// What `{1: 2, 2.5: 3, +Inf: 1}` looks like; the texts of histograms are model/'s own.
Histogram histogram_of(std::vector<double> bounds, std::vector<int64_t> counts, double sum) {
  Histogram histogram;
  histogram.schema = kCustomBucketsSchema;
  histogram.custom_bounds = std::move(bounds);
  for (const int64_t count : counts) histogram.count += static_cast<uint64_t>(count);
  histogram.sum = sum;
  histogram.positive.spans = {{0, static_cast<uint32_t>(counts.size())}};
  histogram.positive.integers = std::move(counts);
  return histogram;
}

const std::string kText = dump(histogram_of({1, 2.5}, {2, 3, 1}, 7.5));

TEST_F(ConversionTest, TheSeriesBecomeOneHistogram) {
  EXPECT_EQ(read_twice(kHistogram), "x{job=\"j\"} " + kText + "\n1/1/0");
}

TEST_F(ConversionTest, InPiecesOfAnyLength) {
  const std::string whole = read(kHistogram);
  for (size_t budget = 1; budget < 120; ++budget) {
    EXPECT_EQ(read(kHistogram, exposition::Format::kText, budget), whole) << budget;
  }
}

TEST_F(ConversionTest, ValuesChangeFromScrapeToScrape) {
  read(kHistogram);
  EXPECT_EQ(read("# TYPE x histogram\nx_bucket{le=\"1\"} 3\nx_bucket{le=\"2.5\"} 5\nx_bucket{le=\"+Inf\"} 6\nx_sum "
                 "7.5\nx_count 6\n"),
            "x{job=\"j\"} " + dump(histogram_of({1, 2.5}, {3, 2, 1}, 7.5)) + "\n1/1/0");
}

TEST_F(ConversionTest, ClassicSeriesStayWhereTheyAreWanted) {
  job.always_scrape_classic_histograms = true;
  EXPECT_EQ(read_twice(kHistogram),
            "x_bucket{job=\"j\", le=\"1.0\"} 2\nx_bucket{job=\"j\", le=\"2.5\"} 5\nx_bucket{job=\"j\", le=\"+Inf\"} "
            "6\nx_sum{job=\"j\"} 7.5\nx_count{job=\"j\"} 6\nx{job=\"j\"} " +
                kText + "\n6/6/0");
}

TEST_F(ConversionTest, GroupsEndWhereSomethingElseStands) {
  const std::string one = dump(histogram_of({1}, {1}, 0));
  const std::string two = dump(histogram_of({1}, {2}, 0));
  const std::tuple<const char*, std::string, std::string> cases[] = {
      {"labels differ",
       "# TYPE x histogram\nx_bucket{a=\"1\",le=\"1\"} 1\nx_count{a=\"1\"} 1\nx_bucket{a=\"2\",le=\"1\"} 2\n"
       "x_count{a=\"2\"} 2\n",
       "x{a=\"1\", job=\"j\"} " + one + "\nx{a=\"2\", job=\"j\"} " + two + "\n2/2/0"},
      {"labels in another order are the same",
       "# TYPE x histogram\nx_bucket{a=\"1\",b=\"2\",le=\"1\"} 1\nx_count{b=\"2\",a=\"1\"} 1\n",
       "x{a=\"1\", b=\"2\", job=\"j\"} " + one + "\n1/1/0"},
      {"another series between", "# TYPE x histogram\nx_bucket{le=\"1\"} 1\nx_count 1\ny 5\n",
       "x{job=\"j\"} " + one + "\ny{job=\"j\"} 5\n2/2/0"},
      {"gauge histograms are none", "# TYPE x gauge\nx_bucket{le=\"1\"} 1\n", "x_bucket{job=\"j\", le=\"1\"} 1\n1/1/0"},
      {"another family's name", "# TYPE z histogram\nx_bucket{le=\"1\"} 1\n",
       "x_bucket{job=\"j\", le=\"1.0\"} 1\n1/1/0"},
      {"a bound that is none", "# TYPE x histogram\nx_bucket{le=\"abc\"} 1\nx_bucket{le=\"1\"} 1\nx_count 1\n",
       "x_bucket{job=\"j\", le=\"abc\"} 1\nx{job=\"j\"} " + one + "\n2/2/0"},
      {"no bound", "# TYPE x histogram\nx_bucket 1\n", "x_bucket{job=\"j\"} 1\n1/1/0"},
      {"NaN bound", "# TYPE x histogram\nx_bucket{le=\"NaN\"} 1\n", "x_bucket{job=\"j\", le=\"NaN\"} 1\n1/1/0"},
      {"name of the family itself", "# TYPE x histogram\nx 1\n", "x{job=\"j\"} 1\n1/1/0"},
      {"not cumulative: silently gone", "# TYPE x histogram\nx_bucket{le=\"1\"} 5\nx_bucket{le=\"2\"} 1\nx_count 5\n",
       "0/0/0"},
      {"the same group again", "# TYPE x histogram\nx_bucket{le=\"1\"} 1\nx_count 1\ny 5\nx_bucket{le=\"1\"} 1\n",
       "x{job=\"j\"} " + one + "\ny{job=\"j\"} 5\n3/3/1"},
      {"a HELP line ends it", "# TYPE x histogram\nx_bucket{le=\"1\"} 1\n# HELP x y\nx_count 1\n",
       "x{job=\"j\"} " + one + "\n2/2/1"},
  };
  for (const auto& [what, body, expected] : cases) {
    SCOPED_TRACE(what);
    EXPECT_EQ(ConvertingTarget().read_twice(body), expected);
  }
}

TEST_F(ConversionTest, TimestampsAreThoseOfWhatEndsTheGroup) {
  const std::string one = dump(histogram_of({1}, {1}, 0));
  const std::tuple<const char*, std::string> cases[] = {
      {"# TYPE x histogram\nx_bucket{le=\"1\"} 1 500\nx_count 1 600\n", "x{job=\"j\"} " + one + " @600\n1/1/0"},
      {"# TYPE x histogram\nx_bucket{le=\"1\"} 1 500\nx_count 1 600\n# TYPE y gauge\n",
       "x{job=\"j\"} " + one + " @600\n1/1/0"},
      {"# TYPE x histogram\nx_bucket{le=\"1\"} 1 500\nx_count 1 600\ny 2 700\n",
       "y{job=\"j\"} 2 @700\nx{job=\"j\"} " + one + " @700\n2/2/0"},
      {"# TYPE x histogram\nx_bucket{le=\"1\"} 1 500\nx_count 1 600\ny 2\n",
       "x{job=\"j\"} " + one + "\ny{job=\"j\"} 2\n2/2/0"},
  };
  for (const auto& [body, expected] : cases) EXPECT_EQ(read_twice(body), expected) << body;
}

TEST_F(ConversionTest, RelabelingSeesTheHistogram) {
  relabel::RuleOptions drop;
  drop.action = "drop";
  drop.source_labels = {"__name__"};
  drop.regex = "x";
  job.metric_relabel = {drop};
  EXPECT_EQ(read_twice(kHistogram), "1/0/0");
}

TEST_F(ConversionTest, LimitsConcernTheHistogram) {
  job.limits.samples = 1;
  const std::string body = std::string(kHistogram) + "y 1\n";
  EXPECT_EQ(read(body), "sample_limit: sample limit exceeded\n2/2");
  EXPECT_EQ(read(kHistogram), "x{job=\"j\"} " + kText + "\n1/1/0");
  EXPECT_EQ(read(body), "sample_limit: sample limit exceeded\n2/2");
}

TEST_F(ConversionTest, CustomBucketsCannotBeHalved) {
  job.limits.native_histogram_buckets = 2;
  EXPECT_EQ(read(kHistogram), "bucket_limit: histogram bucket limit exceeded\n1/1");
  EXPECT_EQ(read(std::string(kHistogram) + "y 1\n"), "bucket_limit: histogram bucket limit exceeded\n2/2");
}

TEST_F(ConversionTest, WhatAFailedScrapeAddedIsForgotten) {
  EXPECT_EQ(read(std::string(kHistogram) + "y{\n").substr(0, 6), "parse:");
  EXPECT_EQ(read_twice(kHistogram), "x{job=\"j\"} " + kText + "\n1/1/0");
}

TEST_F(ConversionTest, WithoutItNothingIsConverted) {
  job.convert_classic_histograms = false;
  EXPECT_EQ(read_twice("# TYPE x histogram\nx_bucket{le=\"1\"} 1\nx_count 1\n"),
            "x_bucket{job=\"j\", le=\"1.0\"} 1\nx_count{job=\"j\"} 1\n2/2/0");
}

}  // namespace
}  // namespace narthex::scrape
