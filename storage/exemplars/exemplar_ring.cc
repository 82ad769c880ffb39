#include "storage/exemplars/exemplar_ring.h"

#include <algorithm>

namespace narthex::storage {
namespace {

constexpr size_t kMaxLabelRunes = 128;

// What the standard library's nodes add to their content.
constexpr size_t kListNodeBytes = 2 * sizeof(void*);
constexpr size_t kMapNodeBytes = 4 * sizeof(void*);

size_t bytes_of(const Labels& labels) {
  size_t sum = 0;
  for (const Label& label : labels) {
    const auto outside = [](const std::string& s) { return s.capacity() < sizeof(s) / 2 ? 0 : s.capacity() + 1; };
    sum += sizeof(label) + outside(label.name) + outside(label.value);
  }
  return sum;
}
size_t bytes_of(const Exemplar& exemplar) {
  return sizeof(exemplar) + sizeof(uint64_t) + bytes_of(exemplar.labels) + 2 * kListNodeBytes + sizeof(void*);
}
size_t bytes_of_series(const Labels& labels) {
  return sizeof(Labels) + sizeof(std::list<Exemplar>) + kMapNodeBytes + bytes_of(labels);
}

// A byte that does not begin a code point continues one; invalid UTF-8 is counted by its beginnings, too.
size_t runes(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

bool satisfies(const Labels& labels, const std::vector<Matcher>& matchers) {
  return std::all_of(matchers.begin(), matchers.end(),
                     [&](const Matcher& m) { return m.matches(labels.get(m.name())); });
}

}  // namespace

bool is_older(const Exemplar& a, const Exemplar& b) {
  if (a.timestamp != b.timestamp) return a.timestamp < b.timestamp;
  if (a.value < b.value || b.value < a.value) return a.value < b.value;
  return a.labels < b.labels;
}

bool is_too_long(const Exemplar& exemplar) {
  size_t sum = 0;
  for (const Label& label : exemplar.labels) sum += runes(label.name) + runes(label.value);
  return sum > kMaxLabelRunes;
}

size_t ExemplarRing::max() const {
  std::lock_guard lock(mutex_);
  return max_;
}

void ExemplarRing::set_max(size_t max) {
  std::lock_guard lock(mutex_);
  max_ = max;
  drop_beyond(max);
}

std::optional<Exemplar> ExemplarRing::newest(const Labels& series) const {
  std::lock_guard lock(mutex_);
  const auto it = series_.find(series);
  if (it == series_.end()) return std::nullopt;
  return it->second.back().exemplar;
}

void ExemplarRing::add(const Labels& series, const Exemplar& exemplar) {
  std::lock_guard lock(mutex_);
  if (max_ == 0) return;
  const auto [it, fresh] = series_.try_emplace(series);
  auto& list = it->second;
  if (fresh) bytes_ += bytes_of_series(it->first);
  if (!list.empty()) {
    const Exemplar& newest = list.back().exemplar;
    if (same_bits(exemplar, newest) || is_older(exemplar, newest)) return;
  }
  list.push_back({exemplar, ++last_number_});
  order_.push_back(it);
  bytes_ += bytes_of(list.back().exemplar);
  drop_beyond(max_);
}

void ExemplarRing::drop_beyond(size_t count) {
  while (order_.size() > count) {
    const Series::iterator oldest = order_.front();
    order_.pop_front();
    bytes_ -= bytes_of(oldest->second.front().exemplar);
    oldest->second.pop_front();
    if (!oldest->second.empty()) continue;
    bytes_ -= bytes_of_series(oldest->first);
    series_.erase(oldest);
  }
}

std::vector<SeriesExemplars> ExemplarRing::read(std::span<const std::vector<Matcher>> matcher_sets, Timestamp from,
                                                Timestamp to) const {
  std::vector<SeriesExemplars> out;
  std::lock_guard lock(mutex_);
  for (const auto& [labels, list] : series_) {
    const bool wanted = std::any_of(matcher_sets.begin(), matcher_sets.end(),
                                    [&](const auto& matchers) { return satisfies(labels, matchers); });
    if (!wanted) continue;
    SeriesExemplars found{labels, {}};
    for (const auto& [e, number] : list) {
      if (e.timestamp >= from && e.timestamp <= to) found.exemplars.push_back(e);
    }
    if (!found.exemplars.empty()) out.push_back(std::move(found));
  }
  return out;
}

uint64_t ExemplarRing::last_number() const {
  std::lock_guard lock(mutex_);
  return last_number_;
}

std::vector<SeriesExemplars> ExemplarRing::between(uint64_t after, uint64_t to) const {
  std::vector<SeriesExemplars> out;
  std::lock_guard lock(mutex_);
  for (const auto& [labels, list] : series_) {
    SeriesExemplars found{labels, {}};
    for (const auto& [e, number] : list) {
      if (number > after && number <= to) found.exemplars.push_back(e);
    }
    if (!found.exemplars.empty()) out.push_back(std::move(found));
  }
  return out;
}

ExemplarRing::Counts ExemplarRing::counts() const {
  std::lock_guard lock(mutex_);
  return {order_.size(), series_.size(), bytes_};
}

}  // namespace narthex::storage
