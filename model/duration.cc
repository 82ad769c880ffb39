#include "model/duration.h"

#include <array>
#include <charconv>

#include "base/quote.h"

namespace narthex {
namespace {

struct Unit {
  std::string_view name;
  int64_t ns;
  bool only_exact;  // printed only where it divides the rest
};

constexpr int64_t kSecond = 1'000'000'000;
constexpr int64_t kDay = 24 * 3600 * kSecond;
constexpr std::array<Unit, 7> kUnits = {{{"y", 365 * kDay, true},
                                         {"w", 7 * kDay, true},
                                         {"d", kDay, false},
                                         {"h", 3600 * kSecond, false},
                                         {"m", 60 * kSecond, false},
                                         {"s", kSecond, false},
                                         {"ms", kSecond / 1000, false}}};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::string Duration::str() const {
  if (ns == 0) return "0s";
  std::string out = ns < 0 ? "-" : "";
  int64_t rest = ns < 0 ? -ns : ns;
  for (const Unit& unit : kUnits) {
    const int64_t n = rest / unit.ns;
    if (n == 0 || (unit.only_exact && rest % unit.ns != 0)) continue;
    out += std::to_string(n);
    out += unit.name;
    rest -= n * unit.ns;
  }
  return out;
}

Result<Duration> parse_duration(std::string_view text) {
  if (text.empty()) return invalid("empty duration string");
  if (text == "0") return Duration{};
  auto malformed = [&] { return invalid("not a valid duration string: " + go_quote(text)); };
  int64_t total = 0;
  size_t next_unit = 0;
  bool overflow = false;
  for (size_t i = 0; i < text.size();) {
    if (!is_digit(text[i])) return malformed();
    uint64_t number = 0;
    auto [end, ec] = std::from_chars(text.data() + i, text.data() + text.size(), number);
    if (ec != std::errc()) return malformed();
    i = static_cast<size_t>(end - text.data());
    size_t unit_end = i;
    while (unit_end < text.size() && !is_digit(text[unit_end])) ++unit_end;
    const std::string_view name = text.substr(i, unit_end - i);
    if (name.empty()) return malformed();
    size_t unit = 0;
    while (unit < kUnits.size() && kUnits[unit].name != name) ++unit;
    if (unit == kUnits.size()) {
      return invalid("unknown unit " + go_quote(name) + " in duration " + go_quote(text));
    }
    if (unit < next_unit) return malformed();
    next_unit = unit + 1;
    int64_t part = 0;
    overflow = overflow || number > static_cast<uint64_t>(INT64_MAX) ||
               __builtin_mul_overflow(static_cast<int64_t>(number), kUnits[unit].ns, &part) ||
               __builtin_add_overflow(total, part, &total);
    i = unit_end;
  }
  if (overflow) return invalid("duration out of range");
  return Duration{total};
}

}  // namespace narthex
