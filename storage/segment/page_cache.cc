#include "storage/segment/page_cache.h"

namespace narthex::storage {

std::shared_ptr<const void> PageCache::find(const Key& key) {
  std::lock_guard lock(mutex_);
  const auto it = by_key_.find(key);
  if (it == by_key_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, it->second);
  return it->second->page;
}

void PageCache::put(const Key& key, std::shared_ptr<const void> page, size_t bytes) {
  std::lock_guard lock(mutex_);
  if (bytes > max_bytes_ || by_key_.contains(key)) return;
  drop_beyond(max_bytes_ - bytes);
  entries_.push_front({key, std::move(page), bytes});
  by_key_.emplace(key, entries_.begin());
  bytes_ += bytes;
}

void PageCache::set_max(size_t max_bytes) {
  std::lock_guard lock(mutex_);
  max_bytes_ = max_bytes;
  drop_beyond(max_bytes);
}

size_t PageCache::bytes() const {
  std::lock_guard lock(mutex_);
  return bytes_;
}

void PageCache::drop_beyond(size_t bytes) {
  while (bytes_ > bytes) {
    bytes_ -= entries_.back().bytes;
    by_key_.erase(entries_.back().key);
    entries_.pop_back();
  }
}

}  // namespace narthex::storage
