// What is different about matching OpenMetrics; the rest is the line matcher's.
#include <gtest/gtest.h>

#include "scrape/line_matcher.h"
#include "tests/unit/scrape/random_target.h"

namespace narthex::scrape {
namespace {

class OpenMetricsMatcherTest : public testing::Test {
 protected:
  // Scrapes and compares with the walker; returns how many lines were unknown.
  int scrape(const std::string& body) {
    EXPECT_EQ(side_.scrape(body).dump(), oracle_.scrape(body).dump()) << go_quote(body);
    return side_.unknown;
  }

  LineSecret secret_{42};
  LineTable table_{secret_};
  OpenMetricsMatcherSide side_{table_};
  OpenMetricsWalkerSide oracle_;
};

TEST_F(OpenMetricsMatcherTest, SecondScrapeKnowsAll) {
  const std::string head = "# HELP m_s Some.\n# TYPE m_s gauge\n# UNIT m_s s\n";
  EXPECT_EQ(scrape(head + "m_s{a=\"b\"} 1\nm_s 2 5\n# EOF\n"), 2);
  EXPECT_EQ(side_.metadata_told, 3);
  EXPECT_EQ(scrape(head + "m_s{a=\"b\"} 1.5\nm_s 2.5 5.5\n# EOF"), 0);
  EXPECT_EQ(side_.known, 2);
  EXPECT_EQ(side_.metadata_told, 0);
  EXPECT_EQ(side_.metadata_seen, 3);
}

TEST_F(OpenMetricsMatcherTest, ValuesAndTimestampsOfKnownLines) {
  scrape("m 1\nn{a=\"b\"} 1\n# EOF\n");
  for (const char* value : {"0", "123456", "12345678", "-1", "1.5e-7", "NaN", "+Inf", "1 2", "-3.5 -1000.25", "nan 0",
                            "1 1e300", "1 # {} 2", "1 5 # {x=\"y\"} 2 3"}) {
    const std::string text = value;
    EXPECT_EQ(scrape("m " + text + "\nn{a=\"b\"} " + text + "\n# EOF\n"), 0) << text;
  }
}

TEST_F(OpenMetricsMatcherTest, WrongEndsOfAKnownLine) {
  scrape("m 1\nn 1\n# EOF\n");
  for (const char* end : {" 1x", " 1 ", "  1", "\t1", " 1\t", " 1 NaN", " 1 2 3", " 1 #", " 1 # x", " 1 # {} NaN 1 2",
                          "", " ", " 1 2 ", " 1 # {} 1 +Inf", "\n"}) {
    scrape("m 1\nn" + std::string(end) + "\n# EOF\n");
    scrape("m 1\nn" + std::string(end));
    EXPECT_NE(side_.scrape("m 1\nn" + std::string(end) + "\n# EOF\n").error, "") << end;
  }
  EXPECT_EQ(scrape("m 1\nn 1\n# EOF\n"), 0) << "the failures left no trace";
}

// The sample counts, and what is behind it is not taken for the line that is expected.
TEST_F(OpenMetricsMatcherTest, GarbageBehindTheValueIsNoLine) {
  scrape("m 1\nn 1\n# EOF\n");
  const Story story = side_.scrape("m 1 # n 1\n# EOF\n");
  EXPECT_EQ(story.lines.size(), 1u);
  EXPECT_EQ(story.error, "1:7: expected a valid start token, got \"n\" (\"INVALID\") while parsing: \"n\"");
}

TEST_F(OpenMetricsMatcherTest, CutBodiesFail) {
  const std::string body = "# TYPE m gauge\n# UNIT m \nm 1\nn{a=\"b\"} 2.5 5\n# HELP n x\no 3 # {} 1 2\n# EOF\n";
  scrape(body);
  for (size_t size = 1; size + 1 < body.size(); ++size) {
    scrape(body.substr(0, size));
    ASSERT_NE(side_.scrape(body.substr(0, size)).error, "") << go_quote(body.substr(0, size));
    ASSERT_NE(side_.scrape(body.substr(0, size), 1).error, "") << "in small steps";
  }
  EXPECT_EQ(scrape(body), 0);
  scrape(body + "\n");
  scrape(body + "m 1\n# EOF\n");
  scrape("");
}

TEST_F(OpenMetricsMatcherTest, BudgetPausesBetweenLines) {
  const std::string body = "m 1\nn 1\n# TYPE m gauge\no 1\n# EOF\n";
  scrape(body);
  EXPECT_EQ(side_.scrape(body, 1).dump(), oracle_.scrape(body).dump());
  EXPECT_EQ(side_.unknown, 0);
}

TEST_F(OpenMetricsMatcherTest, ExemplarsComeWithTheirSeries) {
  EXPECT_EQ(scrape("m_total 1 # {x=\"y\"} 2\ndrop 1 # {} 3\n# EOF"), 2);
  EXPECT_EQ(side_.extras, 0) << "on_unknown() has them";
  EXPECT_EQ(scrape("m_total 2 # {x=\"z\"} 5 7\ndrop 1\n# EOF"), 0);
  EXPECT_EQ(side_.extras, 1);
}

// The error of the sink comes first.
TEST_F(OpenMetricsMatcherTest, SinkStopsAtASampleWithGarbageBehindIt) {
  side_.stop_at = "bad";
  EXPECT_EQ(side_.scrape("a 1\nbad 1 \n# EOF").error, "");
}

// A target may answer in one format now and in another then: lines that text allows are no OpenMetrics.
TEST_F(OpenMetricsMatcherTest, LinesOfAnotherFormatAreUnknown) {
  MatcherSide text(table_);
  WalkerSide text_oracle;
  const std::string body = "# HELP m a\\\"b\nm{a=\"1\", b=\"2\"} 1\n# EOF\n";
  const std::string strict = "# HELP m a\\\"b\nm{a=\"1\"} 1\n# EOF\n";
  for (int round = 0; round < 3; ++round) {
    EXPECT_EQ(text.scrape(body).dump(), text_oracle.scrape(body).dump());
    EXPECT_EQ(text.scrape(body).dump(), text_oracle.scrape(body).dump());
    EXPECT_EQ(text.unknown, 0);
    scrape(body);
    EXPECT_NE(side_.scrape(body).error, "");
    EXPECT_EQ(scrape(strict), 1);
    EXPECT_EQ(scrape(strict), 0);
  }
}

TEST(CreatedMatcher, StartsStayWithKnownLines) {
  const LineSecret secret(1);
  LineTable table(secret);
  OpenMetricsMatcherSide side(table, {.read_created = true});
  OpenMetricsWalkerSide oracle({.read_created = true});
  for (const char* created : {"1", "1", "5.5"}) {
    const std::string body =
        "# TYPE g gauge\ng 1\ng_created 1\n# TYPE c counter\nc_total{a=\"b\"} 1\nc_created{a=\"b\"} " +
        std::string(created) + "\n# TYPE g gauge\ng{} 1\n# EOF\n";
    const Story story = side.scrape(body);
    EXPECT_EQ(story.dump(), oracle.scrape(body).dump());
    EXPECT_EQ(story.lines.size(), 4u);
    EXPECT_EQ(side.scrape(body, 1).dump(), oracle.scrape(body).dump());
    EXPECT_EQ(side.extras, 1);
  }
}

class OpenMetricsTarget : public RandomTarget {
 public:
  using RandomTarget::RandomTarget;

 private:
  std::string new_value() override {
    return one_of({"0",
                   "1",
                   "42",
                   "1234567",
                   "12345678",
                   "-3",
                   "1.5",
                   "1e-9",
                   "NaN",
                   "+Inf",
                   "1 5",
                   "2 1000.25",
                   "9 -1",
                   "3e5",
                   "00012",
                   "77777",
                   "1.0e+07",
                   "6 1e300",
                   "5 0",
                   "123456789012345",
                   "1 # {} 2",
                   "1 # {trace=\"x\\\"y\",b=\"c\"} 2 3.5",
                   "4 5 # {\"a b\"=\"\",} 6"});
  }

  Line new_line() override {
    const std::string number = std::to_string(pick(60));
    const std::string name = "m" + std::to_string(pick(8));
    switch (pick(14)) {
      case 0:
        return {"# TYPE " + name + " " +
                    one_of({"counter", "gauge", "histogram", "summary", "unknown", "gaugehistogram", "info"}),
                ""};
      case 1:
        return {"# HELP " + name + " text \\\"" + number, ""};
      case 2:
        return {"# UNIT " + name + "_s " + one_of({"s", ""}), ""};
      case 3:
        return {name + " ", new_value()};
      case 4:
        return {name + "{le=\"" + number + "\"} ", new_value()};
      case 5:
        return {name +
                    one_of({"_created", "_created{n=\"1\"}", "_total{n=\"1\"}", "_total", "_count", "_sum{n=\"1\"}"}) +
                    " ",
                new_value()};
      case 6:
        return {"{\"utf8\n" + name + "\",n=\"" + number + "\"} ", new_value()};
      case 7:
        return {name + "{n=\"" + number + "\",} ", new_value()};
      case 8:
        return {one_of({"drop", "refuse"}) + number + " ", new_value()};
      case 9:
        return {name + "{a=\"\\\"} 1\",b=\"" + number + "\"} ", new_value()};
      default:
        return {name + "{n=\"" + number + "\",pad=\"" + std::string(place(90), 'p') + "\"} ", new_value()};
    }
  }

  std::string end() override { return pick(40) == 0 ? "" : pick(10) == 0 ? "# EOF" : "# EOF\n"; }
};

TEST(OpenMetricsMatcherRandom, TellsWhatTheWalkerTells) {
  for (const bool read_created : {false, true}) {
    int good = 0;
    for (uint32_t seed = 1; seed <= 150 && !HasFailure(); ++seed) {
      OpenMetricsTarget target(seed);
      good += run_history<OpenMetricsLines>(target, 60, "seed " + std::to_string(seed), {.read_created = read_created});
    }
    std::printf("good scrapes: %d of 9000\n", good);
    EXPECT_GT(good, 5000) << "of 9000: the bodies are too wild";
  }
}

}  // namespace
}  // namespace narthex::scrape
