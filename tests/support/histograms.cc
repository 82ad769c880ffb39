#include "tests/support/histograms.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <bit>
#include <cmath>

namespace narthex::testing {
namespace {

std::string text_of(const Buckets& buckets) {
  std::vector<std::string> spans;
  for (const BucketSpan& s : buckets.spans) spans.push_back(fmt::format("{}:{}", s.offset, s.length));
  std::vector<std::string> counts;
  for (const int64_t n : buckets.integers) counts.push_back(std::to_string(n));
  for (const double x : buckets.floats) counts.push_back(testing::text_of(x));
  return fmt::format("[{}|{}]", fmt::join(spans, " "), fmt::join(counts, ","));
}

bool is_custom(HistogramKind kind) {
  return kind == HistogramKind::kCustomInteger || kind == HistogramKind::kCustomFloat;
}

uint32_t below(std::mt19937_64& random, uint32_t n) { return static_cast<uint32_t>(random() % n); }

void add_spans(Histogram& h, Buckets& side, std::mt19937_64& random) {
  for (uint32_t spans = below(random, 4); spans > 0; --spans) {
    const auto offset =
        static_cast<int32_t>(below(random, 5)) - (side.spans.empty() && !h.has_custom_buckets() ? 2 : 0);
    side.spans.push_back({offset, 1 + below(random, 4)});
    for (uint32_t i = 0; i < side.spans.back().length; ++i) {
      const uint32_t count = below(random, 50);
      if (h.is_float) side.floats.push_back(count + 0.25);
      if (!h.is_float) side.integers.push_back(count);
    }
  }
}

// Count as the buckets say.
void add_up(Histogram& h) {
  h.count = h.is_float ? 0 : h.zero_count;
  h.count_float = h.is_float ? h.zero_count_float : 0;
  for (const Buckets* side : {&h.positive, &h.negative}) {
    for (const int64_t n : side->integers) h.count += static_cast<uint64_t>(n);
    for (const double x : side->floats) h.count_float += x;
  }
}

void observe(Histogram& h, std::mt19937_64& random) {
  for (Buckets* side : {&h.positive, &h.negative}) {
    for (int64_t& n : side->integers) n += below(random, 3) == 0 ? below(random, 1000) : 0;
    for (double& x : side->floats) x += below(random, 3) == 0 ? below(random, 100) / 8.0 : 0;
  }
  if (!h.has_custom_buckets() && !h.is_float) h.zero_count += below(random, 2);
  h.sum += below(random, 10'000) / 1000.0;
  add_up(h);
}

}  // namespace

std::string text_of(double value) {
  const bool small = value == std::trunc(value) && std::fabs(value) < 1e6 && !(value == 0 && std::signbit(value));
  return small ? std::to_string(static_cast<int>(value)) : fmt::format("{:016x}", std::bit_cast<uint64_t>(value));
}

std::string text_of(const Histogram& h) {
  std::vector<std::string> bounds;
  for (const double x : h.custom_bounds) bounds.push_back(text_of(x));
  const std::string zero = h.is_float ? text_of(h.zero_count_float) : std::to_string(h.zero_count);
  const std::string count = h.is_float ? text_of(h.count_float) : std::to_string(h.count);
  return fmt::format("{{{} schema={} hint={} zero={}@{} count={} sum={} +{} -{} bounds=[{}]}}",
                     h.is_float ? "float" : "integer", h.schema, static_cast<int>(h.reset_hint), zero,
                     text_of(h.zero_threshold), count, text_of(h.sum), text_of(h.positive), text_of(h.negative),
                     fmt::join(bounds, ","));
}

Histogram random_histogram(HistogramKind kind, std::mt19937_64& random) {
  Histogram h;
  h.is_float = kind == HistogramKind::kFloat || kind == HistogramKind::kCustomFloat;
  h.sum = below(random, 1'000'000) / 7.0;
  h.schema = is_custom(kind) ? kCustomBucketsSchema : static_cast<int32_t>(below(random, 13)) - 4;
  add_spans(h, h.positive, random);
  if (is_custom(kind)) {
    for (int i = 0; i < 30; ++i) h.custom_bounds.push_back(i * 1.5);
  } else {
    add_spans(h, h.negative, random);
    h.zero_threshold = 1e-128;
    if (h.is_float) h.zero_count_float = below(random, 10) + 0.5;
    if (!h.is_float) h.zero_count = below(random, 10);
  }
  add_up(h);
  return h;
}

Histogram next_histogram(const Histogram& last, std::mt19937_64& random) {
  Histogram next = last;
  switch (below(random, 12)) {
    case 0:
    case 1:
    case 2:
    case 3:
      break;
    case 4:
      next.reset_hint = static_cast<CounterResetHint>(below(random, 4));
      break;
    case 5:
      return random_histogram(static_cast<HistogramKind>(below(random, 4)), random);
    case 6:
      next.sum = std::bit_cast<double>(random());
      break;
    case 7:
      if (!next.is_float) next.count = random();  // beyond what a double holds
      break;
    case 8:
      next.positive.spans.push_back({3, 1});
      if (next.is_float) next.positive.floats.push_back(1e-9);
      if (!next.is_float) next.positive.integers.push_back(static_cast<int64_t>(random()));
      break;
    default:
      observe(next, random);
  }
  return next;
}

}  // namespace narthex::testing
