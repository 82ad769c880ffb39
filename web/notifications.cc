#include "web/notifications.h"

#include <algorithm>
#include <utility>

namespace narthex::web {
namespace {

// A subscriber that takes nothing loses what comes beyond: it is no reason to fill the memory.
constexpr size_t kMaxPending = 100;

}  // namespace

std::vector<Notification> Notifications::Subscription::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(pending_, {});
}

void Notifications::Subscription::push(const Notification& notification) {
  const std::lock_guard lock(mutex_);
  if (pending_.size() < kMaxPending) pending_.push_back(notification);
}

void Notifications::begin(std::string_view text) {
  const std::lock_guard lock(mutex_);
  for (const Notification& one : active_) {
    if (one.text == text) return;
  }
  active_.push_back({std::string(text), clock_.now_ns(), true});
  tell(active_.back());
}

void Notifications::end(std::string_view text) {
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(active_.begin(), active_.end(), [&](const auto& one) { return one.text == text; });
  if (found == active_.end()) return;
  found->active = false;
  tell(*found);
  active_.erase(found);
}

void Notifications::tell(const Notification& notification) {
  for (const auto& weak : subscribers_) {
    if (const auto subscriber = weak.lock()) subscriber->push(notification);
  }
}

std::vector<Notification> Notifications::active() const {
  const std::lock_guard lock(mutex_);
  return active_;
}

std::shared_ptr<Notifications::Subscription> Notifications::subscribe() {
  const std::lock_guard lock(mutex_);
  std::erase_if(subscribers_, [](const auto& weak) { return weak.expired(); });
  if (subscribers_.size() >= max_subscribers_) return nullptr;
  auto subscription = std::make_shared<Subscription>();
  for (const Notification& one : active_) subscription->push(one);
  subscribers_.push_back(subscription);
  return subscription;
}

}  // namespace narthex::web
