#include "storage/query/merged_set.h"

#include <algorithm>

#include "storage/deletion/cut_set.h"
#include "storage/query/label_key.h"
#include "storage/query/merge.h"

namespace narthex::storage {
namespace {

constexpr uint32_t kNone = UINT32_MAX;
constexpr uint32_t kHead = UINT32_MAX;  // as a segment: after all others

// A series of the merged set: in the head, in segments, or in both.
struct Entry {
  uint32_t head = kNone;   // place in the head's set
  uint32_t first_row = 0;  // rows of the segments
  uint32_t end_row = 0;
};

// Where samples of a series are, and from when to when they can be.
struct Source {
  Timestamp min;
  Timestamp max;
  uint32_t segment;
  SegmentSeries series;  // unless it is the head
};

class MergedSet final : public SeriesSet {
 public:
  MergedSet(std::shared_ptr<const SeriesSet> head, Timestamp head_from, StoredSeries stored,
            std::shared_ptr<const Deletions> deletions)
      : head_(std::move(head)), head_from_(head_from), stored_(std::move(stored)), deletions_(std::move(deletions)) {
    sort();
  }

  size_t size() const override { return entries_.size(); }
  Labels labels(size_t i) const override {
    const Entry& e = entries_[i];
    if (e.head != kNone) return head_->labels(e.head);
    const StoredRow& row = stored_.rows[e.first_row];
    return combine(*row.target, *row.difference);
  }
  std::string_view label(size_t i, std::string_view name) const override {
    const Entry& e = entries_[i];
    if (e.head != kNone) return head_->label(e.head, name);
    const StoredRow& row = stored_.rows[e.first_row];
    return label_of(*row.target, *row.difference, name);
  }
  Result<> read(size_t i, Timestamp from, Timestamp to, Column& out) const override;

 private:
  void sort();
  void add_rows(const LabelKeys& keys, const std::vector<uint32_t>& order, size_t& next, Entry& entry);
  std::vector<Source> sources_of(const Entry& entry, Timestamp from, Timestamp to) const;
  Result<> read_source(const Entry& entry, const Source& source, Timestamp from, Timestamp to, Column& out) const;
  Result<> read_together(const Entry& entry, std::span<Source> sources, Timestamp from, Timestamp to,
                         Column& out) const;

  const std::shared_ptr<const SeriesSet> head_;
  const Timestamp head_from_;
  StoredSeries stored_;  // rows in label order
  const std::shared_ptr<const Deletions> deletions_;
  std::vector<Entry> entries_;
};

// Takes the rows that are equal to the next one.
void MergedSet::add_rows(const LabelKeys& keys, const std::vector<uint32_t>& order, size_t& next, Entry& entry) {
  const std::string_view key = keys[order[next]];
  entry.first_row = static_cast<uint32_t>(next);
  while (next < order.size() && keys[order[next]] == key) ++next;
  entry.end_row = static_cast<uint32_t>(next);
}

void MergedSet::sort() {
  LabelKeys head_keys;
  LabelKeys keys;
  head_keys.reserve(head_->size());
  keys.reserve(stored_.rows.size());
  for (size_t i = 0; i < head_->size(); ++i) head_keys.add(head_->labels(i));
  for (const StoredRow& row : stored_.rows) keys.add(combine(*row.target, *row.difference));
  const std::vector<uint32_t> order = keys.order();
  size_t next = 0;
  for (uint32_t head = 0; head < head_keys.size() || next < order.size();) {
    const int compared = head == head_keys.size() ? 1
                         : next == order.size()   ? -1
                                                  : head_keys[head].compare(keys[order[next]]);
    Entry& entry = entries_.emplace_back();
    if (compared >= 0) add_rows(keys, order, next, entry);
    if (compared <= 0) entry.head = head++;
  }
  std::vector<StoredRow> rows;
  rows.reserve(order.size());
  for (const uint32_t row : order) rows.push_back(std::move(stored_.rows[row]));
  stored_.rows = std::move(rows);
}

std::vector<Source> MergedSet::sources_of(const Entry& entry, Timestamp from, Timestamp to) const {
  std::vector<Source> sources;
  for (uint32_t row = entry.first_row; row < entry.end_row; ++row) {
    for (const StoredPlace& place : stored_.places_of(stored_.rows[row])) {
      const SegmentFooter& footer = stored_.segments[place.segment]->footer();
      if (footer.min_time > to || footer.max_time < from) continue;
      sources.push_back({footer.min_time, footer.max_time, place.segment, place.series});
    }
  }
  if (entry.head != kNone) sources.push_back({head_from_, kMaxTime, kHead, {}});
  return sources;
}

Result<> MergedSet::read_source(const Entry& entry, const Source& source, Timestamp from, Timestamp to,
                                Column& out) const {
  if (source.segment == kHead) return head_->read(entry.head, from, to, out);
  const Segment& segment = *stored_.segments[source.segment];
  const uint64_t applied = segment.footer().deletions;
  if (!deletions_->reach(applied, from, to)) return segment.read(source.series, from, to, out);
  const StoredRow& row = stored_.rows[entry.first_row];
  return read_cut(*deletions_, combine(*row.target, *row.difference), applied, out,
                  [&](Column& column) { return segment.read(source.series, from, to, column); });
}

// Of equal timestamps the one of the earlier segment is taken, and the head comes last.
Result<> MergedSet::read_together(const Entry& entry, std::span<Source> sources, Timestamp from, Timestamp to,
                                  Column& out) const {
  if (sources.size() == 1) return read_source(entry, sources.front(), from, to, out);
  std::stable_sort(sources.begin(), sources.end(),
                   [](const Source& a, const Source& b) { return a.segment < b.segment; });
  std::vector<Column> columns(sources.size());
  for (size_t k = 0; k < sources.size(); ++k) {
    if (auto read = read_source(entry, sources[k], from, to, columns[k]); !read) return read;
  }
  merge_columns(columns, out);
  return {};
}

// Sources that follow each other are appended one after the other; those that overlap are merged.
Result<> MergedSet::read(size_t i, Timestamp from, Timestamp to, Column& out) const {
  const Entry& entry = entries_[i];
  std::vector<Source> sources = sources_of(entry, from, to);
  std::stable_sort(sources.begin(), sources.end(), [](const Source& a, const Source& b) { return a.min < b.min; });
  for (size_t begin = 0, end = 0; begin < sources.size(); begin = end) {
    Timestamp max = sources[begin].max;
    for (end = begin + 1; end < sources.size() && sources[end].min <= max; ++end) max = std::max(max, sources[end].max);
    if (auto read = read_together(entry, std::span(sources).subspan(begin, end - begin), from, to, out); !read)
      return read;
  }
  return {};
}

}  // namespace

std::shared_ptr<const SeriesSet> merge_sets(std::shared_ptr<const SeriesSet> head, Timestamp head_from,
                                            StoredSeries stored, std::shared_ptr<const Deletions> deletions) {
  return std::make_shared<MergedSet>(std::move(head), head_from, std::move(stored), std::move(deletions));
}

}  // namespace narthex::storage
