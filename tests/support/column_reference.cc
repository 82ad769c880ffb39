#include "tests/support/column_reference.h"

#include <bit>
#include <map>
#include <stdexcept>

namespace narthex::testing {
namespace {

void require(bool holds) {
  if (!holds) throw std::runtime_error("no such column");
}
int64_t unzigzag(uint64_t n) { return n % 2 == 0 ? static_cast<int64_t>(n / 2) : -static_cast<int64_t>(n / 2) - 1; }

}  // namespace

uint64_t ColumnReference::byte() {
  require(at_ < bytes_.size());
  return static_cast<uint8_t>(bytes_[at_++]);
}
uint64_t ColumnReference::varint() {
  uint64_t n = 0;
  for (unsigned shift = 0;; shift += 7) {
    require(shift < 64);
    const uint64_t b = byte();
    n |= b % 128 << shift;
    if (b < 128) return n;
  }
}
int64_t ColumnReference::zigzag() { return unzigzag(varint()); }
uint64_t ColumnReference::fixed() {
  uint64_t n = 0;
  for (unsigned shift = 0; shift < 64; shift += 8) n |= byte() << shift;
  return n;
}
uint64_t ColumnReference::bits(size_t width) {
  uint64_t n = 0;
  for (size_t i = 0; i < width; ++i) {
    require(at_ < bytes_.size());
    n |= static_cast<uint64_t>(static_cast<uint8_t>(bytes_[at_]) >> bit_ & 1) << i;
    if (++bit_ == 8) bit_ = 0, ++at_;
  }
  return n;
}
void ColumnReference::whole_byte() {
  if (bit_ > 0) bit_ = 0, ++at_;
}

std::vector<uint64_t> ColumnReference::body(unsigned mode, size_t count) {
  const unsigned width = mode <= 64 ? mode : mode - 65;
  std::vector<uint64_t> numbers;
  for (size_t i = 0; i < count; ++i) numbers.push_back(bits(width));
  whole_byte();
  if (mode <= 64) return numbers;
  for (uint64_t& n : numbers) {
    while (bits(1) == 0) n += uint64_t{1} << width;
  }
  whole_byte();
  return numbers;
}

void ColumnReference::patch(std::vector<uint64_t>& numbers, uint64_t first) {
  const size_t count = byte();
  const auto mode = static_cast<unsigned>(byte());
  require(count >= 1 && count <= numbers.size());
  std::vector<uint64_t> places;
  if (count < 4) {
    for (size_t i = 0; i < count; ++i) places.push_back(byte());
  } else {
    const uint64_t mean = (numbers.size() - count) / count;
    unsigned width = 0;
    while (mean >> (width + 1) != 0) ++width;
    uint64_t next = 0;
    for (const uint64_t gap : body(65 + width, count)) places.push_back(next + gap), next += gap + 1;
  }
  const std::vector<uint64_t> values = body(mode, count);
  for (size_t i = 0; i < count; ++i) numbers.at(places[i]) = first + values[i];
}

std::vector<uint64_t> ColumnReference::integers(size_t count) {
  const uint64_t head = byte();
  require(head < 8);
  const auto before = static_cast<uint64_t>(zigzag());
  const uint64_t scale = head >= 4 ? varint() : 1;
  const uint64_t slope = head % 4 >= 2 ? static_cast<uint64_t>(zigzag()) : 0;
  std::vector<uint64_t> out;
  uint64_t base = 0;
  uint64_t delta = slope;
  while (out.size() < count) {
    const uint64_t mode = byte();
    const uint64_t shift = varint();
    const unsigned how = mode % 128;
    std::vector<uint64_t> numbers = body(how, std::min<size_t>(128, count - out.size()));
    if (mode >= 128) patch(numbers, how <= 64 ? uint64_t{1} << how : uint64_t{20} << (how - 65));
    base += static_cast<uint64_t>(unzigzag(shift / 2));
    for (const uint64_t n : numbers) {
      const uint64_t residual = base + (shift % 2 == 0 ? n : static_cast<uint64_t>(unzigzag(n)));
      const uint64_t last = out.empty() ? before : out.back();
      delta += residual;
      const uint64_t next[] = {before + scale * residual, last + scale * residual, last + scale * delta,
                               before + scale * (slope * out.size() + residual)};
      out.push_back(next[head % 4]);
    }
  }
  return out;
}

std::vector<double> ColumnReference::values(size_t count) {
  const uint64_t head = byte();
  const uint64_t codec = head % 4;
  const bool flag = head / 4 % 2 == 1;
  double power = 1;
  for (uint64_t e = head / 8; e > 0; --e) power *= 10;
  if (codec == 0) {
    return std::vector<double>(count, flag ? static_cast<double>(zigzag()) / power : std::bit_cast<double>(fixed()));
  }
  std::map<size_t, uint64_t> exceptions;
  size_t next = 0;
  uint64_t last = 0x7ff0000000000002;
  for (uint64_t left = flag ? varint() : 0; left > 0; --left) {
    const uint64_t n = varint();
    if (n % 2 == 1) last = fixed();
    next += n / 2;
    exceptions[next++] = last;
  }
  require(exceptions.size() <= count);
  std::vector<uint64_t> numbers;
  if (exceptions.size() < count) numbers = integers(count - exceptions.size());
  std::vector<double> out;
  for (size_t i = 0, k = 0; i < count; ++i) {
    if (exceptions.contains(i)) {
      out.push_back(std::bit_cast<double>(exceptions[i]));
    } else if (codec == 3) {
      const uint64_t n = numbers.at(k++);
      out.push_back(std::bit_cast<double>(static_cast<int64_t>(n) >= 0 ? n : n ^ 0x7fffffffffffffff));
    } else {
      out.push_back(static_cast<double>(static_cast<int64_t>(numbers.at(k++))) / power);
    }
  }
  return out;
}

std::vector<int64_t> ColumnReference::times() {
  const uint64_t count = varint();
  std::vector<int64_t> out;
  if (count == 0) return out;
  for (const uint64_t n : integers(count)) out.push_back(static_cast<int64_t>(n));
  return out;
}

std::vector<int64_t> ColumnReference::runs(size_t count) {
  std::vector<int64_t> out;
  int64_t last = 0;
  while (out.size() < count) {
    const uint64_t length = varint();
    last += zigzag();
    require(length >= 1 && length <= count - out.size());
    out.insert(out.end(), length, last);
  }
  return out;
}

std::vector<BucketSpan> ColumnReference::spans() {
  std::vector<BucketSpan> out(varint());
  for (BucketSpan& span : out) {
    span.offset = static_cast<int32_t>(zigzag());
    span.length = static_cast<uint32_t>(varint());
  }
  return out;
}

Histogram ColumnReference::layout() {
  Histogram h;
  h.is_float = byte() != 0;
  h.schema = static_cast<int32_t>(zigzag());
  h.zero_threshold = std::bit_cast<double>(fixed());
  h.positive.spans = spans();
  h.negative.spans = spans();
  h.custom_bounds.resize(varint());
  for (double& bound : h.custom_bounds) bound = std::bit_cast<double>(fixed());
  return h;
}

void ColumnReference::buckets(std::vector<Histogram>& all) {
  // Which counts, in time order, make up a bucket's stream: in the order of the streams.
  std::map<std::pair<bool, int64_t>, std::vector<int64_t*>> integer_buckets;
  std::map<std::pair<bool, int64_t>, std::vector<double*>> float_buckets;
  for (Histogram& h : all) {
    for (const bool negative : {false, true}) {
      Buckets& side = negative ? h.negative : h.positive;
      std::vector<int64_t> indices;
      int64_t index = 0;
      for (const BucketSpan& span : side.spans) {
        index += span.offset;
        for (uint32_t i = 0; i < span.length; ++i, ++index) {
          if (!indices.empty() && index <= indices.back()) index = indices.back() + 1;
          indices.push_back(index);
        }
      }
      side.integers.resize(h.is_float ? 0 : indices.size());
      side.floats.resize(h.is_float ? indices.size() : 0);
      for (size_t i = 0; i < indices.size(); ++i) {
        if (h.is_float) float_buckets[{negative, indices[i]}].push_back(&side.floats[i]);
        if (!h.is_float) integer_buckets[{negative, indices[i]}].push_back(&side.integers[i]);
      }
    }
  }
  for (const auto& [key, places] : integer_buckets) {
    const std::vector<uint64_t> numbers = integers(places.size());
    for (size_t i = 0; i < places.size(); ++i) *places[i] = static_cast<int64_t>(numbers[i]);
  }
  for (const auto& [key, places] : float_buckets) {
    const std::vector<double> numbers = values(places.size());
    for (size_t i = 0; i < places.size(); ++i) *places[i] = numbers[i];
  }
}

std::vector<HistogramSample> ColumnReference::histograms(size_t count) {
  const std::vector<int64_t> starts = runs(count);
  if (count == 0) return {};
  const uint64_t distinct = varint();
  const std::vector<int64_t> repeats = runs(distinct);
  const std::vector<int64_t> hints = runs(distinct);
  std::vector<Histogram> layouts(varint());
  for (Histogram& one : layouts) one = layout();
  std::vector<Histogram> all;
  for (const int64_t which : runs(distinct)) all.push_back(layouts.at(static_cast<size_t>(which)));

  std::vector<Histogram*> integer;
  std::vector<Histogram*> floats;
  for (Histogram& h : all) (h.is_float ? floats : integer).push_back(&h);
  const auto each_integer = [&](auto set) {
    if (integer.empty()) return;
    const std::vector<uint64_t> numbers = integers(integer.size());
    for (size_t i = 0; i < integer.size(); ++i) set(*integer[i], numbers[i]);
  };
  const auto each_float = [&](auto set) {
    if (floats.empty()) return;
    const std::vector<double> numbers = values(floats.size());
    for (size_t i = 0; i < floats.size(); ++i) set(*floats[i], numbers[i]);
  };
  each_integer([](Histogram& h, uint64_t n) { h.count = n; });
  each_integer([](Histogram& h, uint64_t n) { h.zero_count = n; });
  each_float([](Histogram& h, double n) { h.count_float = n; });
  each_float([](Histogram& h, double n) { h.zero_count_float = n; });
  const std::vector<double> sums = values(distinct);

  buckets(all);

  std::vector<HistogramSample> out;
  for (size_t i = 0; i < all.size(); ++i) {
    all[i].sum = sums[i];
    all[i].reset_hint = static_cast<CounterResetHint>(hints[i]);
    if (!all[i].is_float) {
      all[i].count += all[i].zero_count;
      for (const int64_t n : all[i].positive.integers) all[i].count += static_cast<uint64_t>(n);
      for (const int64_t n : all[i].negative.integers) all[i].count += static_cast<uint64_t>(n);
    }
    const auto shared = std::make_shared<const Histogram>(all[i]);
    for (int64_t k = 0; k < repeats[i]; ++k) out.push_back({0, shared, starts.at(out.size())});
  }
  require(out.size() == count);
  return out;
}

}  // namespace narthex::testing
