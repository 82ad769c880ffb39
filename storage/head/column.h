// A series' samples within one window: which indices of its time group it has, and their values, as byte tokens.
//
// A column says "from index f to index l of this group: tokens". Nothing is written while a value repeats, and nothing
// for an absent series: a gap is written when the series returns. A column whose values are all equal and without
// gaps owns no bytes at all.
//
//   tokens  = value { value | repeat | gap | mode }
//   value   = integer | xor                                against the value before; the first one against bits 0
//   integer = %b0xxxxxxx | %b10xxxxxx B | %b110xxxxx 2B | ( 0xE0 + n - 1 ) nB     zigzag, little end first
//   xor     = ( 0xF0 + n - 1 ) nB        the n low bytes of the XOR of the bits: the others are 0
//           | ( 0xF8 + n - 1 ) nB        the n high bytes
//   repeat  = 0xE8 varint | ( 0xEA + n ) the last value n times more; the short form for n up to 5
//   gap     = 0xE9 varint                the next n indices have no sample
//   mode    = 0xEA byte                  from here on: exponent e (low nibble), and whether deltas of deltas (bit 4)
//
// An integer token is the difference of value × 10^e to the last value × 10^e, or, in delta-of-delta mode, what that
// difference exceeds the one before by (a repeat counts as difference 0). It is used where both values are exact under
// e, so every double, NaN payloads included, comes back bit for bit.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/sample.h"
#include "storage/head/arena.h"

namespace narthex::storage {

inline constexpr uint32_t kNoGroup = UINT32_MAX;

// The open column of a series and what the next sample is coded against. The slot side of a series consists of this
// and its template's number: 48 + 4 bytes.
struct ColumnState {
  uint64_t last_bits = 0;  // value of the last sample
  int64_t last_delta = 0;  // difference of the last two, under the exponent
  Arena::Chain chain;      // tokens; nothing while constant
  uint32_t first_index = 0;
  uint32_t last_index = 0;
  uint32_t run = 0;  // repeats at the end that have no token
  uint32_t group = kNoGroup;
  uint8_t exponent = 0;
  bool delta_of_delta : 1 = false;
  bool hopeless : 1 = false;  // true doubles: no exponent was found once
  bool retired : 1 = false;   // its samples were moved to a piece; only last_bits, last_index and group hold
  bool moved : 1 = false;     // changed its group within the window
  bool beside : 1 = false;    // its samples have something beside their numbers (head/side_column.h)
  int8_t score = 0;           // how much shorter the other delta mode has been lately

  bool constant() const { return chain.used == 0; }
};
static_assert(sizeof(ColumnState) == 48);

// Begins a column whose first sample is `bits` at `index`. Group and flags of placement stay.
void start_column(ColumnState& column, uint32_t index, uint64_t bits);
// Adds a sample at an index after the last.
void append(ColumnState& column, Arena& arena, uint32_t index, uint64_t bits);

// The same for a caller that knows the last value and this one to be the integers `last` and `now`.
void append_integer(ColumnState& column, Arena& arena, uint32_t index, uint64_t bits, int64_t last, int64_t now);

// A column, copied out of its arena: what a reader decodes without any lock.
struct ColumnCopy {
  ColumnState state;
  std::string tokens;
};

// Walks a column: calls `sink(index, bits)` in order while it returns true.
// False: the tokens are not what append() wrote.
template <class Sink>
bool decode(const ColumnState& state, std::string_view tokens, Sink&& sink);

// A single value against a base: an integer token of exponent 0 or an XOR token. For the log.
void append_delta(std::string& out, uint64_t base, uint64_t bits);
// Reads one at `at`, which moves on. False: there is none.
bool read_delta(std::string_view tokens, size_t& at, uint64_t base, uint64_t& bits);
// A value against its base, as read. `integers`: both are, namely `last` and `now`.
struct ValueChange {
  uint64_t bits = 0;
  bool integers = false;
  int64_t last = 0;
  int64_t now = 0;
};
bool read_change(std::string_view tokens, size_t& at, uint64_t base, ValueChange& change);

// first=3 last=9: 1 +1 x2 gap2 +5, for tests.
std::string dump_tokens(const ColumnState& state, std::string_view tokens);

namespace column_detail {

inline constexpr uint8_t kRepeat = 0xe8;
inline constexpr uint8_t kGap = 0xe9;
inline constexpr uint8_t kMode = 0xea;
inline constexpr uint8_t kShortRepeats = 5;  // 0xEB to 0xEF
inline constexpr uint8_t kDeltaOfDeltaBit = 0x10;

struct Token {
  enum Kind { kInteger, kXor, kRepeats, kGaps, kModes, kEnd, kBad } kind;
  uint64_t number;  // zigzag value, XOR mask, count, or mode byte
};
Token next_token(std::string_view tokens, size_t& at);
int64_t unzigzag(uint64_t n);
// value × 10^exponent, if that is an integer from which the value comes back bit for bit.
bool to_integer(uint64_t bits, unsigned exponent, int64_t& out);
uint64_t from_integer(int64_t number, unsigned exponent);

}  // namespace column_detail

template <class Sink>
bool decode(const ColumnState& state, std::string_view tokens, Sink&& sink) {
  using namespace column_detail;
  uint64_t bits = state.last_bits;
  uint32_t index = state.first_index;
  if (state.constant()) {
    if (!sink(index, bits)) return true;
  } else {
    bits = 0;
    --index;
  }
  unsigned exponent = 0;
  bool delta_of_delta = false;
  int64_t delta = 0;
  for (size_t at = 0;;) {
    const Token token = next_token(tokens, at);
    switch (token.kind) {
      case Token::kInteger: {
        int64_t last = 0;
        if (!to_integer(bits, exponent, last)) return false;
        delta = static_cast<int64_t>(static_cast<uint64_t>(unzigzag(token.number)) +
                                     (delta_of_delta ? static_cast<uint64_t>(delta) : 0));
        bits = from_integer(static_cast<int64_t>(static_cast<uint64_t>(last) + static_cast<uint64_t>(delta)), exponent);
        if (!sink(++index, bits)) return true;
        break;
      }
      case Token::kXor:
        bits ^= token.number;
        if (!sink(++index, bits)) return true;
        break;
      case Token::kRepeats:
        delta = 0;
        for (uint64_t i = 0; i < token.number; ++i) {
          if (!sink(++index, bits)) return true;
        }
        break;
      case Token::kGaps:
        index += static_cast<uint32_t>(token.number);
        break;
      case Token::kModes:
        exponent = token.number & 0xf;
        delta_of_delta = (token.number & kDeltaOfDeltaBit) != 0;
        delta = 0;
        break;
      case Token::kEnd:
        for (uint32_t i = 0; i < state.run; ++i) {
          if (!sink(++index, bits)) return true;
        }
        return index == state.last_index;
      case Token::kBad:
        return false;
    }
  }
}

}  // namespace narthex::storage
