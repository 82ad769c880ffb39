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
#include "storage/identity/label_list.h"

namespace narthex::storage {

// The number of a commit batch, counted from 1 in each process. A view sees the batches up to its own number.
using Sequence = uint64_t;

inline constexpr uint32_t kNoIndex = UINT32_MAX;

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
      forget_late(oldest_view);
      batch_start_ = size() - 1;
      marks_.push_back({sequence, size()});
    }
    marks_.back().count = size();
    return size() - 1;
  }

  // A series gets its sample at an index of an earlier batch: views before `sequence` see it up to there only.
  void join_late(ListId series, uint32_t index, Sequence sequence, Sequence oldest_view) {
    if (!late_.empty() && late_.back().sequence != sequence) forget_late(oldest_view);
    late_.push_back({sequence, series, index});
  }

  // The index at or behind `from` with this timestamp, or kNoIndex.
  uint32_t find(Timestamp t, uint32_t from) const {
    if (from < size() && time(from) == t) return from;
    const auto it = std::lower_bound(offsets_.begin() + std::min(from, size()), offsets_.end(), t,
                                     [this](uint32_t offset, Timestamp wanted) { return base_ + offset < wanted; });
    return it == offsets_.end() || base_ + *it != t ? kNoIndex : static_cast<uint32_t>(it - offsets_.begin());
  }

  // How many indices of a series a view of batch `sequence` sees.
  uint32_t visible(Sequence sequence, ListId series) const {
    uint32_t count = visible(sequence);
    if (late_.empty() || late_.back().sequence <= sequence) return count;
    for (const Late& late : late_) {
      if (late.series == series && late.sequence > sequence) count = std::min(count, late.index);
    }
    return count;
  }
  // How many timestamps it sees.
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
           late_.capacity() * sizeof(Late) + seen.capacity() * sizeof(uint64_t);
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
  struct Late {
    Sequence sequence;
    ListId series;
    uint32_t index;
  };
  // Keeps of the marks that all views see the last one.
  void forget_marks(Sequence oldest_view) {
    size_t settled = 0;
    while (settled + 1 < marks_.size() && marks_[settled + 1].sequence <= oldest_view) ++settled;
    marks_.erase(marks_.begin(), marks_.begin() + static_cast<ptrdiff_t>(settled));
  }

  // All views see those up to here.
  void forget_late(Sequence oldest_view) {
    std::erase_if(late_, [&](const Late& late) { return late.sequence <= oldest_view; });
    if (late_.empty()) late_ = {};
  }

  const Timestamp base_;
  std::vector<uint32_t> offsets_;
  std::vector<Mark> marks_;  // ascending
  std::vector<Late> late_;   // batches ascending; usually none
  uint32_t batch_start_ = 0;
};

}  // namespace narthex::storage
