#include "model/histogram_buckets.h"

#include <algorithm>
#include <bit>
#include <cstdio>
#include <limits>

#include "base/number.h"

namespace narthex {
namespace {

constexpr int64_t kFarthest = std::numeric_limits<int32_t>::max();
constexpr int64_t kNearest = std::numeric_limits<int32_t>::min();

// Counts that were never checked may be anything; their sum is wrong then, but defined.
int64_t wrapping_sum(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
}

size_t populated(const Buckets& side) {
  const auto full = [](const auto& counts) {
    return counts.size() - static_cast<size_t>(std::count(counts.begin(), counts.end(), 0));
  };
  return full(side.integers) + full(side.floats);
}

// Every index moves to ((index - 1) >> shift) + 1.
void merge(Buckets& side, int shift) {
  Buckets out;
  BucketWriter writer(out);
  const auto write = [&](const auto& counts) {
    for_each_bucket(side.spans, counts.size(),
                    [&](int64_t index, size_t i) { writer.add(((index - 1) >> shift) + 1, counts[i]); });
  };
  write(side.integers);
  write(side.floats);
  side = std::move(out);
}

void append(std::string& out, double value) {
  if (value == value) {
    append_sample_value(out, value);
    return;
  }
  char text[24];
  std::snprintf(text, sizeof text, "NaN(%016llx)", static_cast<unsigned long long>(std::bit_cast<uint64_t>(value)));
  out += text;
}

void append(std::string& out, int64_t value) { out += std::to_string(value); }
void append(std::string& out, uint64_t value) { out += std::to_string(value); }

template <class Counts>
void append_list(std::string& out, const Counts& counts, size_t first, size_t last) {
  out += '[';
  for (size_t i = first; i < std::min(last, counts.size()); ++i) {
    if (i > first) out += ' ';
    append(out, counts[i]);
  }
  out += ']';
}

template <class Counts>
void append_spans(std::string& out, const std::vector<BucketSpan>& spans, const Counts& counts) {
  int64_t index = 0;
  size_t i = 0;
  for (const BucketSpan& span : spans) {
    if (&span != spans.data()) out += ',';
    index += span.offset;
    append(out, index);
    append_list(out, counts, i, i + span.length);
    index += span.length;
    i += span.length;
  }
  if (i < counts.size()) append_list(out += " without a span:", counts, i, counts.size());
}

void append_side(std::string& out, const char* name, const Buckets& side, bool is_float) {
  if (side.spans.empty() && side.integers.empty() && side.floats.empty()) return;
  out += name;
  if (is_float) {
    append_spans(out, side.spans, side.floats);
  } else {
    append_spans(out, side.spans, side.integers);
  }
}

const char* hint_name(CounterResetHint hint) {
  switch (hint) {
    case CounterResetHint::kUnknown:
      return "";
    case CounterResetHint::kReset:
      return " hint:reset";
    case CounterResetHint::kNotReset:
      return " hint:not_reset";
    case CounterResetHint::kGauge:
      return " hint:gauge";
  }
  return "";
}

}  // namespace

uint64_t span_length(std::span<const BucketSpan> spans) {
  uint64_t length = 0;
  for (const BucketSpan& span : spans) length += span.length;
  return length;
}

BucketWriter::BucketWriter(Buckets& out) : out_(out) {
  out_.spans.clear();
  out_.integers.clear();
  out_.floats.clear();
}

bool BucketWriter::step_to(int64_t index) {
  std::vector<BucketSpan>& spans = out_.spans;
  if (!spans.empty() && index == next_ - 1) return false;
  int64_t gap = index - next_;
  if (gap == 0 && !spans.empty() && spans.back().length < std::numeric_limits<uint32_t>::max()) {
    ++spans.back().length;
  } else {
    for (; gap > kFarthest; gap -= kFarthest) spans.push_back({static_cast<int32_t>(kFarthest), 0});
    spans.push_back({static_cast<int32_t>(std::max(gap, kNearest)), 1});
  }
  next_ = index + 1;
  return true;
}

void BucketWriter::add(int64_t index, int64_t count) {
  if (count == 0) return;
  if (step_to(index)) {
    out_.integers.push_back(count);
  } else {
    out_.integers.back() = wrapping_sum(out_.integers.back(), count);
  }
}

void BucketWriter::add(int64_t index, double count) {
  if (count == 0) return;
  if (step_to(index)) {
    out_.floats.push_back(count);
  } else {
    out_.floats.back() += count;
  }
}

size_t populated_buckets(const Histogram& histogram) {
  return populated(histogram.positive) + populated(histogram.negative);
}

void compact(Histogram& histogram) {
  merge(histogram.positive, 0);
  merge(histogram.negative, 0);
}

bool reduce_resolution(Histogram& histogram, int32_t target) {
  const auto exponential = [](int32_t schema) {
    return schema >= kMinExponentialSchema && schema <= kMaxExponentialSchema;
  };
  if (!exponential(histogram.schema) || !exponential(target) || target >= histogram.schema) return false;
  const int shift = histogram.schema - target;
  merge(histogram.positive, shift);
  merge(histogram.negative, shift);
  histogram.schema = target;
  return true;
}

std::string dump(const Histogram& h) {
  std::string out = h.is_float ? "{float schema:" : "{schema:";
  const auto field = [&](const char* name, auto value) { append(out += name, value); };
  out += std::to_string(h.schema);
  if (h.is_float) {
    field(" count:", h.count_float);
  } else {
    field(" count:", h.count);
  }
  field(" sum:", h.sum);
  if (h.zero_threshold != 0) field(" zero_threshold:", h.zero_threshold);
  if (h.is_float && h.zero_count_float != 0) field(" zero_count:", h.zero_count_float);
  if (!h.is_float && h.zero_count != 0) field(" zero_count:", h.zero_count);
  append_side(out, " positive:", h.positive, h.is_float);
  append_side(out, " negative:", h.negative, h.is_float);
  if (!h.custom_bounds.empty()) append_list(out += " custom:", h.custom_bounds, 0, h.custom_bounds.size());
  return out + hint_name(h.reset_hint) + "}";
}

}  // namespace narthex
