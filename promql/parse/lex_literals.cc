// The lexer's part for numbers, durations and strings, and the values they stand for.
#include <charconv>
#include <cmath>
#include <limits>

#include "base/number.h"
#include "base/quote.h"
#include "promql/parse/lexer.h"

namespace narthex::promql {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word(char c) { return c == '_' || is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_one_of(char c, std::string_view set) { return c != '\0' && set.find(c) != set.npos; }

int digit_value(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return 16;
}

// "U+0071 'q'"
std::string code_point_text(char32_t c) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string hex;
  for (char32_t rest = c; rest != 0 || hex.size() < 4; rest >>= 4) hex.insert(hex.begin(), kHex[rest & 15]);
  std::string utf8;
  append_utf8(utf8, c);
  const std::string quoted = go_quote(utf8);
  const bool printable = quoted.size() == utf8.size() + 2 || c == '"' || c == '\\';
  return "U+" + hex + (printable ? " '" + utf8 + "'" : "");
}

}  // namespace

// Consumes what can be part of a number; false if that is none or if it runs into something else. On failure the
// consumed text is what the message shows.
bool Lexer::scan_number() {
  bool hex = false;
  if (peek() == '0' && (peek(1) == 'x' || peek(1) == 'X')) {
    position_ += 2;
    take('_');
    hex = true;
  }
  const size_t digits = position_;
  if (!scan_number_tail(hex)) return false;
  return position_ > digits && !is_word(peek());
}

bool Lexer::scan_number_tail(bool hex) {
  bool dot = false;
  bool exponent = false;
  for (;;) {
    const char c = peek();
    if (is_digit(c) || (hex && digit_value(c) < 16)) {
      ++position_;
    } else if (c == '.') {
      ++position_;
      if (dot || hex) return false;
      dot = true;
      if (is_one_of(peek(), "_.")) return ++position_, false;
    } else if (c == '_') {
      ++position_;
      if (at_end()) return false;
      if (is_one_of(peek(), "._eE")) return ++position_, false;
    } else if (c == 'e' || c == 'E') {
      ++position_;
      if (exponent) return false;
      exponent = true;
      if (is_one_of(peek(), "+-")) ++position_;
      if (at_end()) return false;
      if (is_one_of(peek(), "._eE")) return ++position_, false;
    } else {
      return true;
    }
  }
}

// Behind the first digits: units and digits in turn. Bad units such as "hs" are found when the duration is read.
bool Lexer::scan_rest_of_duration() {
  if (!is_one_of(peek(), "smhdwy")) return false;
  ++position_;
  take('s');
  while (is_digit(peek())) {
    while (is_digit(peek())) ++position_;
    if (!is_one_of(peek(), "smhdw")) return false;
    ++position_;
    take('s');
  }
  if (!is_word(peek())) return true;
  ++position_;
  return false;
}

Token Lexer::lex_number_or_duration() {
  if (scan_number()) return make(Tok::kNumber);
  if (scan_rest_of_duration()) return make(Tok::kDuration);
  return fail("bad number or duration syntax: " + go_quote(text_.substr(start_, position_ - start_)));
}

Token Lexer::lex_string(char quote) {
  ++position_;
  std::string message;
  for (;;) {
    if (at_end() || peek() == '\n') return fail("unterminated quoted string");
    if (take(quote)) return make(Tok::kString);
    if (take('\\')) {
      if (!scan_escape(quote, message)) return fail(std::move(message));
      continue;
    }
    int length = 1;
    if (decode_utf8(text_.substr(position_), length) == 0xFFFD && length == 1) return fail("invalid UTF-8 rune");
    position_ += static_cast<size_t>(length);
  }
}

Token Lexer::lex_raw_string() {
  ++position_;
  for (;;) {
    if (at_end()) return fail("unterminated raw string");
    if (take('`')) return make(Tok::kString);
    int length = 1;
    if (decode_utf8(text_.substr(position_), length) == 0xFFFD && length == 1) return fail("invalid UTF-8 rune");
    position_ += static_cast<size_t>(length);
  }
}

bool Lexer::scan_escape(char quote, std::string& message) {
  if (at_end()) return message = "escape sequence not terminated", false;
  const char c = peek();
  if (c == quote || is_one_of(c, "abfnrtv\\")) return ++position_, true;
  if (c >= '0' && c <= '7') return scan_code(3, 8, message);
  int length = 1;
  const char32_t code_point = decode_utf8(text_.substr(position_), length);
  position_ += static_cast<size_t>(length);
  if (c == 'x') return scan_code(2, 16, message);
  if (c == 'u') return scan_code(4, 16, message);
  if (c == 'U') return scan_code(8, 16, message);
  message = "unknown escape sequence " + code_point_text(code_point);
  return false;
}

bool Lexer::scan_code(int digits, int base, std::string& message) {
  uint32_t value = 0;
  for (int i = 0; i < digits; ++i) {
    if (at_end()) return message = "escape sequence not terminated", false;
    const int digit = digit_value(peek());
    if (digit >= base) {
      int length = 1;
      const char32_t code_point = decode_utf8(text_.substr(position_), length);
      message = "illegal character " + code_point_text(code_point) + " in escape sequence";
      return false;
    }
    value = value * static_cast<uint32_t>(base) + static_cast<uint32_t>(digit);
    ++position_;
  }
  const uint32_t limit = digits <= 3 ? 255 : 0x10FFFF;
  if (value <= limit && (value < 0xD800 || value >= 0xE000)) return true;
  message = "escape sequence is an invalid Unicode code point";
  return false;
}

std::string unquote(std::string_view quoted) {
  std::string_view rest = quoted.substr(1, quoted.size() - 2);
  if (quoted[0] == '`') return std::string(rest);
  static constexpr std::string_view kNames = "abfnrtv";
  static constexpr std::string_view kValues = "\a\b\f\n\r\t\v";
  std::string out;
  while (!rest.empty()) {
    if (rest[0] != '\\') {
      out += rest[0];
      rest.remove_prefix(1);
      continue;
    }
    const char c = rest[1];
    size_t skip = 2;
    if (const size_t i = kNames.find(c); i != kNames.npos) {
      out += kValues[i];
    } else if (is_digit(c)) {
      out += static_cast<char>((digit_value(c) << 6) + (digit_value(rest[2]) << 3) + digit_value(rest[3]));
      skip = 4;
    } else if (c == 'x' || c == 'u' || c == 'U') {
      const size_t digits = c == 'x' ? 2 : c == 'u' ? 4 : 8;
      uint32_t value = 0;
      std::from_chars(rest.data() + 2, rest.data() + 2 + digits, value, 16);
      if (c == 'x') out += static_cast<char>(value);
      if (c != 'x') append_utf8(out, value);
      skip = 2 + digits;
    } else {
      out += c;
    }
    rest.remove_prefix(skip);
  }
  return out;
}

Result<double> parse_number(std::string_view text) {
  std::string digits;
  for (char c : text) {
    if (c != '_') digits += c;
  }
  const bool hex = digits.size() > 1 && (digits[1] == 'x' || digits[1] == 'X');
  const bool octal = !hex && digits.size() > 1 && digits[0] == '0';
  const char* begin = digits.data() + (hex ? 2 : 0);
  const char* end = digits.data() + digits.size();
  int64_t integer = 0;
  const auto [stop, error] = std::from_chars(begin, end, integer, hex ? 16 : octal ? 8 : 10);
  if (error == std::errc() && stop == end && begin != end) return static_cast<double>(integer);
  auto value = parse_float(digits);
  if (!value) return prefixed("error parsing number: ", value.error());
  return *value;
}

}  // namespace narthex::promql
