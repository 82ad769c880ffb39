#include "base/yaml/scalar.h"

#include <algorithm>
#include <charconv>
#include <string>

#include "base/number.h"

namespace narthex::yaml {
namespace {

bool one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view skip_digits(std::string_view text) {
  while (!text.empty() && is_digit(text[0])) text.remove_prefix(1);
  return text;
}

// [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?
bool looks_like_float(std::string_view text) {
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
  if (text.empty()) return false;
  const bool dot_first = text[0] == '.';
  if (!dot_first && !is_digit(text[0])) return false;
  if (dot_first && (text.size() < 2 || !is_digit(text[1]))) return false;
  text = skip_digits(text);
  if (!text.empty() && text[0] == '.') text = skip_digits(text.substr(1));
  if (text.empty()) return true;
  if (text[0] != 'e' && text[0] != 'E') return false;
  text.remove_prefix(1);
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
  return !text.empty() && skip_digits(text).empty();
}

// Go's ParseInt(text, 0, 64), then ParseUint: a sign, 0x, 0o, 0b or a leading 0 (octal).
Scalar parse_integer(std::string_view text) {
  const bool negative = !text.empty() && text[0] == '-';
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
  int base = 10;
  if (text.size() > 1 && text[0] == '0') {
    const char letter = static_cast<char>(text[1] | 0x20);
    base = letter == 'x' ? 16 : letter == 'b' ? 2 : 8;
    text.remove_prefix(letter == 'x' || letter == 'b' || letter == 'o' ? 2 : 1);
  }
  uint64_t magnitude = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), magnitude, base);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return {};
  constexpr uint64_t kLimit = uint64_t{1} << 63;
  if (negative) {
    if (magnitude > kLimit) return {};
    return static_cast<int64_t>(0 - magnitude);
  }
  if (magnitude < kLimit) return static_cast<int64_t>(magnitude);
  return magnitude;
}

bool all_digits(std::string_view text) { return !text.empty() && skip_digits(text).empty(); }

// 2001-12-14, 2001-12-14T21:59:43.10-05:00, 2001-12-14 21:59:43: year of four digits, then month and day; what follows
// needs no closer look, for a text that begins like this is no number anyway.
bool looks_like_timestamp(std::string_view text) {
  if (text.size() < 8 || !all_digits(text.substr(0, 4)) || text[4] != '-') return false;
  const size_t dash = text.find('-', 5);
  if (dash == std::string_view::npos || dash > 7 || !all_digits(text.substr(5, dash - 5))) return false;
  const size_t end = std::min(text.find_first_not_of("0123456789", dash + 1), text.size());
  if (end == dash + 1 || end > dash + 3) return false;
  return end == text.size() || text[end] == 'T' || text[end] == 't' || text[end] == ' ';
}

Scalar resolve_number(std::string_view text) {
  if (looks_like_timestamp(text)) return Timestamp{};
  std::string digits(text);
  std::erase(digits, '_');
  Scalar integer = parse_integer(digits);
  if (!std::holds_alternative<std::monostate>(integer)) return integer;
  if (looks_like_float(digits)) {
    if (auto value = parse_float(digits)) return *value;
  }
  return text;
}

}  // namespace

Scalar resolve(std::string_view text) {
  if (one_of(text, {"", "~", "null", "Null", "NULL"})) return {};
  if (one_of(text, {"y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"})) return true;
  if (one_of(text, {"n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"})) return false;
  if (one_of(text, {".nan", ".NaN", ".NAN"})) return *parse_float("nan");
  if (one_of(text, {".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"})) return *parse_float("+inf");
  if (one_of(text, {"-.inf", "-.Inf", "-.INF"})) return *parse_float("-inf");
  const char first = text[0];
  if (is_digit(first) || first == '+' || first == '-' || first == '.') return resolve_number(text);
  return text;
}

bool is_plain_string(std::string_view text) { return std::holds_alternative<std::string_view>(resolve(text)); }

std::string_view short_tag(const Scalar& scalar) {
  static constexpr std::string_view kTags[] = {"!!null", "!!bool", "!!int", "!!int", "!!float", "!!timestamp", "!!str"};
  return kTags[scalar.index()];
}

Scalar value_of(const Node& node) {
  if (node.is_null()) return {};
  const std::string_view text = node.text();
  const std::string_view tag = node.tag();
  if (tag == "!!str" || tag == "!!binary" || (tag.empty() && !node.plain())) return text;
  Scalar value = resolve(text);
  if (tag == "!!float" && std::holds_alternative<int64_t>(value)) return static_cast<double>(std::get<int64_t>(value));
  return value;
}

}  // namespace narthex::yaml
