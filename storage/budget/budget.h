// The memory ceiling: whether there is room for a new series (storage design, promises).
//
// What counts is what the process has resident, plus what the series it has will still need until their window ends.
// Between two measurements, what was promised to new series stands for what is not resident yet, so that one scrape
// with a hundred thousand new lines cannot run past the ceiling:
//
//   used = max( resident, resident at the start of the last period + promised since ) + growth to come
//
// Marks below the limit, each with its reason:
//
//   16/16  the limit: up to here whoever was refused may remember it, so that asking again costs nothing
//   14/16  new series are refused from here on: what remains is for queries, bodies being read, and sealing
//   13/16  they are accepted again below; the gap keeps it from flapping
//   12/16  memory that the allocator keeps is given back, every ten seconds; above the mark before, what is only there
//          to be quick (pages of segments) as well
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>

#include "base/log.h"

namespace narthex::storage {

// Thread-safe, but for measure().
class Budget {
 public:
  struct Settings {
    int64_t limit = 0;                           // bytes of the process; 0: no ceiling
    std::function<uint64_t()> resident;          // bytes now; must be given if there is a limit
    std::function<uint64_t()> growth;            // bytes that what is stored will still need; may be empty
    std::function<void(bool urgent)> give_back;  // may be empty; urgent: new series will be refused otherwise
  };
  // `log` must outlive it.
  Budget(Settings settings, Log& log) : settings_(std::move(settings)), log_(log) {}

  bool limited() const { return settings_.limit > 0; }
  int64_t limit() const { return settings_.limit; }

  // Room for a new series of about `bytes`: true, and they are promised; or false, and the refusal is counted.
  bool admit(uint64_t bytes);
  // Room for a note of `bytes` about a refusal.
  bool admit_note(uint64_t bytes);
  // Changes whenever series are accepted again after some were refused.
  uint64_t epoch() const { return epoch_.load(std::memory_order_relaxed); }
  bool refusing() const { return refusing_.load(std::memory_order_relaxed); }
  uint64_t refused() const { return refused_.load(std::memory_order_relaxed); }
  // Why a series is refused, as a part of a sentence: the same text as long as the limit is.
  std::string reason() const;

  // Measures and decides; to be called about four times a second, by one thread. `steady_ns` as Clock's.
  void measure(int64_t steady_ns);

 private:
  uint64_t mark(uint64_t sixteenths) const { return static_cast<uint64_t>(settings_.limit) / 16 * sixteenths; }
  uint64_t used_now() const;
  uint64_t used() const { return used_now() + growth_; }
  bool promise(uint64_t bytes, uint64_t mark, uint64_t growth);
  void take_measure(int64_t steady_ns);

  const Settings settings_;
  Log& log_;

  std::atomic<uint64_t> resident_{0};
  std::atomic<uint64_t> growth_{0};
  std::atomic<uint64_t> start_{0};     // what there was when promised_ began, promises of the period before included
  std::atomic<uint64_t> promised_{0};  // in this period
  std::atomic<bool> refusing_{false};
  std::atomic<uint64_t> epoch_{0};
  std::atomic<uint64_t> refused_{0};

  // Of whoever measures:
  bool measured_ = false;
  int64_t period_began_ = 0;
  uint64_t resident_then_ = 0;   // when this period began
  uint64_t end_of_last_ = 0;     // what the period before began with, and promised
  int64_t refusing_since_ = 0;   // 0: not refusing, as far as it was told
  uint64_t refused_before_ = 0;  // refusals when it began
  int64_t gave_back_at_ = INT64_MIN;
};

}  // namespace narthex::storage
