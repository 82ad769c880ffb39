// Merging columns: tables, and random sources against a map.
#include "storage/query/merge.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace narthex::storage {
namespace {

Column numbers(std::vector<std::pair<Timestamp, double>> samples, Timestamp start = 0) {
  Column column;
  for (const auto& [t, v] : samples) column.push(t, v, start);
  return column;
}

std::shared_ptr<const Histogram> counted(uint64_t count) {
  Histogram h;
  h.count = count;
  return std::make_shared<const Histogram>(h);
}

// 1:5 (900) h2:7 …
std::string text_of(const Column& column) {
  std::map<Timestamp, std::string> texts;
  for (size_t i = 0; i < column.size(); ++i) {
    std::string& text = texts[column.timestamps[i]];
    text += std::to_string(column.timestamps[i]) + ":" + std::to_string(static_cast<int>(column.values[i]));
    if (!column.starts.empty()) text += "(" + std::to_string(column.starts[i]) + ")";
  }
  for (const HistogramSample& h : column.histograms) {
    texts[h.timestamp] += "h" + std::to_string(h.timestamp) + ":" + std::to_string(h.histogram->count) + "(" +
                          std::to_string(h.start) + ")";
  }
  std::string out;
  for (const auto& [t, text] : texts) out += (out.empty() ? "" : " ") + text;
  return out;
}

TEST(Merge, Table) {
  Column with_histogram = numbers({{2, 2}});
  with_histogram.histograms.push_back({3, counted(30), 9});
  struct Row {
    std::vector<Column> sources;
    const char* expected;
  };
  const std::vector<Row> rows = {
      {{}, ""},
      {{numbers({}), numbers({})}, ""},
      {{numbers({{1, 1}, {2, 2}}), numbers({{3, 3}})}, "1:1 2:2 3:3"},
      {{numbers({{3, 3}}), numbers({{1, 1}, {2, 2}})}, "1:1 2:2 3:3"},
      {{numbers({{1, 1}, {3, 3}}), numbers({{2, 2}, {4, 4}})}, "1:1 2:2 3:3 4:4"},
      {{numbers({{1, 1}, {2, 2}}), numbers({{2, 9}, {3, 3}})}, "1:1 2:2 3:3"},
      {{numbers({{2, 9}, {3, 3}}), numbers({{1, 1}, {2, 2}})}, "1:1 2:9 3:3"},
      {{numbers({{1, 1}}), numbers({{2, 2}}, 7)}, "1:1(0) 2:2(7)"},
      {{numbers({{1, 1}}, 7), numbers({{2, 2}})}, "1:1(7) 2:2(0)"},
      {{numbers({{1, 1}, {3, 3}}), numbers({{2, 2}}, 7)}, "1:1(0) 2:2(7) 3:3(0)"},
      {{with_histogram, numbers({{1, 1}, {4, 4}})}, "1:1 2:2 h3:30(9) 4:4"},
      {{with_histogram, numbers({{3, 1}})}, "2:2 h3:30(9)"},
      {{numbers({{3, 1}}), with_histogram}, "2:2 3:1"},
  };
  for (const Row& row : rows) {
    std::vector<Column> sources = row.sources;
    Column out;
    merge_columns(sources, out);
    EXPECT_EQ(text_of(out), row.expected);
  }
}

TEST(Merge, AppendsToWhatIsThere) {
  Column out = numbers({{1, 1}}, 5);
  std::vector<Column> sources = {numbers({{2, 2}}), numbers({{3, 3}})};
  merge_columns(sources, out);
  EXPECT_EQ(text_of(out), "1:1(5) 2:2(0) 3:3(0)");
}

TEST(Merge, RandomSourcesEqualAMap) {
  std::mt19937 random(7);
  for (int round = 0; round < 500; ++round) {
    std::vector<Column> sources(1 + random() % 4);
    Column expected;
    std::map<Timestamp, std::pair<size_t, uint64_t>> first;  // source, value; a histogram if odd
    for (size_t s = 0; s < sources.size(); ++s) {
      for (Timestamp t = 0; t < 30; ++t) {
        if (random() % 3 != 0) continue;
        const uint64_t value = random() % 1000;
        first.emplace(t, std::pair(s, value));
        if (value % 2 == 1) sources[s].histograms.push_back({t, counted(value), 4});
        if (value % 2 == 0) sources[s].push(t, static_cast<double>(value), s == 1 ? 3 : 0);
      }
    }
    for (const auto& [t, entry] : first) {
      const auto& [s, value] = entry;
      if (value % 2 == 1) expected.histograms.push_back({t, counted(value), 4});
      if (value % 2 == 0) expected.push(t, static_cast<double>(value), s == 1 ? 3 : 0);
    }
    Column out;
    merge_columns(sources, out);
    if (expected.starts.empty() && !out.starts.empty()) out.starts.clear();
    ASSERT_EQ(text_of(out), text_of(expected)) << "round " << round;
  }
}

}  // namespace
}  // namespace narthex::storage
