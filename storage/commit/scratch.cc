#include "storage/commit/scratch.h"

#include <algorithm>

namespace narthex::storage {

ScratchPool::Buffers ScratchPool::take() {
  std::lock_guard lock(mutex_);
  if (free_.empty()) return {};
  Buffers buffers = std::move(free_.back());
  free_.pop_back();
  return buffers;
}

void ScratchPool::give(Buffers buffers) {
  std::lock_guard lock(mutex_);
  if (free_.size() < kKept) free_.push_back(std::move(buffers));
}

ScratchImpl::ScratchImpl(std::shared_ptr<ScratchPool> pool, std::shared_ptr<Target> target, uint32_t producer,
                         Timestamp timestamp, Timestamp now)
    : pool_(std::move(pool)), target_(std::move(target)), producer_(producer), now_(now) {
  timestamp_ = timestamp;
  ScratchPool::Buffers buffers = pool_->take();
  values_ = std::move(buffers.values);
  seen_ = std::move(buffers.seen);
  quiet_ = std::move(buffers.quiet);
  quiet_.clear();
  timed_ = std::move(buffers.timed);
  timed_.clear();
  {
    std::lock_guard lock(target_->mutex());
    ++target_->scratches_out;
    slot_count_ = target_->slot_count();
  }
  if (values_.size() < slot_count_) values_.resize(slot_count_);  // what is not seen may hold anything
  seen_.assign(slot_count_ / 64 + 1, 0);
}

ScratchImpl::~ScratchImpl() {
  {
    std::lock_guard lock(target_->mutex());
    --target_->scratches_out;
    if (!settled_) {
      for (const CreatedSlot& created : created_) target_->give_back(created.slot);
    }
  }
  pool_->give({std::move(values_), std::move(seen_), std::move(quiet_), std::move(timed_)});
}

Slot ScratchImpl::created(uint64_t hash) const {
  const auto it = created_by_hash_.find(hash);
  return it == created_by_hash_.end() ? kNoSlot : it->second;
}

void ScratchImpl::add_created(CreatedSlot slot) {
  created_by_hash_.emplace(slot.hash, slot.slot);
  cover(slot.slot);
  created_.push_back(std::move(slot));
}

std::vector<Slot> ScratchImpl::created_slots() const {
  std::vector<Slot> slots;
  slots.reserve(created_.size());
  for (const CreatedSlot& created : created_) slots.push_back(created.slot);
  return slots;
}

void ScratchImpl::cover(Slot slot) {
  if (slot < slot_count_) return;
  slot_count_ = slot + size_t{1};
  if (values_.size() < slot_count_) values_.resize(std::max(slot_count_, values_.size() * 2));
  seen_.resize(slot_count_ / 64 + 1);
}

}  // namespace narthex::storage
