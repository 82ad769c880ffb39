// Samples that came after newer ones of their series, or too long after the newest of all: one part's, apart from its
// columns, whose timestamps only ascend. Few, so each is kept as it came: 24 bytes, and more if something lies beside.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "storage/head/record.h"
#include "storage/head/time_group.h"
#include "storage/identity/label_list.h"
#include "storage/querier.h"

namespace narthex::storage {

// Guarded as its part is.
class OutOfOrder {
 public:
  // Times count from `base`, the window's start.
  explicit OutOfOrder(Timestamp base) : base_(base) {}

  bool empty() const { return samples_.empty(); }
  // Visible from batch `sequence` on. Of samples with equal timestamps the first one counts.
  void add(ListId list, const OwnSample& sample, Sequence sequence);

  // Appends the series' samples with from <= t <= to that batch `sequence` sees, in time order.
  void read(ListId list, Sequence sequence, Timestamp from, Timestamp to, Column& out) const;
  // Calls `visit(list, timestamp)` for each sample that batch `sequence` sees, in no order.
  template <class Visit>
  void for_each(Sequence sequence, Visit&& visit) const {
    for (const Sample& s : samples_) {
      if (sees(sequence, s)) visit(s.list, base_ + s.offset);
    }
  }

  // No more is added: sorted, nothing twice, no spare memory.
  void finish();
  // Resident.
  size_t bytes() const;

 private:
  struct Sample {
    ListId list;
    uint32_t offset;
    uint64_t bits;
    uint32_t batch;   // counted from first_batch_
    uint32_t beside;  // place in beside_, plus one; 0: nothing
  };
  struct Beside {
    Timestamp start;
    std::shared_ptr<const Histogram> histogram;  // null: it is a number
  };
  bool sees(Sequence sequence, const Sample& s) const { return first_batch_ + s.batch <= sequence; }
  void settle();
  void append(const Sample& s, Column& out) const;

  const Timestamp base_;
  Sequence first_batch_ = 0;
  std::vector<Sample> samples_;
  std::vector<Beside> beside_;
  size_t sorted_ = 0;  // so many in front are sorted by list and time, each once; the others are as they came
};

}  // namespace narthex::storage
