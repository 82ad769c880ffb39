#include "server/commands/tsdb/openmetrics_history.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <boost/unordered/unordered_flat_map.hpp>

#include "exposition/openmetrics.h"
#include "exposition/text.h"

namespace narthex::server {
namespace {

using exposition::MetricType;
using exposition::SeriesLine;

// Calls `visit(line, type)` for each series line. `visit` returns whether the line has what it wants.
template <class Visit>
class LineSink {
 public:
  LineSink(const exposition::OpenMetricsWalker& walker, Visit& visit) : walker_(walker), visit_(visit) {}
  void on_type(std::string_view, MetricType) {}
  void on_help(std::string_view, std::string_view) {}
  void on_unit(std::string_view, std::string_view) {}
  void on_series(const SeriesLine& line) { fine_ = visit_(line, walker_.type()); }
  bool fine() const { return fine_; }

 private:
  const exposition::OpenMetricsWalker& walker_;
  Visit& visit_;
  bool fine_ = true;
};

Error at(std::string_view body, size_t offset, std::string message) {
  const exposition::LinePlace place = exposition::place_of(body, offset);
  return invalid(fmt::format("{}:{}: {}", place.line, place.column, message));
}

template <class Visit>
Result<> walk(std::string_view body, Visit visit) {
  exposition::OpenMetricsWalker walker(body);
  LineSink<Visit> sink(walker, visit);
  while (!walker.done()) {
    const size_t line = walker.offset();
    if (const auto error = walker.walk_line(sink)) {
      return invalid(fmt::format("{}:{}: {}", error->line, error->column, error->message));
    }
    if (!sink.fine()) return at(body, line, "the sample has no timestamp");
  }
  return {};
}

Timestamp slice_of(Timestamp t, int64_t slice_ms) { return (t / slice_ms - (t % slice_ms < 0 ? 1 : 0)) * slice_ms; }

Labels labels_of(std::string_view key, MetricType type) {
  exposition::SeriesLabels parsed;
  exposition::parse_series(key, type, parsed);  // keys that a walker gave always succeed
  LabelsBuilder builder;
  if (!parsed.name().empty()) builder.set("__name__", parsed.name());
  for (const exposition::LabelView& label : parsed.labels()) builder.set(label.name, label.value);
  return builder.build();
}

// In order of time, each time once.
Result<> settle(storage::HistorySeries& series) {
  storage::Column& column = series.samples;
  std::vector<std::pair<Timestamp, double>> samples;
  samples.reserve(column.size());
  for (size_t i = 0; i < column.size(); ++i) samples.emplace_back(column.timestamps[i], column.values[i]);
  std::stable_sort(samples.begin(), samples.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  column.clear();
  for (const auto& [t, value] : samples) {
    if (column.empty() || column.timestamps.back() != t) {
      column.push(t, value);
    } else if (std::bit_cast<uint64_t>(column.values.back()) != std::bit_cast<uint64_t>(value)) {
      return invalid(fmt::format("{} has two values at {}", series.labels.metric_str(), t));
    }
  }
  return {};
}

}  // namespace

Result<HistoryOutline> outline_of(std::string_view body, int64_t slice_ms) {
  HistoryOutline outline;
  auto walked = walk(body, [&](const SeriesLine& line, MetricType) {
    if (!line.timestamp) return false;
    ++outline.samples;
    ++outline.samples_by_slice[slice_of(*line.timestamp, slice_ms)];
    return true;
  });
  if (!walked) return walked.error();
  return outline;
}

Result<std::vector<storage::HistorySeries>> read_history(std::string_view body, Timestamp from, Timestamp to) {
  std::vector<storage::HistorySeries> all;
  boost::unordered_flat_map<Labels, size_t, LabelsHash> places;
  boost::unordered_flat_map<std::string_view, size_t> by_key;
  auto walked = walk(body, [&](const SeriesLine& line, MetricType type) {
    if (!line.timestamp) return false;
    if (*line.timestamp < from || *line.timestamp >= to) return true;
    const auto known = by_key.find(line.key);
    size_t place = 0;
    if (known != by_key.end()) {
      place = known->second;
    } else {
      Labels labels = labels_of(line.key, type);
      place = places.emplace(labels, all.size()).first->second;
      if (place == all.size()) all.push_back({std::move(labels), {}});
      by_key.emplace(line.key, place);
    }
    all[place].samples.push(*line.timestamp, line.value);
    return true;
  });
  if (!walked) return walked.error();
  for (storage::HistorySeries& series : all) {
    if (auto settled = settle(series); !settled) return settled.error();
  }
  return all;
}

}  // namespace narthex::server
