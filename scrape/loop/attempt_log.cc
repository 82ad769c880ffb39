#include "scrape/loop/attempt_log.h"

#include <algorithm>
#include <bit>
#include <limits>

namespace narthex::scrape {
namespace {

template <class T>
T clamped(int64_t value) {
  return static_cast<T>(std::clamp<int64_t>(value, std::numeric_limits<T>::min(), std::numeric_limits<T>::max()));
}

}  // namespace

ShortTime ShortTime::of(int64_t ns) {
  constexpr int kMantissaBits = 11;
  ShortTime out;
  if (ns < 0) {
    out.bits_ = kNone;
    return out;
  }
  const uint64_t us = static_cast<uint64_t>(ns) / 1000;
  const int exponent = std::max(static_cast<int>(std::bit_width(us)) - kMantissaBits, 0);
  const uint64_t mantissa = exponent == 0 ? us : (us >> (exponent - 1)) & ((1u << kMantissaBits) - 1);
  const uint64_t bits = static_cast<uint64_t>(exponent) << kMantissaBits | mantissa;
  out.bits_ = static_cast<uint16_t>(std::min<uint64_t>(bits, kNone - 1));
  return out;
}

int64_t ShortTime::ns() const {
  if (bits_ == kNone) return -1;
  const int exponent = bits_ >> 11;
  const int64_t mantissa = bits_ & 2047;
  return (exponent == 0 ? mantissa : (mantissa + 2048) << (exponent - 1)) * 1000;
}

AttemptLog::Packed AttemptLog::pack(const AttemptRecord& record) {
  Packed packed{};
  packed.start_us = record.start_ns / 1000;
  packed.late = ShortTime::of(record.late_ns);
  packed.duration = ShortTime::of(record.duration_ns);
  for (size_t i = 0; i < kPhases; ++i) packed.phases[i] = ShortTime::of(record.phase_ns[i]);
  packed.wire_bytes = clamped<uint32_t>(record.wire_bytes);
  packed.body_bytes = clamped<int32_t>(record.body_bytes);
  packed.samples = clamped<uint32_t>(static_cast<int64_t>(record.samples));
  packed.status = clamped<uint16_t>(record.status);
  packed.failure = record.failure;
  packed.failed_in = record.failed_in ? static_cast<uint8_t>(*record.failed_in) : static_cast<uint8_t>(kPhases);
  packed.error = kNoText;
  packed.warning = kNoText;
  return packed;
}

AttemptRecord AttemptLog::unpack(const Packed& packed) const {
  AttemptRecord record;
  record.start_ns = packed.start_us * 1000;
  record.late_ns = packed.late.ns();
  record.duration_ns = packed.duration.ns();
  for (size_t i = 0; i < kPhases; ++i) record.phase_ns[i] = packed.phases[i].ns();
  record.wire_bytes = packed.wire_bytes;
  record.body_bytes = packed.body_bytes;
  record.samples = packed.samples;
  record.status = packed.status;
  record.failure = packed.failure;
  if (packed.failed_in < kPhases) record.failed_in = static_cast<Phase>(packed.failed_in);
  if (packed.error != kNoText) record.error = texts_[packed.error];
  if (packed.warning != kNoText) record.warning = texts_[packed.warning];
  return record;
}

// Targets that fail mostly fail with one text. There are never more than two texts per attempt, so a place always fits.
uint8_t AttemptLog::place_of(const std::string& text) {
  for (size_t i = 0; i < texts_.size(); ++i) {
    if (texts_[i] == text) return static_cast<uint8_t>(i);
  }
  for (size_t i = 0; i < texts_.size(); ++i) {
    const bool used =
        std::any_of(ring_.begin(), ring_.end(), [i](const Packed& p) { return p.error == i || p.warning == i; });
    if (used) continue;
    texts_[i] = text;
    return static_cast<uint8_t>(i);
  }
  texts_.push_back(text);
  return static_cast<uint8_t>(texts_.size() - 1);
}

void AttemptLog::add(const AttemptRecord& record) {
  const std::lock_guard lock(mutex_);
  const bool full = ring_.size() == kKeptAttempts;
  if (!full) ring_.emplace_back();
  Packed& packed = full ? ring_[next_] : ring_.back();
  if (full) next_ = (next_ + 1) % kKeptAttempts;
  packed = pack(record);
  if (!record.error.empty()) packed.error = place_of(record.error);
  if (!record.warning.empty()) packed.warning = place_of(record.warning);
}

void AttemptLog::set_failed_body(std::shared_ptr<const KeptBody> body) {
  const std::lock_guard lock(mutex_);
  body_ = std::move(body);
}

std::vector<AttemptRecord> AttemptLog::newest(size_t count) const {
  const std::lock_guard lock(mutex_);
  std::vector<AttemptRecord> out;
  count = std::min(count, ring_.size());
  out.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    out.push_back(unpack(ring_[(next_ + ring_.size() - 1 - i) % ring_.size()]));
  }
  return out;
}

std::shared_ptr<const KeptBody> AttemptLog::failed_body() const {
  const std::lock_guard lock(mutex_);
  return body_.lock();
}

size_t AttemptLog::memory_bytes() const {
  const std::lock_guard lock(mutex_);
  size_t bytes = ring_.capacity() * sizeof(Packed) + texts_.capacity() * sizeof(std::string);
  for (const std::string& text : texts_) bytes += text.capacity();
  return bytes;
}

}  // namespace narthex::scrape
