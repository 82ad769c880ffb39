#include "storage/head/column.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>
#include <cstring>

namespace narthex::storage {
namespace column_detail {
namespace {

// Integers up to 2^53 are exact in a double.
constexpr double kExact = 9007199254740992.0;
constexpr unsigned kMaxExponent = 12;
constexpr double kPowers[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};

}  // namespace

int64_t unzigzag(uint64_t n) { return static_cast<int64_t>(n >> 1 ^ (0 - (n & 1))); }
uint64_t zigzag(int64_t n) { return static_cast<uint64_t>(n) << 1 ^ static_cast<uint64_t>(n >> 63); }

uint64_t from_integer(int64_t number, unsigned exponent) {
  return std::bit_cast<uint64_t>(static_cast<double>(number) / kPowers[exponent]);
}

bool to_integer(uint64_t bits, unsigned exponent, int64_t& out) {
  const double value = std::bit_cast<double>(bits);
  const double scaled = exponent == 0 ? value : value * kPowers[exponent];
  if (!(std::fabs(scaled) <= kExact)) return false;
  // Rounds by hand: nearbyint() is a call, and a wrong digit cannot slip through, because the way back is checked.
  out = exponent == 0 ? static_cast<int64_t>(scaled) : static_cast<int64_t>(scaled + (scaled < 0 ? -0.5 : 0.5));
  const uint64_t back = exponent == 0 ? std::bit_cast<uint64_t>(static_cast<double>(out)) : from_integer(out, exponent);
  return back == bits;
}

Token next_token(std::string_view tokens, size_t& at) {
  if (at == tokens.size()) return {Token::kEnd, 0};
  const auto byte = [&](size_t i) { return static_cast<uint64_t>(static_cast<uint8_t>(tokens[i])); };
  const uint64_t head = byte(at);
  const auto payload = [&](size_t n, uint64_t above) {
    uint64_t value = 0;
    for (size_t i = 0; i < n; ++i) value |= byte(at + 1 + i) << (8 * i);
    at += 1 + n;
    return value | (n < 8 ? above << (8 * n) : 0);
  };
  const size_t left = tokens.size() - at - 1;
  const size_t n = (head & 7) + 1;
  if (head < 0x80) return {Token::kInteger, payload(0, head)};
  if (head < 0xc0) return left < 1 ? Token{Token::kBad, 0} : Token{Token::kInteger, payload(1, head & 0x3f)};
  if (head < 0xe0) return left < 2 ? Token{Token::kBad, 0} : Token{Token::kInteger, payload(2, head & 0x1f)};
  if (head == kRepeat || head == kGap) {
    uint64_t count = 0;
    ++at;
    for (unsigned shift = 0; at < tokens.size() && shift < 35; shift += 7) {
      const uint64_t b = byte(at++);
      count |= (b & 0x7f) << shift;
      if (b < 0x80) return {head == kRepeat ? Token::kRepeats : Token::kGaps, count};
    }
    return {Token::kBad, 0};
  }
  if (head == kMode) return left < 1 ? Token{Token::kBad, 0} : Token{Token::kModes, payload(1, 0)};
  if (head > kMode && head <= kMode + kShortRepeats) return ++at, Token{Token::kRepeats, head - kMode};
  if (left < n) return {Token::kBad, 0};
  if (head < 0xe8) return {Token::kInteger, payload(n, 0)};
  if (head < 0xf8) return {Token::kXor, payload(n, 0)};
  return {Token::kXor, payload(n, 0) << (64 - 8 * n)};
}

namespace {

// The tokens of one sample: at most repeat, gap, mode and value.
class TokenBuffer {
 public:
  TokenBuffer() { std::memset(bytes_, 0, sizeof(uint64_t)); }
  void put(uint64_t low_bytes, size_t n) {
    static_assert(std::endian::native == std::endian::little);
    std::memcpy(bytes_ + size_, &low_bytes, sizeof low_bytes);
    size_ += n;
  }
  void counted(uint8_t kind, uint64_t count) {
    bytes_[size_++] = kind;
    for (; count >= 0x80; count >>= 7) bytes_[size_++] = static_cast<uint8_t>(count | 0x80);
    bytes_[size_++] = static_cast<uint8_t>(count);
  }
  void repeats(uint64_t count) {
    if (count > kShortRepeats) return counted(kRepeat, count);
    put(kMode + count, 1);
  }
  void integer(uint64_t zigzagged) {
    if (zigzagged < 0x80) return put(zigzagged, 1);
    if (zigzagged < 0x4000) return put(0x80 | zigzagged >> 8, 1), put(zigzagged, 1);
    if (zigzagged < 0x200000) return put(0xc0 | zigzagged >> 16, 1), put(zigzagged, 2);
    const size_t n = (static_cast<size_t>(std::bit_width(zigzagged)) + 7) / 8;
    put(0xe0 + n - 1, 1), put(zigzagged, n);
  }
  void exclusive_or(uint64_t mask) {
    const size_t low = std::max<size_t>(1, (static_cast<size_t>(std::bit_width(mask)) + 7) / 8);
    const size_t high = mask == 0 ? 8 : 8 - static_cast<size_t>(std::countr_zero(mask)) / 8;
    if (low <= high) return put(0xf0 + low - 1, 1), put(mask, low);
    put(0xf8 + high - 1, 1), put(mask >> (64 - 8 * high), high);
  }
  const uint8_t* data() const { return bytes_; }
  size_t size() const { return size_; }
  // The first eight of them, lowest first; behind size() they mean nothing.
  uint64_t first_bytes() const {
    uint64_t bytes = 0;
    std::memcpy(&bytes, bytes_, sizeof bytes);
    return bytes;
  }

 private:
  // No token is longer than 9 bytes, so that a word more than the tokens of a sample leaves room to write words.
  uint8_t bytes_[48];
  size_t size_ = 0;
};

int token_length(uint64_t zigzagged) {
  if (zigzagged < 0x80) return 1;
  if (zigzagged < 0x4000) return 2;
  if (zigzagged < 0x200000) return 3;
  return 1 + (static_cast<int>(std::bit_width(zigzagged)) + 7) / 8;
}

void put_mode(ColumnState& column, TokenBuffer& out) {
  out.put(kMode, 1);
  out.put(column.exponent | (column.delta_of_delta ? kDeltaOfDeltaBit : 0u), 1);
  column.last_delta = 0;
  column.score = 0;
}

// The smallest larger exponent under which both values are integers; remembered as hopeless if there is none.
bool raise_exponent(ColumnState& column, uint64_t bits, int64_t& last, int64_t& now) {
  if (column.hopeless) return false;
  for (unsigned e = column.exponent + 1u; e <= kMaxExponent; ++e) {
    if (!to_integer(bits, e, now) || !to_integer(column.last_bits, e, last)) continue;
    column.exponent = static_cast<uint8_t>(e);
    return true;
  }
  // NaN and infinity say nothing about what will come.
  column.hopeless =
      std::isfinite(std::bit_cast<double>(bits)) && std::isfinite(std::bit_cast<double>(column.last_bits));
  return false;
}

// Mode changes cost two bytes: the other mode must have been better by this many bytes.
constexpr int kSwitchScore = 6;

// Under the column's exponent.
void put_integer(ColumnState& column, int64_t last, int64_t now, TokenBuffer& out) {
  // Both are below 2^53 in amount, so neither difference overflows.
  const int64_t delta = now - last;
  const int64_t second = delta - column.last_delta;
  const int shorter = token_length(zigzag(column.delta_of_delta ? second : delta)) -
                      token_length(zigzag(column.delta_of_delta ? delta : second));
  column.score = static_cast<int8_t>(std::clamp(column.score + shorter, -kSwitchScore, kSwitchScore));
  out.integer(zigzag(column.delta_of_delta ? second : delta));
  column.last_delta = delta;
  if (column.score < kSwitchScore) return;
  column.delta_of_delta = !column.delta_of_delta;
  put_mode(column, out);
}

void put_value(ColumnState& column, uint64_t bits, TokenBuffer& out) {
  int64_t last = 0;
  int64_t now = 0;
  if (!to_integer(bits, column.exponent, now) || !to_integer(column.last_bits, column.exponent, last)) {
    if (!raise_exponent(column, bits, last, now)) return out.exclusive_or(bits ^ column.last_bits);
    put_mode(column, out);
  }
  put_integer(column, last, now, out);
}

// What stands before a value that is not a repetition right behind the last one.
void put_before(ColumnState& column, uint32_t gap, TokenBuffer& out) {
  if (column.constant()) out.exclusive_or(column.last_bits);
  if (column.run > 0) out.repeats(column.run), column.last_delta = 0;
  if (gap > 0) out.counted(kGap, gap);
  column.run = 0;
}

void write(ColumnState& column, Arena& arena, const TokenBuffer& out) {
  if (out.size() <= sizeof(uint64_t)) return arena.append_small(column.chain, out.first_bytes(), out.size());
  arena.append(column.chain, out.data(), out.size());
}

}  // namespace
}  // namespace column_detail

void start_column(ColumnState& column, uint32_t index, uint64_t bits) {
  column.chain = {};
  column.first_index = column.last_index = index;
  column.last_bits = bits;
  column.last_delta = 0;
  column.run = 0;
  column.exponent = 0;
  column.delta_of_delta = column.hopeless = column.retired = column.beside = false;
  column.score = 0;
}

void append(ColumnState& column, Arena& arena, uint32_t index, uint64_t bits) {
  using namespace column_detail;
  assert(index > column.last_index);
  const uint32_t gap = index - column.last_index - 1;
  column.last_index = index;
  if (gap == 0 && bits == column.last_bits) {
    ++column.run;
    return;
  }
  TokenBuffer out;
  put_before(column, gap, out);
  if (bits == column.last_bits) {
    column.run = 1;
  } else {
    put_value(column, bits, out);
    column.last_bits = bits;
  }
  write(column, arena, out);
}

void append_integer(ColumnState& column, Arena& arena, uint32_t index, uint64_t bits, int64_t last, int64_t now) {
  using namespace column_detail;
  if (column.exponent != 0 || last == now) return append(column, arena, index, bits);
  assert(index > column.last_index);
  TokenBuffer out;
  put_before(column, index - column.last_index - 1, out);
  column.last_index = index;
  put_integer(column, last, now, out);
  column.last_bits = bits;
  write(column, arena, out);
}

void append_delta(std::string& out, uint64_t base, uint64_t bits) {
  using namespace column_detail;
  TokenBuffer token;
  int64_t last = 0;
  int64_t now = 0;
  if (to_integer(bits, 0, now) && to_integer(base, 0, last)) {
    token.integer(zigzag(now - last));
  } else {
    token.exclusive_or(bits ^ base);
  }
  out.append(reinterpret_cast<const char*>(token.data()), token.size());
}

bool read_delta(std::string_view tokens, size_t& at, uint64_t base, uint64_t& bits) {
  ValueChange change;
  if (!read_change(tokens, at, base, change)) return false;
  bits = change.bits;
  return true;
}

bool read_change(std::string_view tokens, size_t& at, uint64_t base, ValueChange& change) {
  using namespace column_detail;
  // Most are a byte.
  const bool short_token = at < tokens.size() && static_cast<uint8_t>(tokens[at]) < 0x80;
  const Token token = short_token ? Token{Token::kInteger, static_cast<uint8_t>(tokens[at++])} : next_token(tokens, at);
  change.integers = false;
  if (token.kind == Token::kXor) {
    change.bits = base ^ token.number;
    return true;
  }
  if (token.kind != Token::kInteger || !to_integer(base, 0, change.last)) return false;
  change.now = static_cast<int64_t>(static_cast<uint64_t>(change.last) + static_cast<uint64_t>(unzigzag(token.number)));
  change.bits = from_integer(change.now, 0);
  constexpr auto kLargest = static_cast<int64_t>(kExact);
  change.integers = change.now <= kLargest && change.now >= -kLargest;
  return true;
}

std::string dump_tokens(const ColumnState& state, std::string_view tokens) {
  using namespace column_detail;
  std::string out = fmt::format("first={} last={}:", state.first_index, state.last_index);
  if (state.constant()) out += fmt::format(" ={:x}", state.last_bits);
  for (size_t at = 0;;) {
    const Token token = next_token(tokens, at);
    if (token.kind == Token::kEnd) break;
    switch (token.kind) {
      case Token::kInteger:
        out += fmt::format(" {:+}", unzigzag(token.number));
        break;
      case Token::kXor:
        out += fmt::format(" ^{:x}", token.number);
        break;
      case Token::kRepeats:
        out += fmt::format(" x{}", token.number);
        break;
      case Token::kGaps:
        out += fmt::format(" gap{}", token.number);
        break;
      case Token::kModes:
        out += fmt::format(" {}e{}", token.number & kDeltaOfDeltaBit ? "dd" : "d", token.number & 0xf);
        break;
      default:
        return out + " bad";
    }
  }
  return state.run > 0 ? out + fmt::format(" x{}", state.run) : out;
}

}  // namespace narthex::storage
