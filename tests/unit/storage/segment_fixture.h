// What the tests of segments share: pages in memory, segments of what a view holds, and a segment seen as a view.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "storage/identity/identity.h"
#include "storage/segment/builder.h"
#include "storage/segment/segment.h"

namespace narthex::storage {

// Pages as a map, in the order of writing. They have no checksums.
class MapPages final : public PageSink, public PageSource {
 public:
  using Key = std::pair<PageKind, uint64_t>;

  Result<> put(PageKind kind, uint64_t number, std::string_view bytes) override {
    const Key key{kind, number};
    EXPECT_TRUE(pages.empty() || pages.rbegin()->first < key) << "pages come in disorder";
    pages.emplace(key, bytes);
    return {};
  }
  Result<> get(PageKind kind, uint64_t number, std::string& out) const override {
    const auto it = pages.find({kind, number});
    if (it == pages.end()) return Error{Code::kNotFound, "no such page"};
    out = it->second;
    return {};
  }

  std::map<Key, std::string> pages;
};

struct TestSeries {
  Labels labels;
  Column column;
};

// All series of a view.
inline std::vector<TestSeries> series_of(const View& view) {
  std::vector<TestSeries> out;
  const auto set = *view.select({}, kMinTime, kMaxTime);
  for (size_t i = 0; i < set->size(); ++i) {
    TestSeries series{set->labels(i), {}};
    EXPECT_TRUE(set->read(i, kMinTime, kMaxTime, series.column));
    if (!series.column.empty()) out.push_back(std::move(series));
  }
  return out;
}

// Takes the labels of a series to the target it is stored under.
using TargetOf = Labels (*)(const Labels&);

inline Labels job_and_instance(const Labels& labels) {
  return Labels{{"instance", std::string(labels.get("instance"))}, {"job", std::string(labels.get("job"))}};
}

inline std::vector<PairView> views_of(const LabelList& list) {
  std::vector<PairView> views;
  for (const SymbolPair& pair : list.pairs) views.push_back({pair.name->text, pair.value->text});
  return views;
}

struct BuildOptions {
  TargetOf target_of = job_and_instance;
  std::vector<std::pair<Labels, std::vector<Timestamp>>> expected = {};
  std::vector<SeriesExemplars> exemplars = {};
  SegmentFooter footer = {};
};

// The pages of a segment with these series.
inline std::shared_ptr<MapPages> build(const std::vector<TestSeries>& series, const BuildOptions& options = {}) {
  auto pages = std::make_shared<MapPages>();
  Identity identity;
  SegmentBuilder builder(*pages, options.footer);
  for (const auto& [target, times] : options.expected) {
    builder.expect_times(builder.list(views_of(*identity.intern(target))), times);
  }
  struct Row {
    std::string metric;
    ListNumber difference;
    ListNumber target;
    const Column* column;
    auto key() const { return std::tie(metric, difference, target); }
  };
  std::vector<Row> rows;
  for (const TestSeries& s : series) {
    const ListRef target = identity.intern(options.target_of(s.labels));
    rows.push_back({std::string(s.labels.get(kMetricName)), builder.list(difference(s.labels, *target)),
                    builder.list(views_of(*target)), &s.column});
  }
  std::sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) { return a.key() < b.key(); });
  for (const Row& row : rows) {
    const auto added = builder.add(row.target, row.difference, *row.column);
    EXPECT_TRUE(added) << added.error().message;
  }
  for (const SeriesExemplars& e : options.exemplars) builder.add_exemplars(e);
  EXPECT_TRUE(builder.finish());
  return pages;
}

inline std::shared_ptr<const Segment> open(std::shared_ptr<const PageSource> pages, PageCache& cache, uint64_t id = 1) {
  auto segment = Segment::open(id, std::move(pages), cache);
  EXPECT_TRUE(segment) << segment.error().message;
  return *segment;
}

// A segment as the only thing in a store.
class SegmentView final : public View {
 public:
  explicit SegmentView(std::shared_ptr<const Segment> segment) : segment_(std::move(segment)) {}

  Result<std::shared_ptr<const SeriesSet>> select(std::span<const Matcher> matchers, Timestamp from,
                                                  Timestamp to) const override {
    auto found = segment_->select(matchers, from, to);
    if (!found) return found.error();
    auto set = std::make_shared<Set>();
    set->segment = segment_;
    for (const SegmentSeries& s : *found) {
      auto labels = segment_->labels(s);
      if (!labels) return labels.error();
      set->series.emplace_back(std::move(*labels), s);
    }
    std::sort(set->series.begin(), set->series.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    return std::shared_ptr<const SeriesSet>(std::move(set));
  }
  Result<std::vector<std::string>> label_names(std::span<const Matcher>, Timestamp, Timestamp) const override {
    return segment_->label_names();
  }
  Result<std::vector<std::string>> label_values(std::string_view name, std::span<const Matcher>, Timestamp,
                                                Timestamp) const override {
    return segment_->label_values(name);
  }

 private:
  struct Set final : SeriesSet {
    size_t size() const override { return series.size(); }
    Labels labels(size_t i) const override { return series[i].first; }
    std::string_view label(size_t i, std::string_view name) const override { return series[i].first.get(name); }
    Result<> read(size_t i, Timestamp from, Timestamp to, Column& out) const override {
      return segment->read(series[i].second, from, to, out);
    }
    std::shared_ptr<const Segment> segment;
    std::vector<std::pair<Labels, SegmentSeries>> series;
  };

  std::shared_ptr<const Segment> segment_;
};

// Where two dumps part, so that a failure says something.
inline std::string first_difference_of(const std::string& wanted, const std::string& got) {
  if (wanted == got) return "";
  size_t i = 0;
  while (i < wanted.size() && i < got.size() && wanted[i] == got[i]) ++i;
  const size_t line = wanted.rfind('\n', i) + 1;
  return "wanted: " + wanted.substr(line, i - line + 300) +
         "\ngot: " + got.substr(got.rfind('\n', i) + 1, i - line + 300);
}

}  // namespace narthex::storage
