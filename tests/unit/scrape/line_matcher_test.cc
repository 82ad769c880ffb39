#include "scrape/line_matcher.h"

#include <gtest/gtest.h>

#include "tests/unit/scrape/matcher_oracle.h"

namespace narthex::scrape {
namespace {

class LineMatcherTest : public testing::Test {
 protected:
  // Scrapes and compares with the walker; returns how many lines were unknown.
  int scrape(const std::string& body) {
    EXPECT_EQ(side_.scrape(body).dump(), oracle_.scrape(body).dump()) << go_quote(body);
    return side_.unknown;
  }

  static std::string body(int series, const std::string& value = "1") {
    std::string out = "# HELP m Some.\n# TYPE m gauge\n";
    for (int i = 0; i < series; ++i) out += "m{i=\"" + std::to_string(i) + "\"} " + value + "\n";
    return out;
  }

  LineSecret secret_{42};
  LineTable table_{secret_};
  MatcherSide side_{table_};
  WalkerSide oracle_;
};

TEST_F(LineMatcherTest, SecondScrapeKnowsAll) {
  EXPECT_EQ(scrape(body(10)), 10);
  EXPECT_EQ(side_.metadata_told, 2);
  EXPECT_EQ(scrape(body(10, "2.5")), 0);
  EXPECT_EQ(side_.known, 10);
  EXPECT_EQ(side_.metadata_told, 0);
  EXPECT_EQ(side_.metadata_seen, 2);
}

TEST_F(LineMatcherTest, ValuesAndTimestampsOfKnownLines) {
  scrape("m 1\nn{a=\"b\"} 1\n");
  for (const char* value : {"0", "123456", "12345678", "-1", "1.5e-7", "NaN", "+Inf", "1 2", "-3.5 1000", "nan 0"}) {
    const std::string text = value;
    EXPECT_EQ(scrape("m " + text + "\nn{a=\"b\"} \t" + text + " \n"), 0) << text;
    EXPECT_EQ(scrape("m\t" + text + "\nn{a=\"b\"} " + text), 0) << text;
  }
}

TEST_F(LineMatcherTest, WrongValueOfAKnownLine) {
  scrape("m 1\nn 1\n");
  scrape("m 1\nn 1x\n");
  scrape("m 1\nn 1 -5\n");
  scrape("m 1\nn\n");
  scrape("m 1\nn ");
  EXPECT_EQ(scrape("m 1\nn 1\n"), 0) << "the failures left no trace";
}

TEST_F(LineMatcherTest, KeyIsAPrefixOfTheNext) {
  scrape("m 1\n");
  EXPECT_EQ(scrape("m {a=\"b\"} 1\n"), 1);
  EXPECT_EQ(scrape("mm 1\n"), 1);
  EXPECT_EQ(scrape("m{} 1\n"), 1);
  EXPECT_EQ(scrape("m 1\nm {a=\"b\"} 1\nmm 1\nm{} 1\n"), 0);
}

TEST_F(LineMatcherTest, LineVanishesAndReturns) {
  scrape("a 1\nb 1\nc 1\nd 1\n");
  EXPECT_EQ(scrape("a 1\nd 1\n"), 0);
  EXPECT_EQ(scrape("a 1\nb 1\nc 1\nd 1\n"), 0);
  EXPECT_EQ(scrape("c 1\n"), 0);
  EXPECT_EQ(scrape(""), 0);
  EXPECT_EQ(scrape("a 1\nb 1\nc 1\nd 1\n"), 0);
}

TEST_F(LineMatcherTest, LinesAreInsertedOrShuffled) {
  scrape("a 1\nb 1\nc 1\nd 1\n");
  EXPECT_EQ(scrape("z 1\na 1\nx 1\ny 1\nb 1\nc 1\nd 1\nw 1\n"), 4);
  EXPECT_EQ(scrape("d 1\ny 1\na 1\nz 1\nw 1\nb 1\nx 1\nc 1\n"), 0);
  EXPECT_EQ(scrape("a 1\nb 1\nc 1\nd 1\nw 1\nx 1\ny 1\nz 1\n"), 0);
}

TEST_F(LineMatcherTest, SameKeyTwiceInABody) {
  scrape("a 1\na 2\nb 1\na 3 5\n");
  EXPECT_EQ(scrape("a 1\na 2\nb 1\na 3 5\n"), 0);
  EXPECT_EQ(scrape("b 1\nb 1\na 1\na 1\nb 1\n"), 0);
  EXPECT_EQ(scrape("a{x=\"1\",y=\"2\"} 1\na{y=\"2\",x=\"1\"} 1\n"), 2) << "label orders are different keys";
}

TEST_F(LineMatcherTest, TypeStateIsPartOfTheKey) {
  EXPECT_EQ(scrape("# TYPE m untyped\nm{le=\"1\"} 1\n"), 1);
  EXPECT_EQ(scrape("# TYPE m histogram\nm{le=\"1\"} 1\n"), 1);
  EXPECT_EQ(scrape("# TYPE m summary\nm{le=\"1\"} 1\n"), 1);
  EXPECT_EQ(scrape("# TYPE m counter\nm{le=\"1\"} 1\n"), 0) << "as untyped";
  EXPECT_EQ(scrape("# TYPE m histogram\nm{le=\"1\"} 1\n# TYPE m gauge\nm{le=\"1\"} 1\n"), 0);
  EXPECT_EQ(scrape("m{le=\"1\"} 1\n"), 0) << "no TYPE at all";
}

TEST_F(LineMatcherTest, MetadataIsToldAgainWhenItReturns) {
  scrape("# TYPE m gauge\nm 1\n");
  scrape("# TYPE m counter\nm 1\n");
  EXPECT_EQ(side_.metadata_told, 1);
  scrape("# TYPE m gauge\nm 1\n");
  EXPECT_EQ(side_.metadata_told, 1) << "known from before, but the last body said otherwise";
  scrape("# TYPE m gauge\nm 1\n");
  EXPECT_EQ(side_.metadata_told, 0);
}

TEST_F(LineMatcherTest, LinesThatNeedTheFullPathEachTime) {
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(scrape("# comment\n\n  a 1\nb{c=\"d\"}1\n# HELP b x\r\n \t\nc 1"), i == 0 ? 3 : 0);
  }
  const std::string huge = "m{a=\"" + std::string(65600, 'x') + "\"} 1\n";
  EXPECT_EQ(scrape(huge + huge), 2);
  EXPECT_EQ(scrape(huge), 1);
  const std::string longest = "m{a=\"" + std::string(65535 - 7, 'x') + "\"} 1\n";
  EXPECT_EQ(scrape(longest), 1);
  EXPECT_EQ(scrape(longest), 0);
}

TEST_F(LineMatcherTest, ValuesWithNewlinesAndNul) {
  const std::string text = std::string("m{a=\"x\ny\"} 1\nn{a=\"x") + '\0' + "y\"} 1\n" + '\0' + "garbage";
  EXPECT_EQ(scrape(text), 2);
  EXPECT_EQ(scrape(text), 0);
}

TEST_F(LineMatcherTest, DroppedAndRefusedLines) {
  EXPECT_EQ(scrape("drop 1\nrefuse 1\nm 1\n"), 3);
  EXPECT_EQ(scrape("drop 1\nrefuse 1\nm 1\n"), 1) << "what was refused is asked again";
}

TEST_F(LineMatcherTest, FailedScrapeLeavesNoTrace) {
  scrape("a 1\nb 1\n# TYPE m gauge\nm 1\n");
  scrape("b 1\nnew 1\na 1\n# TYPE m counter\n# HELP m x\nm 1\nm{\n");
  EXPECT_EQ(table_.size(), 4u);
  EXPECT_EQ(scrape("a 1\nb 1\n# TYPE m gauge\nm 1\n"), 0);
  EXPECT_EQ(side_.metadata_told, 1) << "to be sure";
  EXPECT_EQ(scrape("new 1\n"), 1);
}

TEST_F(LineMatcherTest, SinkStopsTheWalk) {
  scrape("a 1\n");
  side_.stop_at = "bad";
  const Story story = side_.scrape("a 1\nbad 1\nb 1\n");
  EXPECT_EQ(story.lines.size(), 1u);
  EXPECT_EQ(table_.size(), 1u);
  side_.stop_at.reset();
  EXPECT_EQ(scrape("a 1\nbad 1\n"), 1);
}

TEST_F(LineMatcherTest, BudgetPausesBetweenLines) {
  oracle_.scrape(body(100));
  EXPECT_EQ(side_.scrape(body(100), 50).dump(), oracle_.scrape(body(100)).dump());
  EXPECT_EQ(side_.scrape(body(100), 1).dump(), oracle_.scrape(body(100)).dump());
  EXPECT_EQ(side_.unknown, 0);
}

TEST_F(LineMatcherTest, ClearForcesTheFullPathOnce) {
  scrape(body(10));
  table_.clear();
  EXPECT_EQ(table_.size(), 0u);
  EXPECT_EQ(scrape(body(10)), 10);
  EXPECT_EQ(scrape(body(10)), 0);
}

TEST_F(LineMatcherTest, RemapMovesSlots) {
  struct Slots {
    std::vector<storage::Slot> seen;
    void on_known(storage::Slot slot, double, std::optional<Timestamp>, bool) { seen.push_back(slot); }
    Verdict on_unknown(const exposition::SeriesLine& line, exposition::MetricType) {
      seen.push_back(1000);
      return line.key == "drop" ? Verdict::dropped() : Verdict::stored(static_cast<storage::Slot>(line.value));
    }
    uint32_t on_type(std::string_view, exposition::MetricType) { return 7; }
    uint32_t on_help(std::string_view, std::string_view) { return 7; }
    void on_metadata_seen(uint32_t ref) { EXPECT_EQ(ref, 7u); }
    void on_extras(storage::Slot, const exposition::SeriesLine&) {}
  };
  const std::string text = "# TYPE a gauge\na 0\nb 1\ndrop 5\nc 2\n";
  auto slots = [&](std::string_view what) {
    Slots sink;
    LineMatcher matcher(table_, what);
    EXPECT_FALSE(matcher.match(sink));
    matcher.commit();
    return sink.seen;
  };
  using Seen = std::vector<storage::Slot>;
  EXPECT_EQ(slots(text), Seen({1000, 1000, 1000, 1000}));
  EXPECT_EQ(slots(text), Seen({0, 1, storage::kNoSlot, 2}));
  table_.remap({1, storage::kNoSlot, 0});
  EXPECT_EQ(slots(text), Seen({1, 1000, storage::kNoSlot, 0})) << "b died";
  EXPECT_EQ(slots(text), Seen({1, 1, storage::kNoSlot, 0}));
}

TEST_F(LineMatcherTest, ChurnDoesNotAccumulate) {
  for (int round = 0; round < 200; ++round) {
    std::string text;
    for (int i = 0; i < 100; ++i) {
      const int id = i < 50 ? i : i + 50 * round;  // half of the lines live once
      text += "m{i=\"" + std::to_string(id) + "\"} 1\n";
    }
    ASSERT_EQ(scrape(text), round == 0 ? 100 : 50);
    ASSERT_LE(table_.size(), 100u + 64 + 2 * 8 * 50) << round;
  }
  for (int round = 0; round < 20; ++round) scrape(body(100));
  EXPECT_LE(table_.size(), 102u + 64);
}

TEST_F(LineMatcherTest, BytesPerLine) {
  const int kSeries = 5000;
  const std::string text = body(kSeries);
  scrape(text);
  for (int i = 0; i < 10; ++i) scrape(text);
  const double per_line = static_cast<double>(table_.memory_bytes()) / static_cast<double>(table_.size());
  RecordProperty("bytes_per_line", std::to_string(per_line));
  std::printf("line table: %.1f bytes per line\n", per_line);
  EXPECT_LE(per_line, 24.1) << "the index is gone when order is stable";
}

TEST(LineSecretTest, DependsOnItsSeed) {
  const LineSecret a(1), b(2), same(1);
  EXPECT_NE(a.hash("m"), b.hash("m"));
  EXPECT_EQ(a.hash("m"), same.hash("m"));
  using exposition::MetricType;
  EXPECT_NE(a.salt(MetricType::kHistogram), a.salt(MetricType::kSummary));
  EXPECT_NE(a.salt(MetricType::kHistogram), a.salt(MetricType::kCounter));
  EXPECT_EQ(a.salt(MetricType::kGauge), a.salt(MetricType::kUnknown));
}

}  // namespace
}  // namespace narthex::scrape
