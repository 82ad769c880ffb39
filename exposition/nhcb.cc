#include "exposition/nhcb.h"

#include <algorithm>
#include <cmath>

#include "base/number.h"
#include "model/histogram_buckets.h"

namespace narthex::exposition {
namespace {

bool is_count(double value) {
  constexpr double kLimit = 9223372036854775808.0;  // 2^63
  return value >= 0 && value < kLimit && value == std::trunc(value);
}

std::string not_cumulative(double count, const char* relation, double other) {
  return "count is not cumulative: " + float_general(count) + relation + float_general(other);
}

}  // namespace

void NhcbBuilder::reset() {
  buckets_.clear();
  count_.reset();
  sum_.reset();
  error_.reset();
}

void NhcbBuilder::add_bucket(double upper_bound, double count) {
  if (error_) return;
  if (std::isnan(upper_bound)) {
    error_ = invalid("custom buckets: histogram custom bounds must not be NaN");
    return;
  }
  if (count < 0) {
    error_ = invalid("bucket count must be non-negative: le=" + float_general(upper_bound) +
                     ", count=" + float_general(count));
    return;
  }
  // Nearly always the new bucket is the highest.
  auto at = buckets_.end();
  if (!buckets_.empty() && buckets_.back().upper_bound >= upper_bound) {
    at = std::lower_bound(buckets_.begin(), buckets_.end(), upper_bound,
                          [](const Bucket& bucket, double bound) { return bucket.upper_bound < bound; });
    if (at->upper_bound == upper_bound) return;
  }
  if (at != buckets_.begin() && count < std::prev(at)->count) {
    error_ = invalid(not_cumulative(count, " < ", std::prev(at)->count));
  } else if (at != buckets_.end() && count > at->count) {
    error_ = invalid(not_cumulative(count, " > ", at->count));
  } else {
    buckets_.insert(at, {upper_bound, count});
  }
}

void NhcbBuilder::set_count(double count) {
  if (count < 0 && !error_) error_ = invalid("count must be non-negative: count=" + float_general(count));
  count_ = count;
}

bool NhcbBuilder::all_integers(double total) const {
  return is_count(total) &&
         std::all_of(buckets_.begin(), buckets_.end(), [](const Bucket& b) { return is_count(b.count); });
}

// `last` is the +Inf bucket, as exposed or as added. NaN equals nothing.
Result<> NhcbBuilder::check_total(const Bucket& last, double total) const {
  if (!buckets_.empty() && last.count < buckets_.back().count) {
    return invalid(not_cumulative(last.count, " < ", buckets_.back().count));
  }
  if (total == last.count) return {};
  const std::string count = all_integers(total) ? float_plain(total) : float_general(total);
  return invalid("count mismatch: count=" + count + " != le=+Inf count=" + float_general(last.count));
}

Result<Histogram> NhcbBuilder::build() const {
  Histogram out;
  if (auto good = build(out); !good) return good.error();
  return out;
}

Result<> NhcbBuilder::build(Histogram& out) const {
  if (error_) return *error_;
  const double highest = buckets_.empty() ? 0 : buckets_.back().count;
  const double total = count_.value_or(highest);
  const bool has_infinite = !buckets_.empty() && buckets_.back().upper_bound == HUGE_VAL;
  const Bucket last = has_infinite ? buckets_.back() : Bucket{HUGE_VAL, total};
  if (auto good = check_total(last, total); !good) return good;

  out.is_float = !all_integers(total);
  out.reset_hint = CounterResetHint::kUnknown;
  out.schema = kCustomBucketsSchema;
  out.zero_threshold = 0;
  out.sum = sum_.value_or(0);
  out.count = out.is_float ? 0 : static_cast<uint64_t>(total);
  out.count_float = out.is_float ? total : 0;
  out.zero_count = 0;
  out.zero_count_float = 0;
  out.custom_bounds.clear();
  out.negative = {};
  BucketWriter positive(out.positive);
  double below = 0;
  int64_t index = 0;
  const auto write = [&](double cumulative) {
    if (out.is_float) {
      positive.add(index, cumulative - below);
    } else {
      positive.add(index, static_cast<int64_t>(cumulative) - static_cast<int64_t>(below));
    }
    below = cumulative;
    ++index;
  };
  for (const Bucket& bucket : buckets_) {
    if (bucket.upper_bound != HUGE_VAL) out.custom_bounds.push_back(bucket.upper_bound);
    write(bucket.count);
  }
  if (!has_infinite) write(total);
  return {};
}

}  // namespace narthex::exposition
