#include "base/quote.h"

#include <re2/re2.h>

#include <array>

namespace narthex {
namespace {

constexpr char kHex[] = "0123456789abcdef";

void append_hex(std::string& out, char32_t value, int digits) {
  for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) out += kHex[(value >> shift) & 0xf];
}

// Go's strconv.IsPrint: letters, marks, numbers, punctuation, symbols and the blank. `encoded` is the code point `c`.
bool is_printable(char32_t c, std::string_view encoded) {
  if (c < 0x80) return c >= 0x20 && c < 0x7f;
  static const re2::RE2 printable(R"([\pL\pM\pN\pP\pS])");
  return printable.Match(encoded, 0, encoded.size(), re2::RE2::ANCHOR_BOTH, nullptr, 0);
}

char simple_escape(char32_t c) {
  switch (c) {
    case '\a':
      return 'a';
    case '\b':
      return 'b';
    case '\f':
      return 'f';
    case '\n':
      return 'n';
    case '\r':
      return 'r';
    case '\t':
      return 't';
    case '\v':
      return 'v';
    case '\\':
      return '\\';
    case '"':
      return '"';
    default:
      return 0;
  }
}

}  // namespace

char32_t decode_utf8(std::string_view text, int& length) {
  auto byte = [&](size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  auto tail = [&](size_t i) { return (byte(i) & 0xc0) == 0x80; };
  const unsigned b0 = byte(0);
  length = 1;
  if (b0 < 0x80) return b0;
  if (b0 >= 0xc2 && b0 <= 0xdf && tail(1)) {
    length = 2;
    return (b0 & 0x1f) << 6 | (byte(1) & 0x3f);
  }
  if (b0 >= 0xe0 && b0 <= 0xef && tail(1) && tail(2)) {
    const char32_t c = (b0 & 0x0f) << 12 | (byte(1) & 0x3f) << 6 | (byte(2) & 0x3f);
    if (c >= 0x800 && (c < 0xd800 || c > 0xdfff)) return length = 3, c;
  }
  if (b0 >= 0xf0 && b0 <= 0xf4 && tail(1) && tail(2) && tail(3)) {
    const char32_t c = (b0 & 0x07) << 18 | (byte(1) & 0x3f) << 12 | (byte(2) & 0x3f) << 6 | (byte(3) & 0x3f);
    if (c >= 0x10000 && c <= 0x10ffff) return length = 4, c;
  }
  return 0xfffd;
}

namespace {
// Malformed, as opposed to a U+FFFD that was written as such.
bool malformed(char32_t c, int length) { return c == 0xfffd && length == 1; }
}  // namespace

bool is_valid_utf8(std::string_view text) {
  size_t i = 0;
  while (i < text.size()) {
    if (static_cast<unsigned char>(text[i]) < 0x80) {
      ++i;
      continue;
    }
    int length = 0;
    const char32_t c = decode_utf8(text.substr(i), length);
    if (malformed(c, length)) return false;
    i += static_cast<size_t>(length);
  }
  return true;
}

void append_utf8(std::string& out, char32_t c) {
  auto put = [&](char32_t byte) { out += static_cast<char>(byte); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xc0 | c >> 6), put(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    put(0xe0 | c >> 12), put(0x80 | (c >> 6 & 0x3f)), put(0x80 | (c & 0x3f));
  } else {
    put(0xf0 | c >> 18), put(0x80 | (c >> 12 & 0x3f)), put(0x80 | (c >> 6 & 0x3f)), put(0x80 | (c & 0x3f));
  }
}

std::string_view utf8_prefix(std::string_view text, size_t limit) {
  size_t at = 0;
  for (; limit > 0 && at < text.size(); --limit) {
    int length = 0;
    decode_utf8(text.substr(at), length);
    at += static_cast<size_t>(length);
  }
  return text.substr(0, at);
}

std::string go_quote(std::string_view text) {
  std::string out = "\"";
  for (size_t i = 0; i < text.size();) {
    int length = 0;
    const char32_t c = decode_utf8(text.substr(i), length);
    if (malformed(c, length)) {
      out += "\\x";
      append_hex(out, static_cast<unsigned char>(text[i]), 2);
    } else if (char escape = simple_escape(c)) {
      out += '\\', out += escape;
    } else if (const auto encoded = text.substr(i, static_cast<size_t>(length)); is_printable(c, encoded)) {
      out += encoded;
    } else if (c < 0x20 || c == 0x7f) {
      out += "\\x";
      append_hex(out, c, 2);
    } else {
      out += c < 0x10000 ? "\\u" : "\\U";
      append_hex(out, c, c < 0x10000 ? 4 : 8);
    }
    i += static_cast<size_t>(length);
  }
  return out + '"';
}

namespace {

// ASCII characters that stand for themselves in a JSON string: nearly all there are.
constexpr auto kPlainInJson = [] {
  std::array<bool, 256> plain{};
  for (unsigned c = 0x20; c < 0x80; ++c) plain[c] = c != '"' && c != '\\' && c != '<' && c != '>' && c != '&';
  return plain;
}();

size_t plain_run(std::string_view text) {
  size_t size = 0;
  while (size < text.size() && kPlainInJson[static_cast<unsigned char>(text[size])]) ++size;
  return size;
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  for (size_t i = 0; i < text.size();) {
    if (const size_t run = plain_run(text.substr(i)); run > 0) {
      out.append(text.data() + i, run);
      i += run;
      continue;
    }
    int length = 0;
    const char32_t c = decode_utf8(text.substr(i), length);
    const bool html = c == '<' || c == '>' || c == '&' || c == 0x2028 || c == 0x2029;
    if (malformed(c, length)) {
      out += "\\ufffd";
    } else if (c == '"' || c == '\\') {
      out += '\\', out += static_cast<char>(c);
    } else if (c == '\n' || c == '\r' || c == '\t' || c == '\b' || c == '\f') {
      out += '\\', out += simple_escape(c);
    } else if (c < 0x20 || html) {
      out += "\\u";
      append_hex(out, c, 4);
    } else {
      out += text.substr(i, static_cast<size_t>(length));
    }
    i += static_cast<size_t>(length);
  }
  out += '"';
}

}  // namespace narthex
