#include "storage/head/out_of_order.h"

#include <algorithm>
#include <bit>
#include <tuple>

namespace narthex::storage {

void OutOfOrder::add(ListId list, const OwnSample& sample, Sequence sequence) {
  if (samples_.empty()) first_batch_ = sequence;
  uint32_t beside = 0;
  if (sample.histogram != nullptr || sample.start != 0) {
    auto histogram = sample.histogram == nullptr ? nullptr : std::make_shared<const Histogram>(*sample.histogram);
    beside_.push_back({sample.start, std::move(histogram)});
    beside = static_cast<uint32_t>(beside_.size());
  }
  samples_.push_back({list, static_cast<uint32_t>(sample.timestamp - base_), std::bit_cast<uint64_t>(sample.value),
                      static_cast<uint32_t>(sequence - first_batch_), beside});
  const size_t tail = samples_.size() - sorted_;
  if (tail > 64 && tail > sorted_ / 8) settle();
}

// Whoever sees a later sample of a time sees the first one too, so that the later ones can go.
void OutOfOrder::settle() {
  const auto key = [](const Sample& s) { return std::tuple(s.list, s.offset); };
  std::stable_sort(samples_.begin(), samples_.end(), [&](const Sample& a, const Sample& b) { return key(a) < key(b); });
  const auto same = [&](const Sample& a, const Sample& b) { return key(a) == key(b); };
  samples_.erase(std::unique(samples_.begin(), samples_.end(), same), samples_.end());
  sorted_ = samples_.size();
}

void OutOfOrder::finish() {
  settle();
  samples_.shrink_to_fit();
  beside_.shrink_to_fit();
}

void OutOfOrder::append(const Sample& s, Column& out) const {
  const Timestamp t = base_ + s.offset;
  if (s.beside == 0) return out.push(t, std::bit_cast<double>(s.bits), 0);
  const Beside& beside = beside_[s.beside - 1];
  if (beside.histogram == nullptr) return out.push(t, std::bit_cast<double>(s.bits), beside.start);
  out.histograms.push_back({t, beside.histogram, beside.start});
}

void OutOfOrder::read(ListId list, Sequence sequence, Timestamp from, Timestamp to, Column& out) const {
  if (samples_.empty()) return;
  std::vector<const Sample*> found;
  const auto take = [&](const Sample& s) {
    const Timestamp t = base_ + s.offset;
    if (s.list == list && t >= from && t <= to && sees(sequence, s)) found.push_back(&s);
  };
  const auto sorted_end = samples_.begin() + static_cast<ptrdiff_t>(sorted_);
  auto it = std::lower_bound(samples_.begin(), sorted_end, list, [](const Sample& s, ListId l) { return s.list < l; });
  for (; it != sorted_end && it->list == list; ++it) take(*it);
  for (it = sorted_end; it != samples_.end(); ++it) take(*it);
  std::stable_sort(found.begin(), found.end(), [](const Sample* a, const Sample* b) { return a->offset < b->offset; });
  const Sample* last = nullptr;
  for (const Sample* s : found) {
    if (last == nullptr || last->offset != s->offset) append(*s, out);
    last = s;
  }
}

size_t OutOfOrder::bytes() const {
  size_t sum = samples_.capacity() * sizeof(Sample) + beside_.capacity() * sizeof(Beside);
  for (const Beside& b : beside_) sum += b.histogram == nullptr ? 0 : bytes_of(*b.histogram);
  return sum;
}

}  // namespace narthex::storage
