#include "storage/query/series_set.h"

#include <algorithm>
#include <numeric>

namespace narthex::storage {
namespace {

// Label names and values, each followed by a zero byte: compares as label sets do.
void append_key(std::string& out, const LabelList& target, const LabelList& difference) {
  for (const Label& label : combine(target, difference)) {
    out.append(label.name).push_back('\0');
    out.append(label.value).push_back('\0');
  }
}

// A visible column, copied: timestamps by index from the column's first on.
struct ColumnView {
  ColumnCopy column;
  std::vector<Timestamp> times;
};

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
  void copy(const ColumnState& state, const Part& part, const TimeGroup& group, Timestamp from, Timestamp to,
            std::vector<ColumnView>& out) const;
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

void SeriesSetImpl::copy(const ColumnState& state, const Part& part, const TimeGroup& group, Timestamp from,
                         Timestamp to, std::vector<ColumnView>& out) const {
  const uint32_t visible = group.visible(sequence_);
  if (state.first_index >= visible) return;
  const uint32_t last = std::min(state.last_index, visible - 1);
  if (group.time(state.first_index) > to || group.time(last) < from) return;
  ColumnView view;
  view.column.state = state;
  part.arena().copy(state.chain, view.column.tokens);
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
      copy(piece.column, *part, *part->group(piece.column.group), from, to, out);
    });
  }
  const Slot slot = open_slot(series, target);
  const TimeGroup* group = slot == kNoSlot ? nullptr : target.group_of(slot);
  if (group == nullptr || target.column(slot).retired) return;
  for (const auto& part : where.parts) {
    if (part->window() == group->window) copy(target.column(slot), *part, *group, from, to, out);
  }
}

Result<> SeriesSetImpl::read(size_t i, Timestamp from, Timestamp to, Column& out) const {
  std::vector<ColumnView> columns;
  for (uint32_t k = first_[i]; k < first_[i + 1]; ++k) collect(found_.series[k], from, to, columns);
  // A series' columns do not overlap in time, wherever they come from.
  std::sort(columns.begin(), columns.end(),
            [](const ColumnView& a, const ColumnView& b) { return a.times.front() < b.times.front(); });
  for (const ColumnView& c : columns) {
    const uint32_t first = c.column.state.first_index;
    const bool sound = decode(c.column.state, c.column.tokens, [&](uint32_t index, uint64_t bits) {
      if (index - first >= c.times.size()) return false;
      const Timestamp t = c.times[index - first];
      if (t > to) return false;
      if (t >= from) out.push(t, std::bit_cast<double>(bits));
      return true;
    });
    if (!sound) return Error{Code::kCorruption, "a column of " + labels(i).metric_str() + " cannot be decoded"};
  }
  return {};
}

}  // namespace

std::shared_ptr<const SeriesSet> make_series_set(std::shared_ptr<const View> view, Sequence sequence, Found found) {
  return std::make_shared<SeriesSetImpl>(std::move(view), sequence, std::move(found));
}

}  // namespace narthex::storage
