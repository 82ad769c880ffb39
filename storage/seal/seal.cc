#include "storage/seal/seal.h"

#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>
#include <tuple>

#include "storage/head/frozen_reader.h"
#include "storage/query/merge.h"
#include "storage/seal/segment_writer.h"
#include "storage/seal/twins.h"

namespace narthex::storage {
namespace {

// A series of the window, with what it is ordered by.
struct Item {
  uint32_t metric;  // its rank
  ListId list;
  uint32_t target;  // its rank
  FrozenSeries series;
};

// One window on its way into a segment.
class WindowSealer {
 public:
  WindowSealer(const SealContext& context, const Window& window, const Deletions& deletions, SegmentWriter& writer)
      : context_(context), deletions_(&deletions), writer_(writer) {
    gather(frozen_series(window));
  }

  Result<> write() {
    for (size_t begin = 0, end = 0; begin < items_.size(); begin = end) {
      if (auto go_on = context_.unless_stopping(); !go_on) return go_on;
      for (end = begin; end < items_.size() && items_[end].metric == items_[begin].metric; ++end) {
      }
      if (auto written = write_metric(std::span(items_).subspan(begin, end - begin)); !written) return written;
      writer_.forget_lists();
    }
    return {};
  }

 private:
  // Templates as they were first exposed: buckets of a histogram one after the other, targets of one side by side.
  void gather(std::vector<FrozenSeries> all) {
    resolve_lists(all);
    boost::unordered_flat_map<const Target*, uint32_t> targets;
    items_.reserve(all.size());
    for (const FrozenSeries& s : all) {
      const uint32_t target = targets.emplace(s.target, static_cast<uint32_t>(targets.size())).first->second;
      items_.push_back({metric_rank_[s.list], s.list, target, s});
    }
    std::sort(items_.begin(), items_.end(), [](const Item& a, const Item& b) {
      return std::tie(a.metric, a.list, a.target) < std::tie(b.metric, b.list, b.target);
    });
  }

  // Finds the templates, and ranks them by metric.
  void resolve_lists(const std::vector<FrozenSeries>& all) {
    std::vector<ListId> ids;
    for (const FrozenSeries& s : all) ids.push_back(s.list);
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    std::vector<std::pair<std::string_view, ListId>> metrics;
    for (ListRef& list : context_.identity.get(ids)) {
      bool found = false;
      metrics.emplace_back(list->get(kMetricName, found), list->id);
      lists_.emplace(list->id, std::move(list));
    }
    std::sort(metrics.begin(), metrics.end());
    uint32_t rank = 0;
    for (size_t i = 0; i < metrics.size(); ++i) {
      rank += i > 0 && metrics[i].first != metrics[i - 1].first;
      metric_rank_[metrics[i].second] = rank;
    }
  }

  Result<> write_metric(std::span<const Item> items) {
    splits_.clear();
    for (const Item& item : items)
      splits_.push_back({&item.series.target->labels(), lists_.find(item.list)->second.get()});
    const Twins twins = find_twins(splits_);
    for (uint32_t i = 0; i < items.size(); ++i) {
      if (!twins.is_first[i]) continue;
      if (auto written = write_series(items, twins, i); !written) return written;
    }
    return {};
  }

  Result<> write_series(std::span<const Item> items, const Twins& twins, uint32_t first) {
    size_t count = 0;
    for (uint32_t i = first; i != kNoTwin; i = twins.next[i], ++count) {
      if (columns_.size() == count) columns_.emplace_back();
      columns_[count].clear();
      // What came before the damage is kept: trying again would not help.
      const auto read = read_frozen(items[i].series, columns_[count]);
      if (!read) context_.log.error("Samples were lost when a window was sealed", {{"err", read.error().str()}});
    }
    Column& column = count == 1 ? columns_.front() : merged_;
    if (count > 1) {
      merged_.clear();
      merge_columns(std::span(columns_).first(count), merged_);
    }
    const Item& item = items[first];
    const ListRef& difference = lists_.find(item.list)->second;
    if (!deletions_->empty()) cut(column, deletions_->of(combine(item.series.target->labels(), *difference), 0));
    expect_times(item);
    return writer_.add(item.series.target->labels_ref(), difference, column);
  }

  // Told once per target, when its first series comes.
  void expect_times(const Item& item) {
    if (told_.size() <= item.target) told_.resize(item.target + size_t{1});
    if (!told_[item.target]) writer_.expect_times(item.series.target->labels_ref(), scrape_times(*item.series.part));
    told_[item.target] = true;
  }

  const SealContext& context_;
  const Deletions* const deletions_;
  SegmentWriter& writer_;
  std::vector<Item> items_;
  boost::unordered_flat_map<ListId, ListRef> lists_;
  boost::unordered_flat_map<ListId, uint32_t> metric_rank_;
  // Used again and again.
  std::vector<Split> splits_;
  std::vector<Column> columns_;
  Column merged_;
  std::vector<bool> told_;  // by rank of target
};

// A batch on its way.
class BatchSealer {
 public:
  BatchSealer(const SealContext& context, const Frozen& frozen) : context_(context), frozen_(frozen) {
    change_.logs_below = frozen.family + 1;
  }

  Result<> write(const std::vector<SeriesExemplars>& exemplars) {
    for (const auto& window : frozen_.windows) {
      const bool newest = window == frozen_.windows.back();
      if (auto written = write_window(*window, newest ? exemplars : std::vector<SeriesExemplars>()); !written) {
        return written;
      }
    }
    return {};
  }

  Result<> apply() {
    auto applied = context_.catalog.apply(std::move(change_));
    if (!applied) return applied.error();
    context_.at("seal.applied");
    WindowList sealed;
    SegmentList added;
    for (size_t i = 0, segment = 0; i < frozen_.windows.size(); ++i) {
      // A window whose segment cannot be read back stays where it is: in memory.
      const bool lost = has_segment_[i] && (*applied)[segment] == nullptr;
      if (!lost) sealed.push_back(frozen_.windows[i]);
      if (has_segment_[i] && !lost) added.push_back((*applied)[segment]);
      segment += has_segment_[i];
    }
    context_.windows.replace(sealed, added, {});
    context_.at("seal.swapped");
    return {};
  }

 private:
  Result<> write_window(const Window& window, const std::vector<SeriesExemplars>& exemplars) {
    SegmentFooter about;
    about.first_window = about.last_window = window.number();
    about.late = window.number() != frozen_.family;
    about.deletions = deletions_->newest();
    auto writer = SegmentWriter::begin(context_.files, about);
    if (!writer) return writer.error();
    const int64_t began = context_.clock.steady_ns();
    if (auto written = WindowSealer(context_, window, *deletions_, **writer).write(); !written) return written;
    has_segment_.push_back(!(*writer)->empty());
    if ((*writer)->empty()) return {};
    for (const SeriesExemplars& series : exemplars) (*writer)->add_exemplars(series);
    auto file = (*writer)->finish();
    if (!file) return file.error();
    tell(window, (*writer)->footer(), (*file)->id(), (context_.clock.steady_ns() - began) / 1'000'000);
    change_.added.push_back(std::move(*file));
    return {};
  }

  void tell(const Window& window, const SegmentFooter& footer, uint64_t id, int64_t took_ms) const {
    context_.log.info("Wrote the segment of a window", {{"segment", std::to_string(id)},
                                                        {"start", std::to_string(window.start())},
                                                        {"end", std::to_string(window.end())},
                                                        {"late", footer.late ? "true" : "false"},
                                                        {"series", std::to_string(footer.series)},
                                                        {"samples", std::to_string(footer.samples)},
                                                        {"duration_ms", std::to_string(took_ms)}});
  }

  const SealContext& context_;
  const Frozen& frozen_;
  const std::shared_ptr<const Deletions> deletions_ = context_.windows.deletions();
  SegmentChange change_;
  std::vector<bool> has_segment_;  // by window
};

}  // namespace

Result<uint64_t> seal(const SealContext& context, const Frozen& frozen, uint64_t exemplars_after) {
  context.at("seal.begin");
  const uint64_t last = context.exemplars.last_number();
  BatchSealer sealer(context, frozen);
  if (auto written = sealer.write(context.exemplars.between(exemplars_after, last)); !written) return written.error();
  context.at("seal.written");
  if (auto applied = sealer.apply(); !applied) return applied.error();
  return frozen.windows.empty() ? exemplars_after : last;
}

}  // namespace narthex::storage
