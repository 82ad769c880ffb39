#include "storage/query/series_set.h"

#include <algorithm>
#include <numeric>
#include <optional>

namespace narthex::storage {
namespace {

// Label names and values, each followed by a zero byte: compares as label sets do.
void append_key(std::string& out, const LabelList& target, const LabelList& difference) {
  for (const Label& label : combine(target, difference)) {
    out.append(label.name).push_back('\0');
    out.append(label.value).push_back('\0');
  }
}

// What lies beside a column, copied.
struct SideCopy {
  SideColumn column;
  std::string histograms;
  std::string starts;
};

// A visible column, copied: timestamps by index from the column's first on.
struct ColumnView {
  ColumnCopy column;
  std::optional<SideCopy> side;
  std::vector<Timestamp> times;
};

// The samples with from <= t <= to. False: the bytes are not what was written.
bool read_numbers(const ColumnView& view, Timestamp from, Timestamp to, Column& out) {
  const uint32_t first = view.column.state.first_index;
  return decode(view.column.state, view.column.tokens, [&](uint32_t index, uint64_t bits) {
    if (index - first >= view.times.size()) return false;
    const Timestamp t = view.times[index - first];
    if (t > to) return false;
    if (t >= from) out.push(t, std::bit_cast<double>(bits), 0);
    return true;
  });
}

// The same where something lies beside: each sample is a histogram if there is one at its index.
bool read_both(const ColumnView& view, Timestamp from, Timestamp to, Column& out) {
  const uint32_t first = view.column.state.first_index;
  HistogramReader histograms(view.side->column, view.side->histograms, first);
  StartReader starts(view.side->column, view.side->starts, first);
  const bool sound = decode(view.column.state, view.column.tokens, [&](uint32_t index, uint64_t bits) {
    if (index - first >= view.times.size()) return false;
    const Timestamp t = view.times[index - first];
    if (t > to) return false;
    const Timestamp start = starts.at(index);
    const bool is_histogram = !histograms.at_end() && histograms.index() == index;
    if (t >= from && is_histogram) out.histograms.push_back({t, histograms.histogram(), start});
    if (t >= from && !is_histogram) out.push(t, std::bit_cast<double>(bits), start);
    if (is_histogram) histograms.next();
    return true;
  });
  return sound && histograms.sound() && starts.sound();
}

class SeriesSetImpl final : public SeriesSet {
 public:
  SeriesSetImpl(std::shared_ptr<const View> view, Sequence sequence, Found found)
      : view_(std::move(view)), sequence_(sequence), found_(std::move(found)) {
    sort();
  }

  size_t size() const override { return first_.size() - 1; }
  Labels labels(size_t i) const override {
    const FoundSeries& s = found_.series[first_[i]];
    return combine(found_.targets[s.target].target->labels(), *s.difference);
  }
  std::string_view label(size_t i, std::string_view name) const override {
    const FoundSeries& s = found_.series[first_[i]];
    return label_of(found_.targets[s.target].target->labels(), *s.difference, name);
  }
  Result<> read(size_t i, Timestamp from, Timestamp to, Column& out) const override;

 private:
  void sort();
  void collect(const FoundSeries& series, Timestamp from, Timestamp to, std::vector<ColumnView>& out) const;
  void copy(ListId series, const ColumnState& state, const SideColumn* side, const Part& part, const TimeGroup& group,
            Timestamp from, Timestamp to, std::vector<ColumnView>& out) const;
  Slot open_slot(const FoundSeries& series, const Target& target) const;

  const std::shared_ptr<const View> view_;
  const Sequence sequence_;
  Found found_;                  // series in label order
  std::vector<uint32_t> first_;  // of each series of the set: its first place in found_.series; and the end
};

void SeriesSetImpl::sort() {
  std::string keys;
  std::vector<size_t> ends;
  ends.reserve(found_.series.size());
  for (const FoundSeries& s : found_.series) {
    append_key(keys, found_.targets[s.target].target->labels(), *s.difference);
    ends.push_back(keys.size());
  }
  const auto key = [&](size_t i) {
    const size_t begin = i == 0 ? 0 : ends[i - 1];
    return std::string_view(keys).substr(begin, ends[i] - begin);
  };
  std::vector<uint32_t> order(found_.series.size());
  std::iota(order.begin(), order.end(), 0u);
  std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) { return key(a) < key(b); });
  std::vector<FoundSeries> sorted;
  sorted.reserve(order.size());
  for (size_t i = 0; i < order.size(); ++i) {
    if (i == 0 || key(order[i]) != key(order[i - 1])) first_.push_back(static_cast<uint32_t>(i));
    sorted.push_back(std::move(found_.series[order[i]]));
  }
  first_.push_back(static_cast<uint32_t>(order.size()));
  found_.series = std::move(sorted);
}

Slot SeriesSetImpl::open_slot(const FoundSeries& series, const Target& target) const {
  const std::span<const ListId> lists = target.lists();
  if (series.slot < lists.size() && lists[series.slot] == series.difference->id) return series.slot;
  // It was not open when found, or slots have moved since.
  const auto it = std::find(lists.begin(), lists.end(), series.difference->id);
  return it == lists.end() ? kNoSlot : static_cast<Slot>(it - lists.begin());
}

void SeriesSetImpl::copy(ListId series, const ColumnState& state, const SideColumn* side, const Part& part,
                         const TimeGroup& group, Timestamp from, Timestamp to, std::vector<ColumnView>& out) const {
  const uint32_t visible = group.visible(sequence_, series);
  if (state.first_index >= visible) return;
  const uint32_t last = std::min(state.last_index, visible - 1);
  if (group.time(state.first_index) > to || group.time(last) < from) return;
  ColumnView view;
  view.column.state = state;
  part.arena().copy(state.chain, view.column.tokens);
  if (side != nullptr) {
    view.side.emplace(SideCopy{*side, {}, {}});
    part.arena().copy(side->histograms, view.side->histograms);
    part.arena().copy(side->starts, view.side->starts);
  }
  view.times.reserve(last + 1 - state.first_index);
  for (uint32_t i = state.first_index; i <= last; ++i) view.times.push_back(group.time(i));
  out.push_back(std::move(view));
}

void SeriesSetImpl::collect(const FoundSeries& series, Timestamp from, Timestamp to,
                            std::vector<ColumnView>& out) const {
  const TargetParts& where = found_.targets[series.target];
  Target& target = *where.target;
  std::lock_guard lock(target.mutex());
  for (const auto& part : where.parts) {
    part->for_each_piece(series.difference->id, [&](const Piece& piece) {
      copy(piece.list, piece.column, part->side_of(piece), *part, *part->group(piece.column.group), from, to, out);
    });
  }
  const Slot slot = open_slot(series, target);
  const TimeGroup* group = slot == kNoSlot ? nullptr : target.group_of(slot);
  if (group == nullptr || target.column(slot).retired) return;
  const OpenSide* side = target.side(slot);
  for (const auto& part : where.parts) {
    if (part->window() != group->window) continue;
    copy(target.list(slot), target.column(slot), side == nullptr ? nullptr : &side->column, *part, *group, from, to,
         out);
  }
}

Result<> SeriesSetImpl::read(size_t i, Timestamp from, Timestamp to, Column& out) const {
  std::vector<ColumnView> columns;
  for (uint32_t k = first_[i]; k < first_[i + 1]; ++k) collect(found_.series[k], from, to, columns);
  // A series' columns do not overlap in time, wherever they come from.
  std::sort(columns.begin(), columns.end(),
            [](const ColumnView& a, const ColumnView& b) { return a.times.front() < b.times.front(); });
  for (const ColumnView& c : columns) {
    const bool sound = c.side ? read_both(c, from, to, out) : read_numbers(c, from, to, out);
    if (!sound) return Error{Code::kCorruption, "a column of " + labels(i).metric_str() + " cannot be decoded"};
  }
  return {};
}

}  // namespace

std::shared_ptr<const SeriesSet> make_series_set(std::shared_ptr<const View> view, Sequence sequence, Found found) {
  return std::make_shared<SeriesSetImpl>(std::move(view), sequence, std::move(found));
}

}  // namespace narthex::storage
