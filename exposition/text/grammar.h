// The tokens of the text format; OpenMetrics has most of them too. Source: exposition spec, sections 2 and 3.
//
//   body    = { line LF } [ line ]
//   line    = blanks | comment | help | type | sample
//   sample  = ( NAME [ braces ] | braces ) VALUE [ DIGITS ]          blanks may stand between all tokens
//   braces  = "{" { ( LNAME | QSTRING ) "=" LVALUE [ "," ] | QSTRING ( "," | before "}" ) } "}"
//   QSTRING = '"' { "\" any but LF | any but '"', "\" and NUL } '"'     LVALUE is the same, with NULs
//
// A QSTRING that is not followed by "=" is the metric name. The body is read as if a newline stood behind it.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

#include "base/quote.h"

namespace narthex::exposition::text {

enum CharClass : uint8_t {
  kBlank = 1,
  kDigit = 2,
  kLabelStart = 4,  // [a-zA-Z_]
  kNameStart = 8,   // [a-zA-Z_:]
  kValue = 16,      // may stand in a value: all but blanks, newline, "{" and NUL
  kPlain = 32,      // ends neither a quoted string nor needs care in one
  kWord = 64,       // may stand in a value of OpenMetrics: all but space, newline and NUL
};

inline constexpr std::array<uint8_t, 256> kClasses = [] {
  std::array<uint8_t, 256> out{};
  for (unsigned c = 0; c < 256; ++c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    const bool blank = c == ' ' || c == '\t';
    unsigned bits = 0;
    if (blank) bits |= kBlank;
    if (c >= '0' && c <= '9') bits |= kDigit;
    if (letter) bits |= kLabelStart;
    if (letter || c == ':') bits |= kNameStart;
    if (!blank && c != '\n' && c != '{' && c != 0) bits |= kValue;
    if (c != 0 && c != '"' && c != '\\' && c < 0x80) bits |= kPlain;
    if (c != ' ' && c != '\n' && c != 0) bits |= kWord;
    out[c] = static_cast<uint8_t>(bits);
  }
  return out;
}();

inline bool is(char c, unsigned classes) { return (kClasses[static_cast<unsigned char>(c)] & classes) != 0; }

inline const char* skip(const char* p, const char* end, unsigned classes) {
  while (p < end && is(*p, classes)) ++p;
  return p;
}

// The next newline, or the end.
inline const char* find_newline(const char* p, const char* end) {
  const void* found = std::memchr(p, '\n', static_cast<size_t>(end - p));
  return found != nullptr ? static_cast<const char*>(found) : end;
}

// Skips kPlain characters, eight at a time while there are eight: a word has its top bit set in each byte that is not
// plain.
inline const char* skip_plain(const char* p, const char* end) {
  constexpr uint64_t kOnes = 0x0101010101010101;
  constexpr uint64_t kTops = 0x8080808080808080;
  // Exact up to and with the first zero byte, which is all that is asked.
  auto zeros = [](uint64_t word) { return (word - kOnes) & ~word; };
  while (end - p >= 8) {
    uint64_t word;
    std::memcpy(&word, p, sizeof word);
    const uint64_t others = (word | zeros(word) | zeros(word ^ kOnes * '"') | zeros(word ^ kOnes * '\\')) & kTops;
    if (others != 0) return p + (std::countr_zero(others) >> 3);
    p += 8;
  }
  return skip(p, end, kPlain);
}

// What the lexer expects next decides which token it sees. Named as the reference names its tokens and states.
enum class State : uint8_t { kStart, kMetaName, kLabels, kLabelValue, kValue, kTimestamp };

// A quoted string that was tried.
struct Quoted {
  const char* stop;  // behind the closing quote, or the first byte that does not fit (perhaps the end)
  bool closed = false;
  bool ascii = true;
  bool escaped = false;
};

// `p` stands on the opening quote.
inline Quoted scan_quoted(const char* p, const char* end, bool allow_nul) {
  Quoted out{.stop = p};
  for (++p;; ++p) {
    p = skip_plain(p, end);
    if (p >= end) break;
    const unsigned char c = static_cast<unsigned char>(*p);
    if (c == '"') {
      out.closed = true;
      ++p;
      break;
    }
    if (c >= 0x80) {
      out.ascii = false;
    } else if (c == '\\') {
      out.escaped = true;
      for (++p; allow_nul && p < end && *p == 0;) ++p;
      if (p >= end || *p == '\n' || *p == 0) break;
      if (static_cast<unsigned char>(*p) >= 0x80) out.ascii = false;
    } else if (!allow_nul) {
      break;
    }
  }
  out.stop = p;
  return out;
}

// Why a series is none. Kept small: it becomes a text only when somebody wants it.
struct Fault {
  enum Kind : uint8_t { kNone, kToken, kUtf8, kNameTwice, kNameMissing };
  Kind kind = kNone;
  State state = State::kStart;  // kToken: what the lexer was looking for
  const char* expected = "";    // kToken: "expected <this>"
  const char* at = nullptr;     // first byte of the token
  const char* stop = nullptr;   // byte behind it
};

// What the formats do differently about braces.
struct TextBraces {
  static constexpr bool kNeedsCommas = false;  // between labels
  static constexpr bool kHoldsName = true;     // a quoted string may be the metric name

  // Skips what may stand between tokens.
  static const char* gap(const char* p, const char* end) { return skip(p, end, kBlank); }
  // `p` stands on the opening quote of a name, or of a label's value.
  static Quoted scan_name(const char* p, const char* end) { return scan_quoted(p, end, false); }
  static Quoted scan_value(const char* p, const char* end) { return scan_quoted(p, end, true); }
};

// Reads what stands behind "{", up to and with "}". `visitor` gets, in written order and still escaped:
//   void name(const char* first, const char* last);                      the metric name, quotes excluded
//   void label(std::string_view name, bool name_quoted, std::string_view value, bool value_escaped);
// `named`: whether there is a metric name already. Returns the byte behind "}", or nullptr and the fault.
template <class Dialect, class Visitor>
const char* scan_braces(const char* p, const char* end, bool& named, Visitor&& visitor, Fault& fault) {
  auto fail = [&](State state, const char* expected, const char* at) {
    fault = {.kind = Fault::kToken, .state = state, .expected = expected, .at = at, .stop = at};
    return nullptr;
  };
  p = Dialect::gap(p, end);
  while (true) {
    if (p < end && *p == '}') return p + 1;
    const char* token = p;
    const bool quoted = p < end && *p == '"';
    if (quoted) {
      const Quoted name = Dialect::scan_name(p, end);
      if (!name.closed) return fail(State::kLabels, "label name", token);
      p = name.stop;
    } else {
      if (p >= end || !is(*p, kLabelStart)) return fail(State::kLabels, "label name", token);
      p = skip(p, end, kLabelStart | kDigit);
    }
    const char* token_end = p;
    p = Dialect::gap(p, end);
    if (quoted && p < end && (*p == ',' || *p == '}')) {
      if (!Dialect::kHoldsName) return fail(State::kLabels, "label name", p);
      if (named) {
        fault = {.kind = Fault::kNameTwice, .at = token, .stop = p + 1};
        return nullptr;
      }
      named = true;
      visitor.name(token + 1, token_end - 1);
      if (*p == ',') p = Dialect::gap(p + 1, end);
      continue;
    }
    if (p >= end || *p != '=') return fail(State::kLabels, "equal", p);
    p = Dialect::gap(p + 1, end);
    if (p >= end || *p != '"') return fail(State::kLabelValue, "label value", p);
    const Quoted value = Dialect::scan_value(p, end);
    if (!value.closed) return fail(State::kLabelValue, "label value", p);
    if (!value.ascii && !is_valid_utf8({p, static_cast<size_t>(value.stop - p)})) {
      fault = {.kind = Fault::kUtf8, .at = p, .stop = value.stop};
      return nullptr;
    }
    const size_t name_length = static_cast<size_t>(token_end - token);
    visitor.label(quoted ? std::string_view(token + 1, name_length - 2) : std::string_view(token, name_length), quoted,
                  {p + 1, static_cast<size_t>(value.stop - p) - 2}, value.escaped);
    p = Dialect::gap(value.stop, end);
    if (p < end && *p == ',') {
      p = Dialect::gap(p + 1, end);
    } else if (Dialect::kNeedsCommas && (p >= end || *p != '}')) {
      return fail(State::kLabels, "comma or brace close", p);
    }
  }
}

// For those who only want to know whether the braces are right.
struct NoVisitor {
  void name(const char*, const char*) {}
  void label(std::string_view, bool, std::string_view, bool) {}
};

}  // namespace narthex::exposition::text
