#include "exposition/sample_tail.h"

#include <fast_float/fast_float.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/number.h"
#include "exposition/text/grammar.h"

namespace narthex::exposition {
namespace {

// Digits only, so never negative. Returns the byte behind them, nullptr if the number does not fit.
const char* read_timestamp(const char* p, const char* end, Timestamp& timestamp) {
  constexpr Timestamp kLimit = std::numeric_limits<Timestamp>::max();
  timestamp = 0;
  for (; p < end && text::is(*p, text::kDigit); ++p) {
    const int digit = *p - '0';
    if (timestamp > (kLimit - digit) / 10) return nullptr;
    timestamp = timestamp * 10 + digit;
  }
  return p;
}

}  // namespace

// Nearly every value begins with a digit; the words (inf, nan) take the slow way.
bool read_float(const char* first, const char* last, double& value) {
  const char* digits = first + (*first == '-' || *first == '+');
  if (digits < last && (text::is(*digits, text::kDigit) || *digits == '.')) {
    const auto [end, ec] = fast_float::from_chars(digits, last, value);
    if (ec != std::errc() || end != last || std::isinf(value)) return false;
    if (*first == '-') value = -value;
    return true;
  }
  const auto word = parse_float({first, static_cast<size_t>(last - first)});
  if (!word) return false;
  value = std::isnan(*word) ? kNormalNan : *word;
  return true;
}

std::optional<Timestamp> milliseconds_of(double seconds) {
  if (!std::isfinite(seconds)) return std::nullopt;
  constexpr double kFarthest = 0x1p62;
  return static_cast<Timestamp>(std::clamp(seconds * 1000, -kFarthest, kFarthest));
}

bool read_tail_general(const char* p, const char* end, SampleTail& out) {
  const char* value_end = text::skip(p, end, text::kValue);
  if (value_end == p || !read_float(p, value_end, out.value)) return false;
  p = text::skip(value_end, end, text::kBlank);
  out.timestamp.reset();
  if (p < end && text::is(*p, text::kDigit)) {
    p = read_timestamp(p, end, out.timestamp.emplace());
    if (p == nullptr) return false;
    p = text::skip(p, end, text::kBlank);
  }
  if (p < end && *p != '\n') return false;
  out.next = p < end ? p + 1 : end;
  return true;
}

bool read_openmetrics_tail_general(const char* p, const char* end, SampleTail& out) {
  const char* stop = text::skip(p, end, text::kWord);
  if (stop == p || stop == end || !read_float(p, stop, out.value)) return false;
  out.timestamp.reset();
  if (*stop == ' ') {
    p = stop + 1;
    if (p == end || *p == '#') return false;
    stop = text::skip(p, end, text::kWord);
    double seconds = 0;
    if (stop == p || stop == end || !read_float(p, stop, seconds)) return false;
    out.timestamp = milliseconds_of(seconds);
    if (!out.timestamp) return false;
  }
  if (*stop != '\n') return false;
  out.next = stop + 1;
  return true;
}

}  // namespace narthex::exposition
