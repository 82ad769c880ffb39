#include "model/histogram_check.h"

#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "base/number.h"
#include "model/histogram_buckets.h"

namespace narthex {
namespace {

constexpr char kNegativeOffset[] = "histogram has a span whose offset is negative";
constexpr char kSpansMismatch[] = "histogram spans specify different number of buckets than provided";
constexpr char kNegativeCount[] = "histogram has a bucket whose observation count is negative";

// Go's %f.
std::string fixed(double value) {
  if (std::isnan(value) || std::isinf(value)) return float_general(value);
  char text[400];
  std::snprintf(text, sizeof text, "%f", value);
  return text;
}

std::string count_text(int64_t count) { return std::to_string(count); }
std::string count_text(double count) { return float_general(count); }

// Spans may begin anywhere, or for custom buckets at index 0 and behind.
Result<> check_spans(const std::vector<BucketSpan>& spans, size_t buckets, bool custom) {
  for (size_t i = 0; i < spans.size(); ++i) {
    if (spans[i].offset >= 0 || (i == 0 && !custom)) continue;
    return invalid("span number " + std::to_string(i + 1) + " with offset " + std::to_string(spans[i].offset) + ": " +
                   kNegativeOffset);
  }
  const uint64_t needed = span_length(spans);
  if (needed == buckets) return {};
  return invalid("spans need " + std::to_string(needed) + " buckets, have " + std::to_string(buckets) +
                 " buckets: " + kSpansMismatch);
}

template <class Count>
Result<> check_counts(const std::vector<Count>& counts) {
  for (size_t i = 0; i < counts.size(); ++i) {
    if (!(counts[i] < 0)) continue;
    return invalid("bucket number " + std::to_string(i + 1) + " has observation count of " + count_text(counts[i]) +
                   ": " + kNegativeCount);
  }
  return {};
}

Result<> check_counts(const char* side, const Buckets& buckets, bool is_float) {
  const Result<> good = is_float ? check_counts(buckets.floats) : check_counts(buckets.integers);
  return good ? good : prefixed(side, good.error());
}

size_t bucket_count(const Buckets& side, bool is_float) { return is_float ? side.floats.size() : side.integers.size(); }

Result<> check_bounds(const std::vector<double>& bounds) {
  double previous = -HUGE_VAL;
  for (const double bound : bounds) {
    if (std::isnan(bound)) return invalid("histogram custom bounds must not be NaN");
    if (bound <= previous) {
      return invalid("previous bound is " + fixed(previous) + " and current is " + fixed(bound) +
                     ": histogram custom bounds must be in strictly increasing order");
    }
    previous = bound;
  }
  if (previous != HUGE_VAL) return {};
  return invalid("last +Inf bound must not be explicitly defined: histogram custom bounds must be finite");
}

Result<> check_custom(const Histogram& h) {
  if (auto good = check_bounds(h.custom_bounds); !good) return good;
  if (auto good = check_spans(h.positive.spans, bucket_count(h.positive, h.is_float), true); !good) return good;
  uint64_t total = 0;
  for (const BucketSpan& span : h.positive.spans) total += static_cast<uint64_t>(span.offset) + span.length;
  if (h.custom_bounds.size() + 1 < total) {
    return invalid("only " + std::to_string(h.custom_bounds.size()) +
                   " custom bounds defined which is insufficient to cover total span length of " +
                   std::to_string(total) + ": histogram custom bounds are too few");
  }
  if (h.zero_count != 0 || h.zero_count_float != 0) return invalid("must have zero count of 0");
  if (h.zero_threshold != 0) return invalid("must have zero threshold of 0");
  if (!h.negative.spans.empty()) return invalid("must not have negative spans");
  if (!h.negative.integers.empty() || !h.negative.floats.empty()) return invalid("must not have negative buckets");
  return {};
}

Result<> check_exponential(const Histogram& h) {
  if (auto good = check_spans(h.positive.spans, bucket_count(h.positive, h.is_float), false); !good) {
    return prefixed("positive side: ", good.error());
  }
  if (auto good = check_spans(h.negative.spans, bucket_count(h.negative, h.is_float), false); !good) {
    return prefixed("negative side: ", good.error());
  }
  if (auto good = check_counts("negative side: ", h.negative, h.is_float); !good) return good;
  if (h.is_float && h.zero_count_float < 0) {
    return invalid("zero bucket has observation count of " + float_general(h.zero_count_float) + ": " + kNegativeCount);
  }
  if (!h.custom_bounds.empty()) return invalid("histogram with exponential schema must not have custom bounds");
  return {};
}

// Observations that are NaN are counted, but are in no bucket.
Result<> check_sum(const Histogram& h) {
  uint64_t found = h.zero_count;
  for (const int64_t count : h.positive.integers) found += static_cast<uint64_t>(count);
  for (const int64_t count : h.negative.integers) found += static_cast<uint64_t>(count);
  const bool has_nan = std::isnan(h.sum);
  if (has_nan ? found <= h.count : found == h.count) return {};
  return invalid(std::to_string(found) + " observations found in buckets, but the Count field is " +
                 std::to_string(h.count) +
                 (has_nan ? ": histogram's observation count should be at least the number of observations found in "
                            "the buckets"
                          : ": histogram's observation count should equal the number of observations found in the "
                            "buckets (in absence of NaN)"));
}

}  // namespace

Result<> check_histogram(const Histogram& h) {
  if (h.has_custom_buckets()) {
    if (auto good = check_custom(h); !good) return prefixed("custom buckets: ", good.error());
  } else if (h.schema < kMinExponentialSchema || h.schema > kMaxExponentialSchema) {
    return invalid(
        "histogram has an invalid schema, which must be between -4 and 8 for exponential buckets, or -53 for custom "
        "buckets, got schema " +
        std::to_string(h.schema));
  } else if (auto good = check_exponential(h); !good) {
    return good;
  }
  if (auto good = check_counts("positive side: ", h.positive, h.is_float); !good) return good;
  if (!h.is_float) return check_sum(h);
  if (!(h.count_float < 0)) return {};
  return invalid("observation count is  " + float_general(h.count_float) +
                 ": histogram's observation count is negative");
}

}  // namespace narthex
