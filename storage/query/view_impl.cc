#include "storage/query/view_impl.h"

#include <algorithm>

#include "storage/query/finder.h"
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
  return make_series_set(shared_from_this(), snapshot_.sequence, std::move(found));
}

namespace {

// Calls `sink(target, difference)` for each series found, ignoring that some label sets come twice.
template <class Sink>
void for_each_series(const Found& found, Sink&& sink) {
  for (const FoundSeries& s : found.series) sink(found.targets[s.target].target->labels(), *s.difference);
}

std::vector<std::string> sorted_unique(std::vector<std::string_view> views) {
  std::sort(views.begin(), views.end());
  views.erase(std::unique(views.begin(), views.end()), views.end());
  return std::vector<std::string>(views.begin(), views.end());
}

}  // namespace

Result<std::vector<std::string>> ViewImpl::label_names(std::span<const Matcher> matchers, Timestamp from,
                                                       Timestamp to) const {
  auto matching = Matching::make(matchers);
  if (!matching) return matching.error();
  const Found found = find_series(shared_->core, snapshot_, *matching, from, to);
  // Symbols are unique, so a set of pointers is a set of texts.
  boost::unordered_flat_set<const Symbol*> names;
  for_each_series(found, [&](const LabelList& target, const LabelList& difference) {
    for (const SymbolPair& pair : difference.pairs) {
      if (!pair.is_mark()) names.insert(pair.name);
    }
    for (const SymbolPair& pair : target.pairs) {
      if (names.contains(pair.name)) continue;
      if (!label_of(target, difference, pair.name->text).empty()) names.insert(pair.name);
    }
  });
  std::vector<std::string_view> views;
  for (const Symbol* name : names) views.push_back(name->text);
  return sorted_unique(std::move(views));
}

Result<std::vector<std::string>> ViewImpl::label_values(std::string_view name, std::span<const Matcher> matchers,
                                                        Timestamp from, Timestamp to) const {
  auto matching = Matching::make(matchers);
  if (!matching) return matching.error();
  const Found found = find_series(shared_->core, snapshot_, *matching, from, to);
  std::vector<std::string_view> values;
  for_each_series(found, [&](const LabelList& target, const LabelList& difference) {
    const std::string_view value = label_of(target, difference, name);
    if (!value.empty() && (values.empty() || values.back() != value)) values.push_back(value);
  });
  return sorted_unique(std::move(values));
}

}  // namespace narthex::storage
