#include "storage/query/series_set.h"

#include <algorithm>
#include <numeric>

#include "storage/head/piece_reader.h"
#include "storage/query/merge.h"

namespace narthex::storage {
namespace {

// Label names and values, each followed by a zero byte: compares as label sets do.
void append_key(std::string& out, const LabelList& target, const LabelList& difference) {
  for (const Label& label : combine(target, difference)) {
    out.append(label.name).push_back('\0');
    out.append(label.value).push_back('\0');
  }
}

// A series' samples, copied behind the mutexes of targets.
struct Collected {
  std::vector<PieceCopy> pieces;
  // Empty, or a place for what is in order and then what is out of order, by part: of samples with equal timestamps
  // the first one came first.
  std::vector<Column> columns;
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
  void collect(const FoundSeries& series, Timestamp from, Timestamp to, Collected& out) const;
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

void SeriesSetImpl::collect(const FoundSeries& series, Timestamp from, Timestamp to, Collected& out) const {
  const TargetParts& where = found_.targets[series.target];
  Target& target = *where.target;
  const auto copy = [&](const ColumnState& column, const SideColumn* side, const Part& part, const TimeGroup& group) {
    if (auto piece = copy_piece(series.difference->id, column, side, part, group, sequence_, from, to))
      out.pieces.push_back(std::move(*piece));
  };
  std::lock_guard lock(target.mutex());
  for (const auto& part : where.parts) {
    part->for_each_piece(series.difference->id, [&](const Piece& piece) {
      copy(piece.column, part->side_of(piece), *part, *part->group(piece.column.group));
    });
    if (part->out_of_order().empty()) continue;
    out.columns.resize(std::max<size_t>(out.columns.size(), 1));  // the first one is for the pieces
    part->out_of_order().read(series.difference->id, sequence_, from, to, out.columns.emplace_back());
  }
  const Slot slot = open_slot(series, target);
  const TimeGroup* group = slot == kNoSlot ? nullptr : target.group_of(slot);
  if (group == nullptr || target.column(slot).retired) return;
  const OpenSide* side = target.side(slot);
  for (const auto& part : where.parts) {
    if (part->owns(*group)) copy(target.column(slot), side == nullptr ? nullptr : &side->column, *part, *group);
  }
}

Result<> SeriesSetImpl::read(size_t i, Timestamp from, Timestamp to, Column& out) const {
  Collected found;
  for (uint32_t k = first_[i]; k < first_[i + 1]; ++k) collect(found_.series[k], from, to, found);
  // What a series has in columns does not overlap in time, wherever it comes from.
  std::sort(found.pieces.begin(), found.pieces.end(),
            [](const PieceCopy& a, const PieceCopy& b) { return a.times.front() < b.times.front(); });
  Column& in_order = found.columns.empty() ? out : found.columns.front();
  for (const PieceCopy& piece : found.pieces) {
    if (read_piece(piece, from, to, in_order)) continue;
    return Error{Code::kCorruption, "a column of " + labels(i).metric_str() + " cannot be decoded"};
  }
  merge_columns(found.columns, out);
  return {};
}

}  // namespace

std::shared_ptr<const SeriesSet> make_series_set(std::shared_ptr<const View> view, Sequence sequence, Found found) {
  return std::make_shared<SeriesSetImpl>(std::move(view), sequence, std::move(found));
}

}  // namespace narthex::storage
