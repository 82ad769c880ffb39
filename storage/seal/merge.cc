#include "storage/seal/merge.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "storage/query/merge.h"
#include "storage/query/stored.h"
#include "storage/seal/segment_writer.h"
#include "storage/seal/twins.h"

namespace narthex::storage {
namespace {

// What a series takes in memory while its metric is merged, about: its row, and its two lists if nobody shares them.
constexpr size_t kRowBytes = 400;

SegmentFooter about_merged(const SegmentList& segments) {
  SegmentFooter about;
  about.first_window = INT64_MAX;
  about.last_window = INT64_MIN;
  about.late = true;
  for (const auto& segment : segments) {
    const SegmentFooter& footer = segment->footer();
    about.first_window = std::min(about.first_window, footer.first_window);
    about.last_window = std::max(about.last_window, footer.last_window);
    about.late = about.late && footer.late;
    about.parents.push_back(segment->id());
  }
  return about;
}

// The metric names of all of them, ascending, "" for series without one among them.
Result<std::vector<std::string>> metrics_of(const SegmentList& segments) {
  std::set<std::string> names = {""};
  for (const auto& segment : segments) {
    auto some = segment->label_values(kMetricName);
    if (!some) return some.error();
    names.insert(some->begin(), some->end());
  }
  return std::vector<std::string>(names.begin(), names.end());
}

class Merger {
 public:
  Merger(const SealContext& context, const SegmentList& segments, const Deletions& deletions, size_t max_bytes,
         SegmentWriter& writer)
      : context_(context), segments_(segments), deletions_(deletions), max_bytes_(max_bytes), writer_(writer) {}

  Result<> write() {
    const auto metrics = metrics_of(segments_);
    if (!metrics) return metrics.error();
    for (const std::string& metric : *metrics) {
      if (auto go_on = context_.unless_stopping(); !go_on) return go_on;
      if (auto written = write_metric(metric); !written) return written;
      writer_.forget_lists();
    }
    return write_exemplars();
  }

 private:
  Result<> write_metric(const std::string& metric);
  Result<> write_series(const StoredSeries& found, std::span<const uint32_t> order, const Twins& twins, uint32_t first);
  Result<> expect_times(const StoredSeries& found);
  Result<> write_exemplars();

  const SealContext& context_;
  const SegmentList& segments_;
  const Deletions& deletions_;
  const size_t max_bytes_;
  SegmentWriter& writer_;
  std::set<std::string> told_;  // targets whose times were told
  // Used again and again.
  std::vector<Column> columns_;
  Column merged_;
};

Result<> Merger::write_metric(const std::string& metric) {
  const Matcher matchers[] = {Matcher::equal(std::string(kMetricName), metric)};
  const auto found = find_stored(segments_, matchers, kMinTime, kMaxTime, context_.cache);
  if (!found) return found.error();
  const size_t bytes = found->places.size() * 2 * sizeof(StoredPlace) + found->rows.size() * kRowBytes;
  if (bytes > max_bytes_) {
    return Error{Code::kLimit, fmt::format("the {} series of the metric \"{}\" would take {} bytes of memory; {} are "
                                           "allowed",
                                           found->rows.size(), metric, bytes, max_bytes_)};
  }
  // Targets of one template side by side; templates as they were first written.
  std::vector<uint32_t> order(found->rows.size());
  for (uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
    const StoredRow& x = found->rows[a];
    const StoredRow& y = found->rows[b];
    return std::pair(x.difference->id, x.target->id) < std::pair(y.difference->id, y.target->id);
  });
  std::vector<Split> splits;
  for (const uint32_t row : order) splits.push_back({found->rows[row].target.get(), found->rows[row].difference.get()});
  if (auto told = expect_times(*found); !told) return told;
  const Twins twins = find_twins(splits);
  for (uint32_t i = 0; i < order.size(); ++i) {
    if (!twins.is_first[i]) continue;
    if (auto written = write_series(*found, order, twins, i); !written) return written;
  }
  return {};
}

Result<> Merger::write_series(const StoredSeries& found, std::span<const uint32_t> order, const Twins& twins,
                              uint32_t first) {
  std::vector<StoredPlace> places;
  for (uint32_t i = first; i != kNoTwin; i = twins.next[i]) {
    const auto some = found.places_of(found.rows[order[i]]);
    places.insert(places.end(), some.begin(), some.end());
  }
  // Where two have samples of one moment, the earlier segment's is taken: as readers do.
  std::stable_sort(places.begin(), places.end(),
                   [](const StoredPlace& a, const StoredPlace& b) { return a.segment < b.segment; });
  if (columns_.size() < places.size()) columns_.resize(places.size());
  const StoredRow& row = found.rows[order[first]];
  const Labels labels = deletions_.empty() ? Labels() : combine(*row.target, *row.difference);
  for (size_t i = 0; i < places.size(); ++i) {
    columns_[i].clear();
    const Segment& segment = *found.segments[places[i].segment];
    if (auto read = segment.read(places[i].series, kMinTime, kMaxTime, columns_[i]); !read) return read;
    if (!deletions_.empty()) cut(columns_[i], deletions_.of(labels, segment.footer().deletions));
  }
  merged_.clear();
  merge_columns(std::span(columns_).first(places.size()), merged_);
  return writer_.add(row.target, row.difference, merged_);
}

// Told when the target's first series comes: the times of all segments that have one of its series of this metric.
Result<> Merger::expect_times(const StoredSeries& found) {
  std::map<const LabelList*, std::pair<ListRef, std::set<std::pair<uint32_t, uint32_t>>>> targets;
  for (const StoredRow& row : found.rows) {
    auto& [list, numbers] = targets[row.target.get()];
    list = row.target;
    for (const StoredPlace& place : found.places_of(row)) numbers.emplace(place.segment, place.series.target);
  }
  for (const auto& [pointer, told] : targets) {
    const auto& [list, numbers] = told;
    if (!told_.insert(dump(*list)).second) continue;
    std::vector<Timestamp> all;
    for (const auto& [segment, target] : numbers) {
      const auto times = found.segments[segment]->times_of(target);
      if (!times) return times.error();
      all.insert(all.end(), times->begin(), times->end());
    }
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    writer_.expect_times(list, all);
  }
  return {};
}

Result<> Merger::write_exemplars() {
  std::map<Labels, std::vector<Exemplar>> all;
  for (const auto& segment : segments_) {
    auto some = segment->exemplars();
    if (!some) return some.error();
    for (SeriesExemplars& series : *some) {
      auto& list = all[series.series];
      list.insert(list.end(), series.exemplars.begin(), series.exemplars.end());
    }
  }
  for (auto& [series, list] : all) {
    std::stable_sort(list.begin(), list.end(), is_older);
    list.erase(
        std::unique(list.begin(), list.end(), [](const Exemplar& a, const Exemplar& b) { return same_bits(a, b); }),
        list.end());
    writer_.add_exemplars({series, std::move(list)});
  }
  return {};
}

}  // namespace

int64_t merge_begin(int64_t window, int64_t merge_windows) {
  const int64_t rest = window % merge_windows;
  return window - (rest < 0 ? rest + merge_windows : rest);
}

std::vector<SegmentList> due_merges(const SegmentList& all, int64_t merge_windows, int64_t sealed_below) {
  std::vector<SegmentList> due;
  if (merge_windows < 2) return due;
  std::map<int64_t, SegmentList> runs;
  for (const auto& segment : all) runs[merge_begin(segment->footer().first_window, merge_windows)].push_back(segment);
  for (auto& [begin, segments] : runs) {
    if (segments.size() > 1 && begin + merge_windows <= sealed_below) due.push_back(std::move(segments));
  }
  return due;
}

namespace {

// Everything in them is deleted.
Result<> remove_all(const SealContext& context, SegmentChange change, const std::vector<uint64_t>& removed) {
  auto applied = context.catalog.apply(std::move(change));
  if (!applied) return applied.error();
  context.windows.replace({}, {}, removed);
  return {};
}

}  // namespace

Result<> merge_segments(const SealContext& context, const SegmentList& segments, size_t max_bytes) {
  context.at("merge.begin");
  const int64_t began = context.clock.steady_ns();
  const auto deletions = context.windows.deletions();
  SegmentFooter about = about_merged(segments);
  about.deletions = deletions->newest();
  auto writer = SegmentWriter::begin(context.files, about);
  if (!writer) return writer.error();
  if (auto written = Merger(context, segments, *deletions, max_bytes, **writer).write(); !written) return written;
  SegmentChange change;
  for (const auto& segment : segments) change.removed.push_back(segment->id());
  const std::vector<uint64_t> removed = change.removed;
  if ((*writer)->empty()) return remove_all(context, std::move(change), removed);
  auto file = (*writer)->finish();
  if (!file) return file.error();
  context.at("merge.written");
  const uint64_t id = (*file)->id();
  change.added.push_back(std::move(*file));
  auto added = context.catalog.apply(std::move(change));
  if (!added) return added.error();
  context.at("merge.applied");
  // If it cannot be read back, readers keep the old ones, whose files go when the program ends.
  if (added->front() != nullptr) context.windows.replace({}, *added, removed);
  context.at("merge.swapped");
  const SegmentFooter& footer = (*writer)->footer();
  context.log.info("Merged segments",
                   {{"segment", std::to_string(id)},
                    {"of", std::to_string(segments.size())},
                    {"series", std::to_string(footer.series)},
                    {"samples", std::to_string(footer.samples)},
                    {"duration_ms", std::to_string((context.clock.steady_ns() - began) / 1'000'000)}});
  return {};
}

}  // namespace narthex::storage
