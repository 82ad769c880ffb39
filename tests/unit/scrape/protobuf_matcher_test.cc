#include "scrape/protobuf_matcher.h"

#include <gtest/gtest.h>

#include <random>

#include "tests/support/protobuf_bodies.h"
#include "tests/unit/scrape/protobuf_oracle.h"

namespace narthex::scrape {
namespace {

namespace pb = exposition::pb;

class ProtobufMatcherTest : public testing::Test {
 protected:
  explicit ProtobufMatcherTest(const exposition::ProtobufOptions& options = {.native_histograms = true,
                                                                             .always_classic = true})
      : side_(table_, options), oracle_(options) {}

  // Scrapes and compares with the walker; returns how many entries were unknown.
  int scrape(const std::string& body, size_t budget = SIZE_MAX) {
    EXPECT_EQ(side_.scrape(body, budget), oracle_.scrape(body)) << go_quote(body);
    return side_.unknown;
  }

  // Counters m and histograms h, classic and native, with `count` metrics each.
  static std::vector<pb::MetricFamily> families(int count, double value = 1) {
    std::vector<pb::MetricFamily> out(2);
    out[0].set_name("m");
    out[0].set_help("Some.");
    out[0].set_unit("bytes");
    out[1].set_name("h");
    out[1].set_type(pb::HISTOGRAM);
    for (int i = 0; i < count; ++i) {
      for (pb::MetricFamily& family : out) {
        pb::LabelPair& label = *family.add_metric()->add_label();
        label.set_name("i");
        label.set_value(std::to_string(i));
      }
      out[0].mutable_metric(i)->mutable_counter()->set_value(value);
      pb::Histogram& h = *out[1].mutable_metric(i)->mutable_histogram();
      h.set_sample_count(static_cast<uint64_t>(value));
      h.set_zero_threshold(0.5);
      h.add_bucket()->set_upper_bound(1);
    }
    return out;
  }
  static std::string body(int count, double value = 1) { return exposition::body_of(families(count, value)); }

  LineSecret secret_{42};
  LineTable table_{secret_};
  ProtobufSide side_;
  ProtobufOracle oracle_;
};

TEST_F(ProtobufMatcherTest, SecondScrapeKnowsAll) {
  EXPECT_EQ(scrape(body(3)), 3 * (1 + 1 + 4));
  EXPECT_EQ(side_.metadata_told, 3 + 2);
  EXPECT_EQ(scrape(body(3, 7)), 0);
  EXPECT_EQ(side_.known, 3 * (1 + 1 + 4));
  EXPECT_EQ(side_.metadata_told, 0);
  EXPECT_EQ(side_.metadata_seen, 3 + 2);
  EXPECT_EQ(table_.size(), 5u + 18);
}

TEST_F(ProtobufMatcherTest, MetadataThatChangesIsToldAgain) {
  auto all = families(1);
  scrape(exposition::body_of(all));
  const auto told = [&] {
    EXPECT_EQ(scrape(exposition::body_of(all)), 0);
    return side_.metadata_told;
  };
  all[0].set_help("Other.");
  EXPECT_EQ(told(), 1);
  all[0].set_unit("seconds");
  EXPECT_EQ(told(), 1);
  all[0].set_type(pb::UNTYPED);
  EXPECT_EQ(told(), 1);
  all[0].clear_unit();
  EXPECT_EQ(told(), 0);
  EXPECT_EQ(told(), 0);
  all[0].set_unit("bytes");
  EXPECT_EQ(told(), 1);
}

// Entries whose name and text join to the same bytes.
TEST_F(ProtobufMatcherTest, MetadataIsNoneOfAnotherName) {
  auto all = families(1);
  all[0].set_name("a b");
  all[0].set_help("c");
  scrape(exposition::body_of(all));
  all[0].set_name("a");
  all[0].set_help("b c");
  scrape(exposition::body_of(all));
  EXPECT_EQ(side_.metadata_told, 3);
}

TEST_F(ProtobufMatcherTest, FailedScrapeLeavesNoTrace) {
  scrape(body(2));
  const size_t lines = table_.size();
  scrape(body(4) + "\x05z");
  EXPECT_EQ(side_.unknown, 2 * 6);
  EXPECT_EQ(table_.size(), lines);
  EXPECT_EQ(scrape(body(2)), 0);
  EXPECT_EQ(side_.metadata_told, 5) << "to be sure";
}

TEST_F(ProtobufMatcherTest, SinkStopsTheWalk) {
  side_.stop_at = "h{i=\"1\"}";
  side_.scrape(body(3));
  EXPECT_EQ(side_.unknown, 3 + 1 + 4 + 1) << "nothing is told after the histogram that stopped it";
  side_.stop_at = "h_count{i=\"0\"}";
  side_.scrape(body(3));
  EXPECT_EQ(side_.unknown, 3 + 1 + 1) << "nor within a metric";
  EXPECT_EQ(table_.size(), 0u);
}

TEST_F(ProtobufMatcherTest, RepeatedEntriesAreSaidToBe) {
  auto all = families(1);
  *all[1].add_metric() = all[1].metric(0);
  scrape(exposition::body_of(all));
  EXPECT_EQ(side_.repeated, 5);
  scrape(exposition::body_of(all));
  EXPECT_EQ(side_.repeated, 5);
}

TEST_F(ProtobufMatcherTest, ExemplarsAndStartsOfKnownSeries) {
  exposition::ProtobufOptions options{.native_histograms = true, .always_classic = true, .read_start = true};
  ProtobufSide side(table_, options);
  auto all = families(1);
  all[0].mutable_metric(0)->mutable_counter()->mutable_exemplar()->set_value(3);
  all[1].mutable_metric(0)->mutable_histogram()->mutable_start_timestamp()->set_seconds(9);
  ProtobufOracle oracle(options);
  for (int i = 0; i < 2; ++i) {
    const std::string told = side.scrape(exposition::body_of(all));
    EXPECT_EQ(told, oracle.scrape(exposition::body_of(all)));
    EXPECT_NE(told.find("since 9000"), told.npos);
    EXPECT_NE(told.find("# {} 3"), told.npos);
  }
  EXPECT_EQ(side.unknown, 0);
}

TEST_F(ProtobufMatcherTest, BudgetPausesBetweenMetrics) {
  const std::string all = body(100);
  constexpr size_t kLargestMetric = 40;
  oracle_.scrape(all);
  for (const size_t budget : {size_t{1}, size_t{50}, size_t{1000}, all.size()}) {
    EXPECT_EQ(side_.scrape(all, budget), oracle_.scrape(all));
    EXPECT_GE(side_.rounds, static_cast<int>(all.size() / (budget + kLargestMetric))) << budget;
    EXPECT_LE(side_.rounds, static_cast<int>(all.size() / budget) + 1) << budget;
  }
}

TEST_F(ProtobufMatcherTest, NothingIsReadTwiceAcrossAPause) {
  scrape(body(5), 1);
  EXPECT_EQ(scrape(body(5), 1), 0);
}

// Whatever the bodies, the matcher tells what the walker tells, and asks only for what the last body did not have.
TEST(ProtobufMatcherRandom, TellsWhatTheWalkerTells) {
  for (uint32_t seed = 1; seed <= 60; ++seed) {
    std::mt19937 random(seed);
    const exposition::ProtobufOptions options{random() % 2 == 0, random() % 2 == 0, random() % 2 == 0,
                                              random() % 2 == 0};
    const LineSecret secret(seed);
    LineTable table(secret);
    ProtobufSide side(table, options);
    ProtobufOracle oracle(options);
    std::vector<pb::MetricFamily> families;
    for (int i = 0; i < 60; ++i) {
      if (families.empty() || random() % 3 == 0) families.push_back(exposition::random_family(random));
      if (random() % 4 == 0) std::swap(families.front(), families[random() % families.size()]);
      if (families.size() > 6) families.erase(families.begin());
      std::string body;
      for (const pb::MetricFamily& family : families)
        body += exposition::delimited(exposition::rewritten(family, random));
      if (random() % 8 == 0) body.resize(random() % body.size());
      const std::set<std::string> before = oracle.seen;
      ASSERT_EQ(side.scrape(body, random() % 3 == 0 ? 30 : SIZE_MAX), oracle.scrape(body))
          << "seed " << seed << " " << i;
      for (const std::string& key : side.unknown_keys) ASSERT_FALSE(before.contains(key)) << key << " seed " << seed;
    }
  }
}

}  // namespace
}  // namespace narthex::scrape
