// What columns at rest take, and how long they take, beside other ways to write the same values.
//
//   column_codec_bench [samples] [series]        default: 240 64 and 5760 16; packs of that many series of one metric
//
// Bits per value: `coded` as append_values() writes, `+zstd` the pack compressed with zstd-3 where that gains 10 %
// (what is stored); `planes` zigzag deltas (of the best order for each series) by bytes of equal weight, `varint` the
// same as varints, both with zstd-3 over the pack; `gorilla` Prometheus' XOR chunks of 120, values alone; `vm`
// VictoriaMetrics' way: decimals, nearest delta or delta of delta, varints, zstd for each series (true doubles are cut
// to 18 digits there). `entropy` is that of the same best delta stream, order 0, for each series with its own counts of
// 5760 samples;
// "-" where most of these occur once, so that it would say nothing.
#include <fmt/format.h>
#include <zstd.h>

#include <algorithm>
#include <bit>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <unordered_map>

#include "storage/segment/column_codec.h"
#include "tests/support/column_shapes.h"

namespace narthex::storage {
namespace {

using testing::ColumnShape;
using testing::ColumnValues;
using Columns = std::vector<ColumnValues>;

size_t compressed(std::string_view bytes) {
  std::string out(ZSTD_compressBound(bytes.size()), '\0');
  return ZSTD_compress(out.data(), out.size(), bytes.data(), bytes.size(), 3);
}
size_t stored(std::string_view bytes) {
  const size_t small = compressed(bytes);
  return small * 10 <= bytes.size() * 9 ? small : bytes.size();
}

// Integers under the least power of ten that makes integers of all; else as many digits as 62 bits hold.
std::vector<int64_t> decimals(const ColumnValues& values, bool& exact) {
  double most = 1;
  for (const double v : values) most = std::isfinite(v) ? std::max(most, std::fabs(v)) : most;
  double power = 1;
  std::vector<int64_t> out;
  for (exact = false; !exact && most * power < 4e17; power *= 10) {
    exact = true;
    out.clear();
    for (const double v : values) {
      out.push_back(std::isfinite(v) ? std::llround(v * power) : 0);
      exact = exact && (!std::isfinite(v) || static_cast<double>(out.back()) / power == v);
    }
  }
  return out;
}

std::vector<uint64_t> deltas(std::vector<int64_t> numbers, int order) {
  for (int o = 0; o < order; ++o) {
    for (size_t i = numbers.size() - 1; i > 0; --i) {
      numbers[i] = static_cast<int64_t>(static_cast<uint64_t>(numbers[i]) - static_cast<uint64_t>(numbers[i - 1]));
    }
  }
  std::vector<uint64_t> out;
  for (const int64_t n : numbers) out.push_back(zigzag_of(n));
  return out;
}
std::vector<uint64_t> best_deltas(const std::vector<int64_t>& numbers) {
  std::vector<uint64_t> best;
  size_t least = SIZE_MAX;
  for (int order = 0; order < 3; ++order) {
    std::vector<uint64_t> tried = deltas(numbers, order);
    size_t bits = 0;
    for (const uint64_t n : tried) bits += static_cast<size_t>(std::bit_width(n));
    if (bits < least) least = bits, best = std::move(tried);
  }
  return best;
}
std::vector<int64_t> integers_of(const ColumnValues& values) {
  bool exact = false;
  std::vector<int64_t> numbers = decimals(values, exact);
  if (exact) return numbers;
  numbers.clear();
  for (const double v : values) numbers.push_back(std::bit_cast<int64_t>(v));
  return numbers;
}

size_t planes_bytes(const Columns& columns) {
  std::string out;
  for (const ColumnValues& values : columns) {
    const std::vector<uint64_t> numbers = best_deltas(integers_of(values));
    uint64_t any = 0;
    for (const uint64_t n : numbers) any |= n;
    for (int shift = 0; shift < static_cast<int>(std::bit_width(any)); shift += 8) {
      for (const uint64_t n : numbers) out.push_back(static_cast<char>(n >> shift));
    }
  }
  return stored(out);
}
size_t varint_bytes(const Columns& columns) {
  std::string out;
  for (const ColumnValues& values : columns) {
    for (const uint64_t n : best_deltas(integers_of(values))) put_varint(out, n);
  }
  return stored(out);
}

// Rules of VictoriaMetrics: a counter (few steps back) by deltas of deltas, else by deltas.
size_t victoria_bytes(const Columns& columns) {
  size_t sum = 0;
  for (const ColumnValues& values : columns) {
    bool exact = false;
    const std::vector<int64_t> numbers = decimals(values, exact);
    size_t back = 0;
    for (size_t i = 1; i < numbers.size(); ++i) back += numbers[i] < numbers[i - 1] ? 1 : 0;
    std::string out;
    for (const uint64_t n : deltas(numbers, back * 8 < numbers.size() ? 2 : 1)) put_varint(out, n);
    sum += stored(out);
  }
  return sum;
}

size_t gorilla_bits(const ColumnValues& values) {
  size_t bits = 0;
  uint64_t last = 0;
  int leading = 64;
  int trailing = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    const auto now = std::bit_cast<uint64_t>(values[i]);
    const uint64_t x = now ^ last;
    last = now;
    if (i % 120 == 0) {
      bits += 64, leading = 64, trailing = 0;
    } else if (x == 0) {
      bits += 1;
    } else if (leading < 64 && std::countl_zero(x) >= leading && std::countr_zero(x) >= trailing) {
      bits += 2 + static_cast<size_t>(64 - leading - trailing);
    } else {
      leading = std::min(31, std::countl_zero(x)), trailing = std::countr_zero(x);
      bits += 2 + 5 + 6 + static_cast<size_t>(64 - leading - trailing);
    }
  }
  return bits;
}

// Bits per value; below 0: hardly anything repeats.
double entropy(const Columns& columns) {
  double bits = 0;
  double samples = 0;
  for (const ColumnValues& values : columns) {
    std::vector<uint64_t> numbers = best_deltas(integers_of(values));
    numbers.erase(numbers.begin(), numbers.begin() + 2);
    std::unordered_map<uint64_t, size_t> counts;
    for (const uint64_t n : numbers) ++counts[n];
    if (counts.size() * 4 > numbers.size()) return -1;
    for (const auto& [n, count] : counts) {
      bits -= static_cast<double>(count) * std::log2(static_cast<double>(count) / static_cast<double>(numbers.size()));
    }
    samples += static_cast<double>(numbers.size());
  }
  return bits / samples;
}

// Nanoseconds per value, the best of several rounds.
template <class Work>
double nanoseconds(size_t values, Work work) {
  double best = 1e9;
  for (int round = 0; round < 15; ++round) {
    const auto start = std::chrono::steady_clock::now();
    work();
    const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - start;
    best = std::min(best, took.count() / static_cast<double>(values));
  }
  return best;
}

void measure(const ColumnShape& shape, size_t series, size_t samples) {
  std::mt19937_64 random(17);
  Columns columns = shape.make(series, std::max<size_t>(samples, 5760), random);
  const double entropy_bits = entropy(columns);
  for (ColumnValues& values : columns) values.resize(samples);
  std::string pack;
  std::array<size_t, kValueCodecs> chosen{};
  const double encode = nanoseconds(series * samples, [&] {
    pack.clear();
    for (const ColumnValues& values : columns) ++chosen[static_cast<size_t>(append_values(pack, values))];
  });
  std::vector<double> out;
  const double decode = nanoseconds(series * samples, [&] {
    ByteReader in(pack);
    for (size_t i = 0; i < series; ++i) {
      out.clear();
      if (!read_values(in, samples, out)) std::abort();
    }
  });
  size_t gorilla = 0;
  for (const ColumnValues& values : columns) gorilla += gorilla_bits(values);
  const auto bits = [&](size_t bytes) {
    return static_cast<double>(bytes) * 8 / static_cast<double>(series * samples);
  };
  const auto most = static_cast<ValueCodec>(std::max_element(chosen.begin(), chosen.end()) - chosen.begin());
  fmt::print("{:17} {:8} {:6.2f} {:6.2f} {:>7} {:6.2f} {:6.2f} {:7.2f} {:6.2f} {:6.1f} {:6.1f}\n", shape.name,
             name_of(most), bits(pack.size()), bits(stored(pack)),
             entropy_bits < 0 ? "-" : fmt::format("{:.2f}", entropy_bits), bits(planes_bytes(columns)),
             bits(varint_bytes(columns)), bits(gorilla) / 8, bits(victoria_bytes(columns)), encode, decode);
}

void measure_all(size_t samples, size_t series) {
  fmt::print("{} values, {} series to a pack: bits per value, nanoseconds per value\n", samples, series);
  fmt::print("{:17} {:8} {:>6} {:>6} {:>7} {:>6} {:>6} {:>7} {:>6} {:>6} {:>6}\n", "shape", "codec", "coded", "+zstd",
             "entropy", "planes", "varint", "gorilla", "vm", "encode", "decode");
  for (const ColumnShape& shape : testing::column_shapes()) measure(shape, series, samples);
}

}  // namespace
}  // namespace narthex::storage

int main(int argc, char** argv) {
  if (argc > 1) {
    narthex::storage::measure_all(std::strtoull(argv[1], nullptr, 10),
                                  argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 64);
    return 0;
  }
  narthex::storage::measure_all(240, 64);
  narthex::storage::measure_all(5760, 16);
}
