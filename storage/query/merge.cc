#include "storage/query/merge.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace narthex::storage {
namespace {

Timestamp first_of(const Column& column) {
  const Timestamp number = column.size() == 0 ? kMaxTime : column.timestamps.front();
  return column.histograms.empty() ? number : std::min(number, column.histograms.front().timestamp);
}

Timestamp last_of(const Column& column) {
  const Timestamp number = column.size() == 0 ? kMinTime : column.timestamps.back();
  return column.histograms.empty() ? number : std::max(number, column.histograms.back().timestamp);
}

void append_all(Column& from, Column& out) {
  if (!from.starts.empty() || !out.starts.empty()) {
    out.starts.resize(out.size());
    out.starts.insert(out.starts.end(), from.starts.begin(), from.starts.end());
    out.starts.resize(out.size() + from.size());
  }
  out.timestamps.insert(out.timestamps.end(), from.timestamps.begin(), from.timestamps.end());
  out.values.insert(out.values.end(), from.values.begin(), from.values.end());
  out.histograms.insert(out.histograms.end(), std::make_move_iterator(from.histograms.begin()),
                        std::make_move_iterator(from.histograms.end()));
}

// The next sample of a source.
class Cursor {
 public:
  explicit Cursor(Column& column) : column_(&column) {}

  bool at_end() const { return number_ == column_->size() && histogram_ == column_->histograms.size(); }
  Timestamp time() const {
    return is_number() ? column_->timestamps[number_] : column_->histograms[histogram_].timestamp;
  }
  void take(Column& out) {
    if (is_number()) {
      out.push(column_->timestamps[number_], column_->values[number_],
               column_->starts.empty() ? 0 : column_->starts[number_]);
    } else {
      out.histograms.push_back(std::move(column_->histograms[histogram_]));
    }
    skip();
  }
  void skip() { is_number() ? ++number_ : ++histogram_; }

 private:
  bool is_number() const {
    if (number_ == column_->size()) return false;
    return histogram_ == column_->histograms.size() ||
           column_->timestamps[number_] < column_->histograms[histogram_].timestamp;
  }

  Column* column_;
  size_t number_ = 0;
  size_t histogram_ = 0;
};

// Few sources overlap, so they are asked one after the other.
void merge_one_by_one(std::span<Column> sources, Column& out) {
  std::vector<Cursor> cursors(sources.begin(), sources.end());
  for (;;) {
    std::erase_if(cursors, [](const Cursor& c) { return c.at_end(); });
    if (cursors.empty()) return;
    Cursor* earliest = &cursors.front();
    for (Cursor& c : cursors) {
      if (c.time() < earliest->time()) earliest = &c;
    }
    const Timestamp t = earliest->time();
    earliest->take(out);
    for (Cursor& c : cursors) {
      if (!c.at_end() && c.time() == t) c.skip();
    }
  }
}

}  // namespace

void merge_columns(std::span<Column> sources, Column& out) {
  std::vector<Column*> order;
  for (Column& source : sources) {
    if (!source.empty()) order.push_back(&source);
  }
  std::sort(order.begin(), order.end(), [](const Column* a, const Column* b) { return first_of(*a) < first_of(*b); });
  const auto overlap = std::adjacent_find(order.begin(), order.end(),
                                          [](const Column* a, const Column* b) { return last_of(*a) >= first_of(*b); });
  if (overlap != order.end()) return merge_one_by_one(sources, out);
  for (Column* source : order) append_all(*source, out);
}

}  // namespace narthex::storage
