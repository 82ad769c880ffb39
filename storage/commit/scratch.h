// A scrape being assembled, and the pool of its buffers.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <memory>
#include <mutex>
#include <vector>

#include "storage/appender.h"
#include "storage/head/target.h"

namespace narthex::storage {

// Buffers go back here, so that a scrape allocates nothing once its size is known. Thread-safe.
class ScratchPool {
 public:
  struct Buffers {
    std::vector<double> values;
    std::vector<uint64_t> seen;
    std::vector<uint64_t> quiet;
    std::vector<TimedSample> timed;
  };
  Buffers take();
  void give(Buffers buffers);

 private:
  static constexpr size_t kKept = 16;  // scrapes in flight at once, on the machines we think of
  std::mutex mutex_;
  std::vector<Buffers> free_;
};

// A slot that this scratch reserved.
struct CreatedSlot {
  Slot slot;
  uint64_t hash;  // of the series
  // Its template, held until the scratch ends: a sweep that looked at the target before the slot was reserved must not
  // drop it.
  ListRef list = nullptr;
};

class ScratchImpl final : public Scratch {
 public:
  ScratchImpl(std::shared_ptr<ScratchPool> pool, std::shared_ptr<Target> target, uint32_t producer, Timestamp timestamp,
              Timestamp now);
  // Not settled: slots it reserved are free again.
  ~ScratchImpl() override;

  const std::shared_ptr<Target>& target() const { return target_; }
  uint32_t producer() const { return producer_; }
  Timestamp now() const { return now_; }
  const std::vector<double>& values() const { return values_; }
  bool is_quiet(Slot slot) const { return slot >> 6 < quiet_.size() && (quiet_[slot >> 6] >> (slot & 63) & 1) != 0; }
  const std::vector<TimedSample>& timed() const { return timed_; }
  const std::vector<SlotHistogram>& histograms() const { return histograms_; }
  const std::vector<SlotStart>& starts() const { return starts_; }
  const std::vector<TimedStart>& timed_starts() const { return timed_starts_; }
  const std::vector<SlotExemplar>& exemplars() const { return exemplars_; }
  bool fails_if_too_old() const { return fails_if_too_old_; }
  bool is_only_in_order() const { return only_in_order_; }
  std::vector<uint64_t>& seen_bits() { return seen_; }

  // The slot reserved here for a series with this hash, or kNoSlot.
  Slot created(uint64_t hash) const;
  void add_created(CreatedSlot slot);
  std::vector<Slot> created_slots() const override;
  const std::vector<CreatedSlot>& created() const { return created_; }
  // Makes room for slots up to this one.
  void cover(Slot slot);

  // Committed: its slots stay.
  void settle() { settled_ = true; }

 private:
  const std::shared_ptr<ScratchPool> pool_;
  const std::shared_ptr<Target> target_;
  const uint32_t producer_;
  const Timestamp now_;
  std::vector<CreatedSlot> created_;
  boost::unordered_flat_map<uint64_t, Slot> created_by_hash_;
  bool settled_ = false;
};

}  // namespace narthex::storage
