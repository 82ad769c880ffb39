// One target's samples in one window: what a commit makes of a scratch, what the log stores, what pass 2 applies.
#pragma once

#include <bit>
#include <cstdint>
#include <span>
#include <vector>

#include "storage/appender.h"
#include "storage/head/column.h"
#include "storage/identity/label_list.h"

namespace narthex::storage {

struct SlotTemplate {
  Slot slot;
  ListId list;
};

// A sample that is not at a scrape's time, or not among its producer's. `histogram`: not null, then it is that, and the
// value means nothing. `start`: 0 is unknown.
struct OwnSample {
  Slot slot;
  Timestamp timestamp;
  double value;
  const Histogram* histogram = nullptr;
  Timestamp start = 0;
  bool out_of_order = false;  // its series may have newer ones: it goes beside the columns
};

// Of a scrape.
struct ScrapedHistogram {
  Slot slot;
  const Histogram* histogram;
};

// How a slot's value changed.
struct SlotChange {
  Slot slot;
  ValueChange value;
};

struct RecordExemplar {
  Slot slot;
  const Exemplar* exemplar;
};

// What it points to belongs to the scratch, or to whoever decoded it.
struct Record {
  int64_t window = 0;
  bool key_frame = false;           // nothing before it is needed to understand it and what follows
  std::vector<SlotTemplate> slots;  // in a key frame all that ever had a sample; else those not told before

  bool has_scrape = false;
  uint32_t producer = 0;
  Timestamp timestamp = 0;
  std::span<const uint64_t> seen;            // bit per slot
  std::span<const double> values;            // by slot, meaningful where seen
  std::vector<ScrapedHistogram> histograms;  // slots ascending, all of them seen, with the value 0
  std::vector<SlotStart> starts;             // slots ascending, all of them seen; of the others it is unknown

  // In the order of appending. None of these slots is in `seen`.
  std::vector<OwnSample> timed;

  std::vector<RecordExemplar> exemplars;  // none of these slots needs a sample
};

// Calls `visit(slot)` for each set bit.
template <class Visit>
void for_each_bit(std::span<const uint64_t> words, Visit&& visit) {
  for (size_t i = 0; i < words.size(); ++i) {
    for (uint64_t word = words[i]; word != 0; word &= word - 1) {
      visit(static_cast<Slot>(i * 64 + static_cast<size_t>(std::countr_zero(word))));
    }
  }
}

}  // namespace narthex::storage
