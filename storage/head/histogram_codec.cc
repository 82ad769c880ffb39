#include "storage/head/histogram_codec.h"

#include <algorithm>
#include <bit>

#include "storage/head/column.h"

namespace narthex::storage {
namespace {

constexpr uint64_t kLayoutBit = 1;
constexpr uint64_t kHistogramBit = 2;
constexpr unsigned kHintShift = 2;

bool same(double a, double b) { return std::bit_cast<uint64_t>(a) == std::bit_cast<uint64_t>(b); }

bool same_layout(const Histogram& a, const Histogram& b) {
  return a.is_float == b.is_float && a.schema == b.schema && same(a.zero_threshold, b.zero_threshold) &&
         a.positive.spans == b.positive.spans && a.negative.spans == b.negative.spans &&
         std::equal(a.custom_bounds.begin(), a.custom_bounds.end(), b.custom_bounds.begin(), b.custom_bounds.end(),
                    [](double x, double y) { return same(x, y); });
}

bool is_well_formed(const Buckets& buckets, bool is_float) {
  const size_t given = is_float ? buckets.floats.size() : buckets.integers.size();
  const size_t others = is_float ? buckets.integers.size() : buckets.floats.size();
  return others == 0 && given <= kMaxBuckets && given == buckets_of(buckets.spans);
}

void put_spans(std::string& out, const std::vector<BucketSpan>& spans) {
  put_varint(out, spans.size());
  for (const BucketSpan& span : spans) put_signed(out, span.offset), put_varint(out, span.length);
}

bool read_spans(ByteReader& in, std::vector<BucketSpan>& spans) {
  spans.clear();
  for (size_t left = in.count(); left > 0 && in.ok(); --left) {
    const auto offset = static_cast<int32_t>(in.signed_varint());
    spans.push_back({offset, in.varint32()});
  }
  return in.ok();
}

void copy_layout(const Histogram& from, Histogram& to) {
  to.is_float = from.is_float;
  to.schema = from.schema;
  to.zero_threshold = from.zero_threshold;
  to.positive.spans = from.positive.spans;
  to.negative.spans = from.negative.spans;
  to.custom_bounds = from.custom_bounds;
}

void put_integer(std::string& out, uint64_t base, uint64_t value) {
  put_signed(out, static_cast<int64_t>(value - base));
}
void put_double(std::string& out, double base, double value) {
  append_delta(out, std::bit_cast<uint64_t>(base), std::bit_cast<uint64_t>(value));
}
uint64_t read_integer(ByteReader& in, uint64_t base) { return base + static_cast<uint64_t>(in.signed_varint()); }
double read_double(ByteReader& in, double base) {
  uint64_t bits = 0;
  size_t at = 0;
  if (!read_delta(in.rest(), at, std::bit_cast<uint64_t>(base), bits)) in.fail();
  in.take(at);
  return std::bit_cast<double>(bits);
}

// Buckets as runs: so many as in the base, so many with a value. One that stays alone between others has a value, too:
// that is shorter than to begin anew.
template <class Same, class Put>
void put_runs(std::string& out, size_t count, Same same, Put put) {
  for (size_t i = 0; i < count;) {
    const size_t first = i;
    while (i < count && same(i)) ++i;
    put_varint(out, i - first);
    if (i == count) return;
    const size_t changed = i;
    while (i < count && !(same(i) && (i + 1 == count || same(i + 1)))) ++i;
    put_varint(out, i - changed);
    for (size_t k = changed; k < i; ++k) put(k);
  }
}

template <class Read>
bool read_runs(ByteReader& in, size_t count, Read read) {
  for (size_t i = 0; i < count;) {
    const uint64_t unchanged = in.varint();
    if (!in.ok() || unchanged > count - i) return false;
    i += unchanged;
    if (i == count) break;
    const uint64_t changed = in.varint();
    if (!in.ok() || changed > count - i) return false;
    for (const size_t end = i + changed; i < end; ++i) read(i);
  }
  return in.ok();
}

void put_buckets(std::string& out, const Buckets* base, const Buckets& buckets) {
  const auto number = [&](size_t i) { return base == nullptr ? 0 : base->integers[i]; };
  const auto real = [&](size_t i) { return base == nullptr ? 0 : base->floats[i]; };
  put_runs(
      out, buckets.integers.size(), [&](size_t i) { return number(i) == buckets.integers[i]; },
      [&](size_t i) {
        put_integer(out, static_cast<uint64_t>(number(i)), static_cast<uint64_t>(buckets.integers[i]));
      });
  put_runs(
      out, buckets.floats.size(), [&](size_t i) { return same(real(i), buckets.floats[i]); },
      [&](size_t i) { put_double(out, real(i), buckets.floats[i]); });
}

// `out` may be the base.
bool read_buckets(ByteReader& in, bool is_float, const Buckets* base, Buckets& out) {
  const uint64_t count = buckets_of(out.spans);
  if (count > kMaxBuckets) return false;
  if (base == nullptr) {
    out.integers.assign(is_float ? 0 : count, 0);
    out.floats.assign(is_float ? count : 0, 0);
  } else if (base != &out) {
    out.integers = base->integers;
    out.floats = base->floats;
  }
  return read_runs(in, out.integers.size(),
                   [&](size_t i) {
                     out.integers[i] = static_cast<int64_t>(read_integer(in, static_cast<uint64_t>(out.integers[i])));
                   }) &&
         read_runs(in, out.floats.size(), [&](size_t i) { out.floats[i] = read_double(in, out.floats[i]); });
}

}  // namespace

uint64_t buckets_of(const std::vector<BucketSpan>& spans) {
  uint64_t sum = 0;
  for (const BucketSpan& span : spans) sum += span.length;
  return sum;
}

void append_layout(std::string& out, const Histogram& h) {
  out.push_back(static_cast<char>(h.is_float));
  put_signed(out, h.schema);
  put_fixed(out, std::bit_cast<uint64_t>(h.zero_threshold));
  put_spans(out, h.positive.spans);
  put_spans(out, h.negative.spans);
  put_varint(out, h.custom_bounds.size());
  for (const double bound : h.custom_bounds) put_fixed(out, std::bit_cast<uint64_t>(bound));
}

bool read_layout(ByteReader& in, Histogram& h) {
  h.is_float = in.byte() != 0;
  h.schema = static_cast<int32_t>(in.signed_varint());
  h.zero_threshold = std::bit_cast<double>(in.fixed<uint64_t>());
  if (!read_spans(in, h.positive.spans) || !read_spans(in, h.negative.spans)) return false;
  h.custom_bounds.clear();
  for (size_t left = in.count(); left > 0 && in.ok(); --left) {
    h.custom_bounds.push_back(std::bit_cast<double>(in.fixed<uint64_t>()));
  }
  return in.ok();
}

bool is_well_formed(const Histogram& histogram) {
  return histogram.reset_hint <= CounterResetHint::kGauge && is_well_formed(histogram.positive, histogram.is_float) &&
         is_well_formed(histogram.negative, histogram.is_float);
}

void append_histogram(std::string& out, const Histogram* base, const Histogram& h) {
  if (base != nullptr && !same_layout(*base, h)) base = nullptr;
  const auto hint = static_cast<uint64_t>(h.reset_hint);
  put_varint(out, hint << kHintShift | kHistogramBit | (base == nullptr ? kLayoutBit : 0));
  if (base == nullptr) append_layout(out, h);
  static const Histogram kZero;
  const Histogram& from = base == nullptr ? kZero : *base;
  if (h.is_float) {
    put_double(out, from.count_float, h.count_float);
    put_double(out, from.zero_count_float, h.zero_count_float);
  } else {
    put_integer(out, from.count, h.count);
    put_integer(out, from.zero_count, h.zero_count);
  }
  put_double(out, from.sum, h.sum);
  put_buckets(out, base == nullptr ? nullptr : &base->positive, h.positive);
  put_buckets(out, base == nullptr ? nullptr : &base->negative, h.negative);
}

bool read_histogram(ByteReader& in, const Histogram* base, Histogram& out) {
  const uint64_t head = in.varint();
  return read_histogram(in, head, base, out);
}

bool read_histogram(ByteReader& in, uint64_t head, const Histogram* base, Histogram& out) {
  const bool has_layout = (head & kLayoutBit) != 0;
  const uint64_t hint = head >> kHintShift;
  if ((head & kHistogramBit) == 0 || hint > static_cast<uint64_t>(CounterResetHint::kGauge)) return false;
  if (!has_layout && base == nullptr) return false;
  if (has_layout) base = nullptr;
  if (has_layout && !read_layout(in, out)) return false;
  if (!has_layout && base != &out) copy_layout(*base, out);
  out.reset_hint = static_cast<CounterResetHint>(hint);
  static const Histogram kZero;
  const Histogram& from = base == nullptr ? kZero : *base;
  if (out.is_float) {
    out.count_float = read_double(in, from.count_float);
    out.zero_count_float = read_double(in, from.zero_count_float);
    out.count = out.zero_count = 0;
  } else {
    out.count = read_integer(in, from.count);
    out.zero_count = read_integer(in, from.zero_count);
    out.count_float = out.zero_count_float = 0;
  }
  out.sum = read_double(in, from.sum);
  return read_buckets(in, out.is_float, base == nullptr ? nullptr : &base->positive, out.positive) &&
         read_buckets(in, out.is_float, base == nullptr ? nullptr : &base->negative, out.negative);
}

}  // namespace narthex::storage
