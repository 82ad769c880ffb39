#include "remote/write/series_cache.h"

#include <algorithm>

namespace narthex::remote {
namespace {

constexpr int64_t kLookEveryMs = 10'000;  // for idle targets
// Stale places and numbers are swept when they are as many as live ones, but not for less than this.
constexpr size_t kSweepFrom = 1024;

}  // namespace

Labels target_labels(const Labels& series) {
  std::vector<Label> labels;
  for (const char* name : {"instance", "job"}) {
    if (series.has(name)) labels.push_back({name, std::string(series.get(name))});
  }
  return Labels(std::move(labels));
}

void SeriesCache::begin(int64_t steady_ms, Timestamp now) {
  steady_ms_ = steady_ms;
  now_ = now;
}

uint32_t SeriesCache::take_number() {
  if (free_numbers_.empty()) {
    by_number_.emplace_back();
    return static_cast<uint32_t>(by_number_.size() - 1);
  }
  const uint32_t number = free_numbers_.back();
  free_numbers_.pop_back();
  return number;
}

WriteTarget& SeriesCache::open(const Labels& labels) {
  const auto known = by_labels_.find(labels);
  if (known != by_labels_.end()) return *by_number_[known->second];
  const uint32_t number = take_number();
  by_labels_.emplace(labels, number);
  by_number_[number] = std::make_unique<WriteTarget>();
  WriteTarget& target = *by_number_[number];
  target.number = number;
  target.labels = labels;
  target.appender = store_.open_target(labels);
  return target;
}

// The slots have moved: under another number no place is known.
void SeriesCache::renumber(WriteTarget& target) {
  const uint32_t number = take_number();
  ended_numbers_.push_back(target.number);
  by_number_[number] = std::move(by_number_[target.number]);
  by_labels_[target.labels] = number;
  target.number = number;
  stale_ += target.series;
  target.series = 0;
}

// Whether places found before are still right.
bool SeriesCache::begin(WriteTarget& target, Timestamp at) {
  if (target.scratch) return true;
  const bool moved = target.appender->take_remap() != nullptr;
  if (moved) renumber(target);
  target.scratch = target.appender->begin(at, now_);
  target.place = begun_.size();
  target.last_used_ms = steady_ms_;
  begun_.push_back(target.number);
  return !moved;
}

const SeriesPlace* SeriesCache::find(const SeriesKey& key, Timestamp at) {
  const auto known = series_.find(key);
  if (known == series_.end()) return nullptr;
  WriteTarget* target = by_number_[known->second.target].get();
  return target != nullptr && begin(*target, at) ? &known->second : nullptr;
}

Result<SeriesPlace> SeriesCache::add(const SeriesKey& key, const Labels& labels, Timestamp at) {
  WriteTarget& target = open(target_labels(labels));
  begin(target, at);
  const auto slot = target.appender->resolve(*target.scratch, labels);
  if (!slot) return slot.error();
  const SeriesPlace place{target.number, *slot};
  const auto [known, is_new] = series_.insert_or_assign(key, place);
  if (!is_new) --stale_;
  ++target.series;
  added_.push_back(key);
  return place;
}

std::vector<std::unique_ptr<storage::Scratch>> SeriesCache::take_scratches() {
  std::vector<std::unique_ptr<storage::Scratch>> scratches;
  scratches.reserve(begun_.size());
  for (const uint32_t number : begun_) scratches.push_back(std::move(by_number_[number]->scratch));
  return scratches;
}

void SeriesCache::end(bool stored) {
  for (const uint32_t number : begun_) by_number_[number]->scratch.reset();
  for (size_t i = 0; i < added_.size() && !stored; ++i) {
    const auto known = series_.find(added_[i]);
    --by_number_[known->second.target]->series;
    series_.erase(known);
  }
  added_.clear();
  if (steady_ms_ >= looked_at_ms_ + kLookEveryMs || by_labels_.size() > options_.max_targets) close_idle();
  begun_.clear();
  const bool many_stale = stale_ > std::max(kSweepFrom, series());
  if (many_stale || ended_numbers_.size() > std::max(kSweepFrom, targets())) sweep();
}

void SeriesCache::close(uint32_t number) {
  stale_ += by_number_[number]->series;
  by_labels_.erase(by_number_[number]->labels);
  by_number_[number].reset();
  ended_numbers_.push_back(number);
}

void SeriesCache::close_idle() {
  looked_at_ms_ = steady_ms_;
  // Over the limit everything counts as idle that this request did not write to.
  const bool too_many = by_labels_.size() > options_.max_targets;
  const int64_t since = too_many ? steady_ms_ : steady_ms_ - options_.idle_ms;
  std::vector<uint32_t> used = begun_;
  std::sort(used.begin(), used.end());
  for (uint32_t number = 0; number < by_number_.size(); ++number) {
    const WriteTarget* target = by_number_[number].get();
    if (target == nullptr || target->last_used_ms > since) continue;
    if (!std::binary_search(used.begin(), used.end(), number)) close(number);
  }
}

void SeriesCache::sweep() {
  erase_if(series_, [&](const auto& known) { return by_number_[known.second.target] == nullptr; });
  stale_ = 0;
  free_numbers_.insert(free_numbers_.end(), ended_numbers_.begin(), ended_numbers_.end());
  ended_numbers_.clear();
}

}  // namespace narthex::remote
