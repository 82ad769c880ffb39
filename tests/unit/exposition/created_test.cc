// Start timestamps from "_created" lines.
#include <gtest/gtest.h>

#include <random>

#include "tests/unit/exposition/dump_sink.h"

namespace narthex::exposition {
namespace {

// Lines like `a_total{x="1"} 5 since 1000`; metadata is left out.
std::string starts_of(const std::string& body, bool read_created = true) {
  OpenMetricsWalker walker(body, {.read_created = read_created});
  struct Series : DumpSink {
    void on_type(std::string_view, MetricType) {}
    void on_help(std::string_view, std::string_view) {}
    void on_unit(std::string_view, std::string_view) {}
    void on_series(const SeriesLine& line) {
      text += std::string(line.key) + " " + value(line.value);
      if (line.start != 0) text += " since " + std::to_string(line.start);
      text += "\n";
    }
    std::string text;
  } sink;
  while (!walker.done()) {
    if (auto error = walker.walk_line(sink)) return sink.text + error->message;
  }
  return sink.text;
}

struct Case {
  std::string body;
  std::string expected;
};

void expect_starts(const std::vector<Case>& cases) {
  for (const auto& [body, expected] : cases) EXPECT_EQ(starts_of(body + "# EOF\n"), expected) << body;
}

TEST(CreatedLines, AreSeriesIfNobodyAsked) {
  const std::string body = "# TYPE a counter\na_total 5\na_created 1.5\n";
  EXPECT_EQ(starts_of(body + "# EOF", false), "a_total 5\na_created 1.5\n");
  EXPECT_EQ(starts_of(body + "# EOF", true), "a_total 5 since 1500\n");
}

TEST(CreatedLines, BelongToCountersSummariesAndHistograms) {
  const std::string body = "a_total 5\na_created 1.5\n# EOF";
  for (const char* type : {"counter", "summary", "histogram"}) {
    EXPECT_EQ(starts_of("# TYPE a " + std::string(type) + "\n" + body), "a_total 5 since 1500\n") << type;
  }
  for (const char* type : {"gauge", "gaugehistogram", "info", "stateset", "unknown"}) {
    EXPECT_EQ(starts_of("# TYPE a " + std::string(type) + "\n" + body), "a_total 5\na_created 1.5\n") << type;
  }
  EXPECT_EQ(starts_of(body), "a_total 5\na_created 1.5\n");
}

TEST(CreatedLines, IgnoreBoundsOnly) {
  expect_starts({
      {"# TYPE a histogram\na_bucket{x=\"1\",le=\"0.5\"} 1\na_bucket{x=\"1\",le=\"+Inf\"} 2\na_count{x=\"1\"} 2\n"
       "a_sum{x=\"1\"} 3\na_created{x=\"1\"} 7\n",
       "a_bucket{x=\"1\",le=\"0.5\"} 1 since 7000\na_bucket{x=\"1\",le=\"+Inf\"} 2 since 7000\n"
       "a_count{x=\"1\"} 2 since 7000\na_sum{x=\"1\"} 3 since 7000\n"},
      {"# TYPE a summary\na{quantile=\"0.5\"} 1\na_created 7\n", "a{quantile=\"0.5\"} 1 since 7000\n"},
      {"# TYPE a counter\na_total{x=\"1\"} 1\na_created{x=\"2\"} 7\n", "a_total{x=\"1\"} 1\n"},
      {"# TYPE a counter\na_total{x=\"1\"} 1\na_created 7\n", "a_total{x=\"1\"} 1\n"},
      {"# TYPE a counter\na_total{} 1\na_created 7\n", "a_total{} 1 since 7000\n"},
      {"# TYPE a counter\na_total{x=\"1\",} 1\na_created{\"x\"=\"1\"} 7\n", "a_total{x=\"1\",} 1 since 7000\n"},
  });
}

TEST(CreatedLines, AreLookedForInTheFamily) {
  expect_starts({
      // Of several metrics, in turn.
      {"# TYPE a counter\na_total{x=\"1\"} 1\na_created{x=\"1\"} 7\na_total{x=\"2\"} 1\na_created{x=\"2\"} 8\n",
       "a_total{x=\"1\"} 1 since 7000\na_total{x=\"2\"} 1 since 8000\n"},
      // Only as far as the next of them.
      {"# TYPE a counter\na_total{x=\"1\"} 1\na_total{x=\"2\"} 1\na_created{x=\"2\"} 8\na_created{x=\"1\"} 7\n",
       "a_total{x=\"1\"} 1\na_total{x=\"2\"} 1 since 8000\n"},
      // Not behind metadata.
      {"# TYPE a counter\na_total 1\n# HELP b x\na_created 7\n", "a_total 1\n"},
      {"# TYPE a counter\na_total 1\n# TYPE b counter\nb_total 1\nb_created 7\n", "a_total 1\nb_total 1 since 7000\n"},
      // Not before the series, unless the metric began before it.
      {"# TYPE a counter\na_created 7\na_total 1\n", "a_total 1\n"},
      {"# TYPE a summary\na_count 1\na_created 7\na_sum 2\n", "a_count 1 since 7000\na_sum 2 since 7000\n"},
      // Another family's.
      {"# TYPE a counter\na_total 1\nb_created 7\n", "a_total 1\n"},
      {"# TYPE a counter\nb_total 1\na_created 7\n", "b_total 1\n"},
      // A name that is nothing but the suffix is none.
      {"# TYPE a counter\na_total 1\n_created 7\n", "a_total 1\n_created 7\n"},
      {"# TYPE \"a.b\" counter\n{\"a.b_total\",x=\"1\"} 1\n{x=\"1\",\"a.b_created\"} 7\n",
       "{\"a.b_total\",x=\"1\"} 1 since 7000\n"},
  });
}

TEST(CreatedLines, SayTimes) {
  for (const auto& [value, expected] : std::vector<Case>{{"1520879607.789", " since 1520879607789"},
                                                         {"-1.0019", " since -1001"},
                                                         {"0", ""},
                                                         {"NaN", ""},
                                                         {"+Inf", ""}}) {
    EXPECT_EQ(starts_of("# TYPE a counter\na_total 1\na_created " + value + "\n# EOF"), "a_total 1" + expected + "\n");
  }
}

TEST(CreatedLines, ErrorsBehindTheSeriesShowInTheirTurn) {
  EXPECT_EQ(starts_of("# TYPE a counter\na_total 1\nb 2\na_created x\n# EOF"),
            "a_total 1\nb 2\nstrconv.ParseFloat: parsing \"x\": invalid syntax while parsing: \"a_created x\"");
  EXPECT_EQ(starts_of("# TYPE a counter\na_total 1\na_created 7\n"),
            "a_total 1 since 7000\ndata does not end with # EOF");
}

// Each line looks ahead on its own: slow, and plainly what is meant.
std::string slow_starts(const std::vector<std::pair<std::string, int>>& lines) {
  std::string out;
  std::pair<std::string, int> known;
  auto labels_of = [](const std::string& key) { return key.substr(std::min(key.find('{'), key.size())); };
  auto created = [](const std::string& key) { return key.starts_with("a_created"); };
  for (size_t i = 0; i < lines.size(); ++i) {
    const auto& [key, value] = lines[i];
    if (created(key)) continue;
    out += key + " " + std::to_string(value);
    size_t next = i;
    while (next < lines.size() && !created(lines[next].first)) ++next;
    if (known.second == 0 || known.first != labels_of(key)) {
      known = {};
      if (next < lines.size() && labels_of(lines[next].first) == labels_of(key))
        known = {labels_of(key), lines[next].second};
    }
    if (known.second != 0) out += " since " + std::to_string(known.second * 1000);
    out += "\n";
  }
  return out;
}

TEST(CreatedLines, AreWhatEachLineFindsOnItsOwn) {
  std::mt19937 random(1);
  for (int round = 0; round < 2000; ++round) {
    std::vector<std::pair<std::string, int>> lines;
    std::string body = "# TYPE a summary\n";
    for (size_t count = random() % 12; count > 0; --count) {
      const char* const names[] = {"a_count", "a_sum", "a", "a_created"};
      const std::string key = std::string(names[random() % 4]) + "{x=\"" + std::to_string(random() % 3) + "\"}";
      lines.emplace_back(key, static_cast<int>(random() % 50) + 1);
      body += key + " " + std::to_string(lines.back().second) + "\n";
    }
    ASSERT_EQ(starts_of(body + "# EOF"), slow_starts(lines)) << body;
  }
}

// Each line is read ahead once: with one look-ahead per line this would take minutes.
TEST(CreatedLines, AreFoundInLongFamilies) {
  std::string body = "# TYPE a counter\n";
  for (int i = 0; i < 30000; ++i) body += "a_total{x=\"" + std::to_string(i) + "\"} 1\n";
  const std::string text = starts_of(body + "a_created{x=\"29999\"} 7\n# EOF");
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 30000);
  EXPECT_TRUE(text.ends_with("a_total{x=\"29999\"} 1 since 7000\n"));
}

}  // namespace
}  // namespace narthex::exposition
