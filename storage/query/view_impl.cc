#include "storage/query/view_impl.h"

#include <algorithm>
#include <boost/unordered/unordered_flat_set.hpp>
#include <iterator>

#include "storage/deletion/cut_set.h"
#include "storage/query/finder.h"
#include "storage/query/merged_set.h"
#include "storage/query/series_set.h"

namespace narthex::storage {

ViewImpl::ViewImpl(std::shared_ptr<Shared> shared)
    : shared_(std::move(shared)), snapshot_(shared_->windows.acquire()) {}

ViewImpl::~ViewImpl() { shared_->windows.release(snapshot_); }

Result<std::shared_ptr<const SeriesSet>> ViewImpl::select(std::span<const Matcher> matchers, Timestamp from,
                                                          Timestamp to) const {
  auto matching = Matching::make(matchers);
  if (!matching) return matching.error();
  Found found = find_series(shared_->core, snapshot_, *matching, from, to);
  auto set = make_series_set(shared_from_this(), snapshot_.sequence, std::move(found));
  const bool deleting = is_deleted_in(from, to);
  if (deleting) set = cut_all(std::move(set), snapshot_.deletions);
  SegmentList segments = overlapping(*snapshot_.segments, from, to);
  if (!segments.empty()) {
    auto stored = find_stored(std::move(segments), matchers, from, to, shared_->page_cache);
    if (!stored) return stored.error();
    set = merge_sets(std::move(set), head_from(), std::move(*stored), snapshot_.deletions);
  }
  return deleting ? without_empty(std::move(set), *snapshot_.deletions, from, to) : std::move(set);
}

bool ViewImpl::is_deleted_in(Timestamp from, Timestamp to) const { return snapshot_.deletions->reach(0, from, to); }

// Where something is deleted, dictionaries know too much: what is left of each series is looked at.
Result<std::vector<std::string>> ViewImpl::from_select(std::span<const Matcher> matchers, Timestamp from, Timestamp to,
                                                       const AskLabels& ask) const {
  const auto set = select(matchers, from, to);
  if (!set) return set.error();
  std::set<std::string> texts;
  for (size_t i = 0; i < (*set)->size(); ++i) ask((*set)->labels(i), texts);
  return std::vector<std::string>(texts.begin(), texts.end());
}

Timestamp ViewImpl::head_from() const {
  return snapshot_.windows->empty() ? kMaxTime : snapshot_.windows->front()->start();
}

// What the segments say of all their series. Those that are in [from, to] from end to end answer from their own
// dictionaries, if everything is asked for; the series of the others are looked at.
Result<std::vector<std::string>> ViewImpl::from_segments(std::span<const Matcher> matchers, Timestamp from,
                                                         Timestamp to, const AskSegment& ask,
                                                         const AskSeries& ask_series) const {
  std::vector<std::string> out;
  SegmentList partly;
  for (auto& segment : overlapping(*snapshot_.segments, from, to)) {
    const bool whole = matchers.empty() && segment->footer().min_time >= from && segment->footer().max_time <= to;
    if (!whole) {
      partly.push_back(std::move(segment));
      continue;
    }
    auto some = ask(*segment);
    if (!some) return some.error();
    out.insert(out.end(), std::make_move_iterator(some->begin()), std::make_move_iterator(some->end()));
  }
  if (partly.empty()) return out;
  const auto stored = find_stored(std::move(partly), matchers, from, to, shared_->page_cache);
  if (!stored) return stored.error();
  for (const StoredRow& row : stored->rows) ask_series(*row.target, *row.difference, out);
  return out;
}

namespace {

// Calls `sink(target, difference)` for each series found, ignoring that some label sets come twice.
template <class Sink>
void for_each_series(const Found& found, Sink&& sink) {
  for (const FoundSeries& s : found.series) sink(found.targets[s.target].target->labels(), *s.difference);
}

std::vector<std::string> sorted_unique(std::vector<std::string> texts) {
  std::sort(texts.begin(), texts.end());
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
  return texts;
}

// Symbols are unique within an identity, so a set of pointers is a set of texts.
using Names = boost::unordered_flat_set<const Symbol*>;

// Adds to `out` the names that are not among `seen` already.
void add_names(const LabelList& target, const LabelList& difference, Names& seen, std::vector<std::string>& out) {
  const auto add = [&](const Symbol* name) {
    if (seen.insert(name).second) out.push_back(name->text);
  };
  for (const SymbolPair& pair : difference.pairs) {
    if (!pair.is_mark()) add(pair.name);
  }
  for (const SymbolPair& pair : target.pairs) {
    if (seen.contains(pair.name)) continue;
    if (!label_of(target, difference, pair.name->text).empty()) add(pair.name);
  }
}

// Values come in runs.
void add_value(const LabelList& target, const LabelList& difference, std::string_view name,
               std::vector<std::string>& out) {
  const std::string_view value = label_of(target, difference, name);
  if (!value.empty() && (out.empty() || out.back() != value)) out.emplace_back(value);
}

}  // namespace

Result<std::vector<std::string>> ViewImpl::label_names(std::span<const Matcher> matchers, Timestamp from,
                                                       Timestamp to) const {
  if (is_deleted_in(from, to)) {
    return from_select(matchers, from, to, [](const Labels& labels, std::set<std::string>& names) {
      for (const Label& label : labels) names.insert(label.name);
    });
  }
  auto matching = Matching::make(matchers);
  if (!matching) return matching.error();
  Names stored_names;
  auto names = from_segments(
      matchers, from, to, [](const Segment& segment) { return segment.label_names(); },
      [&](const LabelList& target, const LabelList& difference, std::vector<std::string>& out) {
        add_names(target, difference, stored_names, out);
      });
  if (!names) return names.error();
  const Found found = find_series(shared_->core, snapshot_, *matching, from, to);
  Names live_names;
  for_each_series(found, [&](const LabelList& target, const LabelList& difference) {
    add_names(target, difference, live_names, *names);
  });
  return sorted_unique(std::move(*names));
}

Result<std::vector<std::string>> ViewImpl::label_values(std::string_view name, std::span<const Matcher> matchers,
                                                        Timestamp from, Timestamp to) const {
  if (is_deleted_in(from, to)) {
    return from_select(matchers, from, to, [name](const Labels& labels, std::set<std::string>& values) {
      if (labels.has(name)) values.emplace(labels.get(name));
    });
  }
  auto matching = Matching::make(matchers);
  if (!matching) return matching.error();
  auto values = from_segments(
      matchers, from, to, [&](const Segment& segment) { return segment.label_values(name); },
      [&](const LabelList& target, const LabelList& difference, std::vector<std::string>& out) {
        add_value(target, difference, name, out);
      });
  if (!values) return values.error();
  const Found found = find_series(shared_->core, snapshot_, *matching, from, to);
  for_each_series(found, [&](const LabelList& target, const LabelList& difference) {
    add_value(target, difference, name, *values);
  });
  return sorted_unique(std::move(*values));
}

}  // namespace narthex::storage
