#include "storage/seal/history.h"

#include <algorithm>
#include <set>

#include "storage/seal/merge.h"
#include "storage/seal/segment_writer.h"

namespace narthex::storage {
namespace {

// By metric, as segments want it, then by label set.
bool comes_before(const HistorySeries& a, const HistorySeries& b) {
  const std::string_view metric_a = a.labels.get(kMetricName);
  const std::string_view metric_b = b.labels.get(kMetricName);
  return metric_a != metric_b ? metric_a < metric_b : a.labels < b.labels;
}

bool ascending(const std::vector<Timestamp>& times) {
  return std::adjacent_find(times.begin(), times.end(), std::greater_equal<>()) == times.end();
}

std::vector<Timestamp> times_of(const Column& samples) {
  std::vector<Timestamp> times = samples.timestamps;
  for (const HistogramSample& h : samples.histograms) times.push_back(h.timestamp);
  if (!samples.histograms.empty())
    std::inplace_merge(times.begin(), times.begin() + static_cast<ptrdiff_t>(samples.size()), times.end());
  return times;
}

Result<> check(const std::vector<HistorySeries>& sorted) {
  for (size_t i = 0; i < sorted.size(); ++i) {
    if (i > 0 && sorted[i].labels == sorted[i - 1].labels) {
      return invalid("the series " + sorted[i].labels.metric_str() + " comes twice");
    }
    if (!ascending(sorted[i].samples.timestamps) || !ascending(times_of(sorted[i].samples))) {
      return invalid("the samples of " + sorted[i].labels.metric_str() + " are not in the order of time");
    }
  }
  return {};
}

// The samples with from <= t < to.
void take(const Column& all, Timestamp from, Timestamp to, Column& out) {
  out.clear();
  const auto begin = std::lower_bound(all.timestamps.begin(), all.timestamps.end(), from) - all.timestamps.begin();
  for (auto i = static_cast<size_t>(begin); i < all.size() && all.timestamps[i] < to; ++i) {
    out.push(all.timestamps[i], all.values[i], all.starts.empty() ? 0 : all.starts[i]);
  }
  for (const HistogramSample& h : all.histograms) {
    if (h.timestamp >= from && h.timestamp < to) out.histograms.push_back(h);
  }
}

// A series' halves, as series of remote writers are split.
struct Half {
  ListRef target;
  ListRef difference;
};

Half split(Identity& lists, const Labels& labels) {
  std::vector<Label> target;
  for (const std::string_view name : {"instance", "job"}) {
    if (labels.has(name)) target.push_back({std::string(name), std::string(labels.get(name))});
  }
  ListRef list = lists.intern(Labels(std::move(target)));
  ListRef rest = lists.intern(difference(labels, *list));
  return {std::move(list), std::move(rest)};
}

class HistoryWriter {
 public:
  HistoryWriter(const SealContext& context, const std::vector<HistorySeries>& series)
      : context_(context), series_(series) {
    for (const HistorySeries& s : series) halves_.push_back(split(lists_, s.labels));
  }

  Result<> write() {
    for (const int64_t run : runs()) {
      if (auto written = write_run(run); !written) return written;
    }
    auto added = context_.catalog.apply(std::move(change_));
    if (!added) return added.error();
    context_.at("import.applied");
    SegmentList readable;
    for (const auto& segment : *added) {
      if (segment != nullptr) readable.push_back(segment);
    }
    context_.windows.replace({}, readable, {});
    return {};
  }

 private:
  // The first windows of the runs that have samples.
  std::set<int64_t> runs() const {
    std::set<int64_t> all;
    for (const HistorySeries& s : series_) {
      for (const Timestamp t : s.samples.timestamps) all.insert(run_of(t));
      for (const HistogramSample& h : s.samples.histograms) all.insert(run_of(h.timestamp));
    }
    return all;
  }
  int64_t run_of(Timestamp t) const {
    return merge_begin(context_.windows.number_of(t), std::max<int64_t>(1, context_.options.merge_windows));
  }

  Result<> write_run(int64_t run) {
    const int64_t end = run + std::max<int64_t>(1, context_.options.merge_windows);
    SegmentFooter about;
    about.first_window = run;
    about.last_window = end - 1;
    about.late = true;
    about.deletions = context_.windows.deletions()->newest();
    auto writer = SegmentWriter::begin(context_.files, about);
    if (!writer) return writer.error();
    Column part;
    for (size_t i = 0; i < series_.size(); ++i) {
      if (auto go_on = context_.unless_stopping(); !go_on) return go_on;
      take(series_[i].samples, context_.windows.start_of(run), context_.windows.start_of(end), part);
      if (auto added = (*writer)->add(halves_[i].target, halves_[i].difference, part); !added) return added;
    }
    auto file = (*writer)->finish();
    if (!file) return file.error();
    change_.added.push_back(std::move(*file));
    return {};
  }

  const SealContext& context_;
  const std::vector<HistorySeries>& series_;
  Identity lists_;  // history does not enter the live ones
  std::vector<Half> halves_;
  SegmentChange change_;
};

}  // namespace

Result<> add_history(const SealContext& context, std::vector<HistorySeries> series) {
  std::erase_if(series, [](const HistorySeries& s) { return s.samples.empty(); });
  std::sort(series.begin(), series.end(), comes_before);
  if (auto checked = check(series); !checked) return checked;
  if (series.empty()) return {};
  return HistoryWriter(context, series).write();
}

}  // namespace narthex::storage
