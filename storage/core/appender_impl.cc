#include "storage/core/appender_impl.h"

#include <algorithm>

namespace narthex::storage {
namespace {

// What a new series takes at once (slot, index, line, its part of the scrape that brings it and of the log: 600 bytes
// where all labels are its own), and in columns until its window ends. Measurements correct it within seconds.
constexpr size_t kNewSeriesBytes = 800;

size_t label_bytes(const Labels& labels, const LabelList& target) {
  size_t bytes = 0;
  for (const PairView& pair : difference(labels, target)) bytes += pair.value.size() + sizeof(SymbolPair);
  return bytes;
}

}  // namespace

AppenderImpl::AppenderImpl(std::shared_ptr<Shared> shared, std::shared_ptr<Target> target)
    : shared_(std::move(shared)), target_(std::move(target)) {
  std::lock_guard lock(target_->mutex());
  producer_ = target_->add_producer();
}

AppenderImpl::~AppenderImpl() {
  std::lock_guard lock(target_->mutex());
  target_->remove_producer(producer_);
}

Slot AppenderImpl::slot_count() const {
  std::lock_guard lock(target_->mutex());
  return target_->slot_count();
}

std::unique_ptr<Remap> AppenderImpl::take_remap() {
  const Timestamp newest = shared_->windows.newest();
  if (newest == INT64_MIN) return nullptr;
  const int64_t window = shared_->windows.number_of(newest);
  if (window == looked_at_) return nullptr;
  std::lock_guard lock(target_->mutex());
  // Slots cannot move under another producer, or under a scratch that is still on its way.
  if (target_->producers() > 1 || target_->scratches_out > 0) return nullptr;
  looked_at_ = window;
  const Timestamp horizon = dead_before(shared_->windows, shared_->options);
  if (!worth_compacting(target_->slot_count(), target_->live_series(horizon))) return nullptr;
  return std::make_unique<Remap>(compact_slots(shared_->core, *target_, horizon));
}

std::unique_ptr<Scratch> AppenderImpl::begin(Timestamp timestamp, Timestamp now) {
  return std::make_unique<ScratchImpl>(shared_->scratches, target_, producer_, timestamp, now);
}

// The slot this target has for the series: as its owner, or with another owner.
std::optional<Slot> AppenderImpl::known_slot(const Labels& labels, uint64_t hash, ListId list) {
  const SeriesPlaces places = shared_->core.index.find(hash);
  if (places.empty()) return std::nullopt;
  {
    std::lock_guard lock(target_->mutex());
    for (const SeriesPlace& place : places) {
      const bool ours = place.target == target_->number() && place.slot < target_->slot_count();
      if (ours && target_->list(place.slot) == list) return place.slot;
    }
    if (target_->foreign_slots().empty()) return std::nullopt;
  }
  if (!find_owner(shared_->core, labels, hash)) return std::nullopt;
  std::lock_guard lock(target_->mutex());
  return target_->foreign_slot_of(list);
}

// Only a series that is nowhere in the store is new.
bool AppenderImpl::is_refused(const Scratch& scratch, const Labels& labels, uint64_t hash) const {
  Budget& budget = *shared_->budget;
  if (!budget.limited() || !scratch.refusable()) return false;
  if (!shared_->core.index.find(hash).empty() && find_owner(shared_->core, labels, hash)) return false;
  return !budget.admit(kNewSeriesBytes + label_bytes(labels, target_->labels()));
}

Result<Slot> AppenderImpl::resolve(Scratch& scratch, const Labels& labels) {
  auto& own = static_cast<ScratchImpl&>(scratch);
  const uint64_t hash = labels_hash(labels);
  if (const Slot made = own.created(hash); made != kNoSlot) return made;
  if (is_refused(scratch, labels, hash)) return Error{Code::kLimit, shared_->budget->reason()};
  const ListRef list = shared_->core.identity.intern(difference(labels, target_->labels()));
  if (const auto known = known_slot(labels, hash, list->id)) {
    own.cover(*known);
    return *known;
  }
  std::unique_lock lock(target_->mutex());
  if (target_->slot_count() >= kMaxSlots) return Error{Code::kLimit, "the target has too many series"};
  const Slot slot = target_->reserve(list->id);
  lock.unlock();
  own.add_created({slot, hash, list});
  return slot;
}

Labels AppenderImpl::labels(Slot slot) const {
  ListId id = kNoList;
  {
    std::lock_guard lock(target_->mutex());
    if (slot < target_->slot_count()) id = target_->list(slot);
  }
  const ListRef list = id == kNoList ? nullptr : shared_->core.identity.get(id);
  return list ? combine(target_->labels(), *list) : Labels();
}

void AppenderImpl::commit(std::unique_ptr<Scratch> scratch, std::function<void(CommitResult)> done) {
  std::unique_ptr<ScratchImpl> own(static_cast<ScratchImpl*>(scratch.release()));
  shared_->committer->commit(std::move(own), std::move(done));
}

}  // namespace narthex::storage
