#include "base/size.h"

#include <algorithm>
#include <cmath>

#include "base/number.h"

namespace narthex {
namespace {

constexpr std::string_view kPrefixes = "KMGTPE";

enum class Style { kAny, kShort, kLong };  // B fits both, KB is short, KiB long

// The factor of a unit, 0 if it is none.
double factor_of(std::string_view unit, Style& style) {
  if (unit == "B") return 1;
  const size_t power = unit.empty() ? std::string_view::npos : kPrefixes.find(unit[0]);
  if (power == std::string_view::npos) return 0;
  const std::string_view rest = unit.substr(1);
  const Style found = rest == "B" ? Style::kShort : rest == "iB" ? Style::kLong : Style::kAny;
  if (found == Style::kAny || (style != Style::kAny && style != found)) return 0;
  style = found;
  return std::ldexp(1.0, 10 * (static_cast<int>(power) + 1));
}

size_t number_length(std::string_view text) { return std::min(text.find_first_not_of("0123456789."), text.size()); }

}  // namespace

Result<int64_t> parse_size(std::string_view text) {
  std::string_view rest = text;
  const bool negative = !rest.empty() && rest[0] == '-';
  if (!rest.empty() && (rest[0] == '-' || rest[0] == '+')) rest.remove_prefix(1);
  if (rest == "0") return 0;
  const auto broken = [&] { return invalid("units: invalid " + std::string(text)); };
  if (rest.empty()) return broken();
  double total = 0;
  Style style = Style::kAny;
  while (!rest.empty()) {
    const std::string_view digits = rest.substr(0, number_length(rest));
    rest.remove_prefix(digits.size());
    const auto number = parse_float(digits);
    if (!number || std::count(digits.begin(), digits.end(), '.') > 1) return broken();
    const std::string_view unit = rest.substr(0, rest.find_first_of("0123456789."));
    rest.remove_prefix(unit.size());
    const double factor = factor_of(unit, style);
    if (factor == 0) return invalid("units: unknown unit " + std::string(unit) + " in " + std::string(text));
    total += *number * factor;
  }
  constexpr double kLimit = 9223372036854775808.0;  // 2^63
  if (total >= kLimit) return invalid("units: overflow parsing unit");
  return static_cast<int64_t>(negative ? -total : total);
}

std::string format_size(int64_t bytes) {
  if (bytes == 0) return "0B";
  std::string out = bytes < 0 ? "-" : "";
  uint64_t rest = bytes < 0 ? 0 - static_cast<uint64_t>(bytes) : static_cast<uint64_t>(bytes);
  for (int power = static_cast<int>(kPrefixes.size()); power >= 0; --power) {
    const uint64_t unit = uint64_t{1} << (10 * power);
    if (rest < unit) continue;
    out += std::to_string(rest / unit);
    if (power > 0) out += {kPrefixes[static_cast<size_t>(power - 1)], 'i'};
    out += 'B';
    rest %= unit;
  }
  return out;
}

}  // namespace narthex
