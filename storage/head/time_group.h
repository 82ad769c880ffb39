// Time groups: the timestamps that columns refer to by index (design: how absence is written).
//
// A group is a strictly increasing vector with one writer. Each producer of a target has one per window for its
// scrapes; samples with timestamps of their own share others while they agree.
#pragma once

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <vector>

#include "model/sample.h"
#include "storage/appender.h"

namespace narthex::storage {

// The number of a commit batch, counted from 1 in each process. A view sees the batches up to its own number.
using Sequence = uint64_t;

// Changed by the committer under the target's mutex; readers hold it too.
class TimeGroup {
 public:
  // Index times count from `base`; a window's start, so that an offset fits in 32 bits.
  explicit TimeGroup(Timestamp base) : base_(base) {}

  bool empty() const { return offsets_.empty(); }
  uint32_t size() const { return static_cast<uint32_t>(offsets_.size()); }
  Timestamp time(uint32_t index) const { return base_ + offsets_[index]; }
  Timestamp last() const { return time(size() - 1); }

  // Adds a timestamp later than the last; visible from batch `sequence` on. `oldest_view` is the oldest batch at which
  // anybody still looks.
  uint32_t push(Timestamp t, Sequence sequence, Sequence oldest_view) {
    assert(empty() || t > last());
    offsets_.push_back(static_cast<uint32_t>(t - base_));
    if (marks_.empty() || marks_.back().sequence != sequence) {
      forget_marks(oldest_view);
      batch_start_ = size() - 1;
      marks_.push_back({sequence, size()});
    }
    marks_.back().count = size();
    return size() - 1;
  }

  // How many indices a view of batch `sequence` sees.
  uint32_t visible(Sequence sequence) const {
    uint32_t count = 0;
    for (const Mark& mark : marks_) {
      if (mark.sequence <= sequence) count = mark.count;
    }
    return count;
  }

  // Indices that were pushed in batch `sequence` begin here; size() if there are none.
  uint32_t batch_start(Sequence sequence) const {
    return !marks_.empty() && marks_.back().sequence == sequence ? batch_start_ : size();
  }

  size_t bytes() const {
    return sizeof(*this) + offsets_.capacity() * sizeof(uint32_t) + marks_.capacity() * sizeof(Mark) +
           seen.capacity() * sizeof(uint64_t);
  }
  // Gives back what a finished group needs no more.
  void shrink() {
    offsets_.shrink_to_fit();
    marks_.shrink_to_fit();
    seen = {};
  }

  uint32_t place = 0;  // its number within its part
  int64_t window = 0;
  bool of_scrapes = false;     // a producer's, rather than one of samples with own timestamps
  Slot last_pusher = kNoSlot;  // whose sample brought the last timestamp; only for own timestamps
  uint32_t key_index = 0;      // index of the last key frame: values before it are no base for the log's deltas
  std::vector<uint64_t> seen;  // which slots the last scrape had: the log tells differences to it

 private:
  struct Mark {
    Sequence sequence;
    uint32_t count;
  };
  // Keeps of the marks that all views see the last one.
  void forget_marks(Sequence oldest_view) {
    size_t settled = 0;
    while (settled + 1 < marks_.size() && marks_[settled + 1].sequence <= oldest_view) ++settled;
    marks_.erase(marks_.begin(), marks_.begin() + static_cast<ptrdiff_t>(settled));
  }

  const Timestamp base_;
  std::vector<uint32_t> offsets_;
  std::vector<Mark> marks_;  // ascending
  uint32_t batch_start_ = 0;
};

}  // namespace narthex::storage
