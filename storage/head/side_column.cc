#include "storage/head/side_column.h"

#include <fmt/format.h>

#include <cassert>

namespace narthex::storage {
namespace {

constexpr uint64_t kAgain = 0;
constexpr uint64_t kSkip = 1;
constexpr unsigned kKindBits = 2;
constexpr uint64_t kKindMask = 3;

void put_counted(std::string& out, uint64_t kind, uint64_t count) { put_varint(out, count << kKindBits | kind); }

void append_bytes(Arena& arena, Arena::Chain& chain, const std::string& bytes) {
  arena.append(chain, reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
}

}  // namespace

void append(SideColumn& side, Arena& arena, uint32_t index, const Histogram* last, const Histogram& histogram) {
  assert(index >= side.next_index);
  const uint32_t skipped = index - side.next_index;
  side.next_index = index + 1;
  const bool again = last != nullptr && side.has_histograms() && same_bits(*last, histogram);
  if (again && skipped == 0) {
    ++side.run;
    return;
  }
  std::string bytes;
  if (side.run > 0) put_counted(bytes, kAgain, side.run);
  if (skipped > 0) put_counted(bytes, kSkip, skipped);
  side.run = again ? 1 : 0;
  if (!again) append_histogram(bytes, side.has_histograms() ? last : nullptr, histogram);
  append_bytes(arena, side.histograms, bytes);
}

void set_start(SideColumn& side, Arena& arena, uint32_t index, bool first, Timestamp start) {
  if (first) side.first_start = side.last_start = start;
  if (start == side.last_start) return;
  std::string bytes;
  put_varint(bytes, index - side.changed_at);
  // Modulo 2^64, as the way back.
  put_signed(bytes, static_cast<int64_t>(static_cast<uint64_t>(start) - static_cast<uint64_t>(side.last_start)));
  append_bytes(arena, side.starts, bytes);
  side.changed_at = index;
  side.last_start = start;
}

// To the next histogram: through skips, and into the run at the end.
void HistogramReader::advance() {
  while (!in_.at_end()) {
    const uint64_t head = in_.varint();
    const uint64_t count = head >> kKindBits;
    if ((head & kKindMask) == kSkip) {
      index_ += static_cast<uint32_t>(count);
      continue;
    }
    const bool again = (head & kKindMask) == kAgain;
    repeats_ = again ? count : 1;
    sound_ = again ? any_ && count > 0 : read_histogram(in_, head, any_ ? &current_ : nullptr, current_);
    sound_ = sound_ && in_.ok();
    if (!again) shared_.reset();
    any_ = true;
    if (!sound_) in_.fail(), repeats_ = 0, tail_ = 0;
    return;
  }
  sound_ = sound_ && in_.ok() && (any_ || tail_ == 0);
  repeats_ = sound_ ? tail_ : 0;
  tail_ = 0;
}

void HistogramReader::next() {
  ++index_;
  if (--repeats_ == 0) advance();
}

const std::shared_ptr<const Histogram>& HistogramReader::histogram() {
  if (!shared_) shared_ = std::make_shared<const Histogram>(current_);
  return shared_;
}

std::string dump_side(const SideColumn& side, uint32_t first_index, std::string_view histograms,
                      std::string_view starts) {
  std::string out;
  HistogramReader reader(side, histograms, first_index);
  for (; !reader.at_end(); reader.next()) {
    const Histogram& h = *reader.histogram();
    out += fmt::format(" {}:h{}/{}", reader.index(), h.is_float ? h.count_float : static_cast<double>(h.count), h.sum);
  }
  if (!reader.sound()) out += " bad";
  StartReader since(side, starts, first_index);
  Timestamp last = 0;
  const uint32_t end = std::max(side.next_index, side.changed_at + 1);
  for (uint32_t i = first_index; i < end; ++i) {
    const Timestamp start = since.at(i);
    if (start != last) out += fmt::format(" {}:since {}", i, start);
    last = start;
  }
  return out;
}

}  // namespace narthex::storage
