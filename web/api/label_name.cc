#include "web/api/label_name.h"

#include <charconv>

#include "base/quote.h"

namespace narthex::web {
namespace {

// A code point has at most six hexadecimal digits.
constexpr size_t kMaxDigits = 6;

// Decodes the escape behind an underscore at text[0]; false if it is none. Removes it from `text`.
bool take_escape(std::string_view& text, std::string& out) {
  if (text.size() > 1 && text[1] == '_') {
    out += '_';
    text.remove_prefix(2);
    return true;
  }
  const size_t end = text.find('_', 1);
  if (end == std::string_view::npos || end == 1 || end - 1 > kMaxDigits) return false;
  uint32_t code_point = 0;
  auto [at, error] = std::from_chars(text.data() + 1, text.data() + end, code_point, 16);
  const bool surrogate = code_point >= 0xd800 && code_point < 0xe000;
  if (error != std::errc() || at != text.data() + end || code_point > 0x10ffff || surrogate) return false;
  append_utf8(out, static_cast<char32_t>(code_point));
  text.remove_prefix(end + 1);
  return true;
}

}  // namespace

std::string unescape_label_name(std::string_view name) {
  constexpr std::string_view kPrefix = "U__";
  if (!name.starts_with(kPrefix)) return std::string(name);
  std::string out;
  std::string_view rest = name.substr(kPrefix.size());
  while (!rest.empty()) {
    if (rest[0] != '_') {
      out += rest[0];
      rest.remove_prefix(1);
    } else if (!take_escape(rest, out)) {
      return std::string(name);
    }
  }
  return out;
}

}  // namespace narthex::web
