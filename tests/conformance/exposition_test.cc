// Bodies of real targets, *.prom.txt in the text format and *.om.txt in OpenMetrics: they parse, and every line that is
// neither blank nor begins with '#' is a series. The line matcher finds the same in them.
#include <gtest/gtest.h>

#include <sstream>
#include <vector>

#include "scrape/line_matcher.h"
#include "tests/conformance/files.h"

namespace narthex {
namespace {

size_t lines_with_samples(const std::string& body) {
  std::istringstream lines(body);
  size_t count = 0;
  for (std::string line; std::getline(lines, line);) {
    count += line.find_first_not_of(" \t") != line.npos && line[0] != '#';
  }
  return count;
}

struct Counter {
  size_t series = 0, known = 0, unknown = 0;
  std::string trouble;
  exposition::SeriesLabels labels;

  void on_type(std::string_view, exposition::MetricType) {}
  void on_help(std::string_view, std::string_view) {}
  void on_unit(std::string_view, std::string_view) {}
  void on_comment(std::string_view) {}
  void on_series(const exposition::SeriesLine& line) {
    ++series;
    if (auto error = parse_series(line.key, exposition::MetricType::kUnknown, labels)) trouble = error->message;
    if (labels.name().empty()) trouble = "no name: " + std::string(line.key);
  }
};

struct MatchCounter : Counter {
  uint32_t on_type(std::string_view, exposition::MetricType) { return 0; }
  uint32_t on_help(std::string_view, std::string_view) { return 0; }
  uint32_t on_unit(std::string_view, std::string_view) { return 0; }
  void on_metadata_seen(uint32_t) {}
  void on_extras(storage::Slot, const exposition::SeriesLine&) {}
  void on_known(storage::Slot, double, std::optional<Timestamp>, bool) { ++known; }
  scrape::Verdict on_unknown(const exposition::SeriesLine&, exposition::MetricType) {
    return scrape::Verdict::stored(static_cast<storage::Slot>(unknown++));
  }
};

template <class Lines>
void check(const std::string& name, const std::string& body) {
  Counter counter;
  auto walker = Lines::make_walker(body, {});
  while (!walker.done()) {
    const auto error = walker.walk_line(counter);
    ASSERT_FALSE(error) << name << ":" << error->line << ":" << error->column << ": " << error->message;
  }
  EXPECT_EQ(counter.series, lines_with_samples(body)) << name;
  EXPECT_EQ(counter.trouble, "") << name;

  const scrape::LineSecret secret(1);
  scrape::LineTable table(secret);
  for (const bool first : {true, false}) {
    MatchCounter matched;
    scrape::BasicLineMatcher<Lines> matcher(table, body);
    ASSERT_FALSE(matcher.match(matched)) << name;
    matcher.commit();
    EXPECT_EQ(first ? matched.unknown : matched.known, counter.series) << name;
  }
}

// How many files there were.
template <class Lines>
int check_files(const std::filesystem::path& folder, std::string_view ending) {
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (!name.ends_with(ending)) continue;
    ++files;
    check<Lines>(name, read_file(entry.path()));
  }
  return files;
}

TEST(Exposition, RealBodiesParse) {
  const auto folder = conformance_folder("exposition");
  if (folder.empty()) GTEST_SKIP() << "skipped: no conformance files";
  EXPECT_GT(check_files<scrape::TextLines>(folder, ".prom.txt"), 0) << "no *.prom.txt in " << folder;
  EXPECT_GT(check_files<scrape::OpenMetricsLines>(folder, ".om.txt"), 0) << "no *.om.txt in " << folder;
}

}  // namespace
}  // namespace narthex
