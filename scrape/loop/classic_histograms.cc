#include "scrape/loop/classic_histograms.h"

namespace narthex::scrape {

void ClassicHistograms::begin_scrape() {
  open_.reset();
  builder_.reset();
  members_.resize(committed_members_);
  while (groups_.size() > committed_groups_) {
    by_key_.erase(groups_.back().key);
    groups_.pop_back();
  }
  for (const uint32_t group : placed_now_) {
    if (group < groups_.size()) groups_[group].placed = false;
  }
  placed_now_.clear();
}

void ClassicHistograms::commit() {
  committed_members_ = members_.size();
  committed_groups_ = groups_.size();
  placed_now_.clear();
}

uint32_t ClassicHistograms::group(std::string key) {
  const auto [it, is_new] = by_key_.try_emplace(std::move(key), static_cast<uint32_t>(groups_.size()));
  if (is_new) groups_.push_back({it->first, false, storage::kNoSlot});
  return it->second;
}

storage::Slot ClassicHistograms::add(const Member& member) {
  members_.push_back(member);
  return kFirstMember + static_cast<storage::Slot>(members_.size() - 1);
}

void ClassicHistograms::place(uint32_t group, storage::Slot slot) {
  groups_[group].placed = true;
  groups_[group].slot = slot;
  placed_now_.push_back(group);
}

void ClassicHistograms::open(uint32_t group) {
  open_ = group;
  builder_.reset();
  timestamp_.reset();
  start_ = 0;
  owned_.clear();
  exemplars_.clear();
}

void ClassicHistograms::collect(const Member& member, double value, std::optional<Timestamp> timestamp) {
  timestamp_ = timestamp;
  switch (member.role) {
    case Role::kBucket:
      return builder_.add_bucket(member.bound, value);
    case Role::kCount:
      return builder_.set_count(value);
    case Role::kSum:
      return builder_.set_sum(value);
  }
}

void ClassicHistograms::collect(std::span<const exposition::ExemplarView> exemplars, Timestamp start) {
  if (start_ == 0) start_ = start;
  for (const exposition::ExemplarView& exemplar : exemplars) {
    OwnedExemplar& owned = owned_.emplace_back();
    for (const exposition::LabelView& label : exemplar.labels) {
      const std::string& name = owned.texts.emplace_back(label.name);
      owned.labels.push_back({name, owned.texts.emplace_back(label.value)});
    }
    exemplars_.push_back({owned.labels, exemplar.value, exemplar.timestamp});
  }
}

bool ClassicHistograms::close(Histogram& out) {
  open_.reset();
  return static_cast<bool>(builder_.build(out));
}

}  // namespace narthex::scrape
