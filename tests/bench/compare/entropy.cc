#include "tests/bench/compare/entropy.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <optional>
#include <vector>

namespace narthex::bench {
namespace {

constexpr int kMostDecimals = 9;
constexpr double kExactIntegers = 0x1p53;
constexpr int kMantissaBits = 52;
constexpr double kSignAndExponentBits = 12;

using Stream = std::vector<uint64_t>;

struct Counted {
  double entropy_bits;  // of the whole stream
  double distinct;
};

Counted count(Stream symbols) {
  std::sort(symbols.begin(), symbols.end());
  const auto n = static_cast<double>(symbols.size());
  Counted out{0, 0};
  for (size_t begin = 0, end; begin < symbols.size(); begin = end) {
    for (end = begin; end < symbols.size() && symbols[end] == symbols[begin];) ++end;
    const auto times = static_cast<double>(end - begin);
    out.entropy_bits += times * std::log2(n / times);
    ++out.distinct;
  }
  return out;
}

// Zigzag, so that small numbers are short whatever their sign.
uint64_t zigzag(int64_t value) { return (static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63); }

// From the second on; the first value is counted apart.
ColumnBits bits_of(const Stream& stream, bool patterns) {
  Stream lengths, exponents;
  double below_first = 0, widest = 1;
  for (uint64_t symbol : stream) {
    const auto length = static_cast<int>(std::bit_width(symbol));
    lengths.push_back(static_cast<uint64_t>(length));
    exponents.push_back(symbol >> kMantissaBits);
    below_first += std::max(0, length - 1);
    widest = std::max(widest, static_cast<double>(length));
  }
  const Counted whole = count(stream);
  ColumnBits out{whole.entropy_bits + whole.distinct * widest, whole.entropy_bits, patterns};
  out.total = std::min(out.total, count(std::move(lengths)).entropy_bits + below_first);
  if (patterns) {
    const Counted split = count(std::move(exponents));
    out.total = std::min(out.total, split.entropy_bits + split.distinct * kSignAndExponentBits +
                                        static_cast<double>(stream.size()) * kMantissaBits);
  }
  return out;
}

ColumnBits best(const std::vector<Stream>& streams, bool patterns) {
  ColumnBits least{HUGE_VAL, HUGE_VAL, patterns};
  for (const Stream& stream : streams) {
    const ColumnBits bits = bits_of(stream, patterns);
    least.total = std::min(least.total, bits.total);
    least.plain = std::min(least.plain, bits.plain);
  }
  constexpr double kFirstValue = 64;
  least.total += kFirstValue;
  least.plain += kFirstValue;
  return least;
}

std::optional<std::vector<int64_t>> as_decimals(std::span<const double> values) {
  std::vector<int64_t> out(values.size());
  for (int decimals = 0; decimals <= kMostDecimals; ++decimals) {
    const double power = std::pow(10, decimals);
    size_t i = 0;
    for (; i < values.size(); ++i) {
      const double scaled = std::round(values[i] * power);
      if (!(std::abs(scaled) < kExactIntegers)) break;
      if (std::bit_cast<uint64_t>(scaled / power) != std::bit_cast<uint64_t>(values[i])) break;
      out[i] = static_cast<int64_t>(scaled);
    }
    if (i == values.size()) return out;
  }
  return std::nullopt;
}

}  // namespace

ColumnBits column_bits(std::span<const int64_t> values) {
  std::vector<Stream> streams(3);
  int64_t previous_delta = 0;
  for (size_t i = 1; i < values.size(); ++i) {
    const int64_t delta = values[i] - values[i - 1];
    streams[0].push_back(zigzag(values[i]));
    streams[1].push_back(zigzag(delta));
    streams[2].push_back(zigzag(delta - previous_delta));
    previous_delta = delta;
  }
  return best(streams, false);
}

ColumnBits column_bits(std::span<const double> values) {
  if (const auto integers = as_decimals(values)) return column_bits(std::span<const int64_t>(*integers));
  std::vector<Stream> streams(2);
  for (size_t i = 1; i < values.size(); ++i) {
    const auto bits = std::bit_cast<uint64_t>(values[i]);
    streams[0].push_back(bits);
    streams[1].push_back(bits ^ std::bit_cast<uint64_t>(values[i - 1]));
  }
  return best(streams, true);
}

}  // namespace narthex::bench
