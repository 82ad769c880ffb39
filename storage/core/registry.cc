#include "storage/core/registry.h"

namespace narthex::storage {

Registry::~Registry() {
  for (const auto& target : by_number_) {
    if (!target) continue;
    std::lock_guard lock(target->mutex());
    target->forget_foreign_slots();
  }
}

std::shared_ptr<Target> Registry::get(const ListRef& labels) {
  std::lock_guard lock(mutex_);
  if (const auto it = by_labels_.find(labels->id); it != by_labels_.end()) return by_number_[it->second];
  auto number = static_cast<uint32_t>(by_number_.size());
  if (free_numbers_.empty()) {
    by_number_.emplace_back();
  } else {
    number = free_numbers_.back();
    free_numbers_.pop_back();
  }
  by_number_[number] = std::make_shared<Target>(number, labels);
  by_labels_.emplace(labels->id, number);
  return by_number_[number];
}

std::shared_ptr<Target> Registry::by_number(uint32_t number) const {
  std::lock_guard lock(mutex_);
  return number < by_number_.size() ? by_number_[number] : nullptr;
}

std::vector<std::shared_ptr<Target>> Registry::all() const {
  std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<Target>> targets;
  targets.reserve(by_number_.size());
  for (const auto& target : by_number_) {
    if (target) targets.push_back(target);
  }
  return targets;
}

size_t Registry::size() const {
  std::lock_guard lock(mutex_);
  return by_labels_.size();
}

bool Registry::remove(const std::shared_ptr<Target>& target) {
  std::lock_guard lock(mutex_);
  if (target.use_count() > 2) return false;  // ours and the caller's
  by_labels_.erase(target->labels().id);
  by_number_[target->number()] = nullptr;
  free_numbers_.push_back(target->number());
  return true;
}

}  // namespace narthex::storage
