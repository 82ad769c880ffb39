#include "storage/segment/time_groups.h"

#include <algorithm>
#include <cassert>

#include "storage/head/bytes.h"
#include "storage/segment/column_codec.h"

namespace narthex::storage {
namespace {

// How many of a target's groups a column is compared with: its first one, as a rule of its scrapes, and new ones.
constexpr size_t kTried = 4;
// Making a group longer costs as much as all of it: the column must be at least this part of it.
constexpr size_t kExtendedBy = 8;

}  // namespace

TimeGroups::Key TimeGroups::key_of(uint32_t target, std::span<const Timestamp> times) {
  return {target, XXH3_128bits_withSeed(times.data(), times.size_bytes(), target)};
}

void TimeGroups::expect(uint32_t target, std::span<const Timestamp> times) {
  if (times.empty()) return;
  const auto it = targets_.try_emplace(target).first;
  const uint32_t group = add_group(it->second, times);
  known_.try_emplace(key_of(target, times), Known{group, 0, groups_[group].size - 1});
}

ColumnTimes TimeGroups::place(uint32_t target, std::span<const Timestamp> times) {
  OfTarget& of_target = targets_.try_emplace(target).first->second;
  of_target.has_columns = true;
  const auto [known, fresh] = known_.try_emplace(key_of(target, times));
  if (!fresh) {
    use(of_target, known->second.group);
    return {known->second.group, known->second.first, known->second.last};
  }
  ColumnTimes placed;
  const auto fits = std::find_if(of_target.tried.rbegin(), of_target.tried.rend(),
                                 [&](uint32_t group) { return fit(group, times, placed); });
  if (fits == of_target.tried.rend()) {
    placed = {add_group(of_target, times), 0, static_cast<uint32_t>(times.size() - 1)};
  }
  if (placed.runs.empty()) {
    known->second = {placed.group, placed.first, placed.last};
  } else {
    known_.erase(known);
  }
  use(of_target, placed.group);
  return placed;
}

const TargetTimes* TimeGroups::target(uint32_t target) {
  const auto it = targets_.find(target);
  if (it == targets_.end() || !it->second.has_columns) return nullptr;
  it->second.range.group = it->second.largest;
  return &it->second.range;
}

uint32_t TimeGroups::add_group(OfTarget& target, std::span<const Timestamp> times) {
  const uint32_t group = size();
  Group& added = groups_.emplace_back();
  added = {{}, static_cast<uint32_t>(times.size()), times.front(), times.back(), 0};
  append_times(added.bytes, times);
  added.bytes.shrink_to_fit();
  if (target.tried.empty()) {
    target.range = {times.front(), times.back()};
    target.largest = group;
  }
  target.tried.push_back(group);
  // The first one, of most scrapes, is kept.
  if (target.tried.size() > kTried) target.tried.erase(target.tried.begin() + 1);
  return group;
}

// Whether these timestamps are among the group's, or go on where it ends; then they are added to it.
bool TimeGroups::fit(uint32_t group, std::span<const Timestamp> times, ColumnTimes& out) {
  const Group& g = groups_[group];
  if (times.front() < g.first) return false;
  const auto inside = std::upper_bound(times.begin(), times.end(), g.last) - times.begin();
  const std::span<const Timestamp> beyond = times.subspan(static_cast<size_t>(inside));
  if (static_cast<size_t>(inside) > g.size) return false;
  if (!beyond.empty() && times.size() < g.size / kExtendedBy) return false;
  decode(group);
  const auto first = std::lower_bound(decoded_.begin(), decoded_.end(), times.front());
  out = {group, static_cast<uint32_t>(first - decoded_.begin()), 0};
  auto at = first;
  uint32_t present = 0;
  for (const Timestamp t : times.first(static_cast<size_t>(inside))) {
    const auto before = at;
    if (at != decoded_.end() && *at < t) at = std::lower_bound(at, decoded_.end(), t);
    if (at == decoded_.end() || *at != t) return false;
    if (at != before) {
      out.runs.insert(out.runs.end(), {present, static_cast<uint32_t>(at - before)});
      present = 0;
    }
    ++present, ++at;
  }
  // It must have the group's last timestamps: otherwise it has a rhythm of its own.
  if (!beyond.empty() && inside > 0 && at != decoded_.end()) return false;
  if (!out.runs.empty()) out.runs.push_back(present + static_cast<uint32_t>(beyond.size()));
  const size_t size = beyond.empty() ? static_cast<size_t>(at - decoded_.begin()) : decoded_.size() + beyond.size();
  out.last = static_cast<uint32_t>(size - 1);
  if (!beyond.empty()) extend(group, beyond);
  return true;
}

void TimeGroups::decode(uint32_t group) {
  if (decoded_group_ == group) return;
  decoded_.clear();
  ByteReader in(groups_[group].bytes);
  [[maybe_unused]] const bool sound = read_times(in, decoded_);
  assert(sound && decoded_.size() == groups_[group].size);
  decoded_group_ = group;
}

// `decoded_` has the group's timestamps, and will have these.
void TimeGroups::extend(uint32_t group, std::span<const Timestamp> times) {
  decoded_.insert(decoded_.end(), times.begin(), times.end());
  Group& g = groups_[group];
  g.size = static_cast<uint32_t>(decoded_.size());
  g.last = times.back();
  g.bytes.clear();
  append_times(g.bytes, decoded_);
  g.bytes.shrink_to_fit();
}

void TimeGroups::use(OfTarget& target, uint32_t group) {
  if (++groups_[group].columns > groups_[target.largest].columns) target.largest = group;
}

}  // namespace narthex::storage
