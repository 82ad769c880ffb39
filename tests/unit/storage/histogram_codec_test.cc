#include "storage/head/histogram_codec.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "storage/head/side_column.h"
#include "tests/support/histograms.h"

namespace narthex::storage {
namespace {

using testing::HistogramKind;
using testing::text_of;

Histogram integer(std::vector<BucketSpan> spans, std::vector<int64_t> counts) {
  Histogram h;
  h.schema = 3;
  h.zero_threshold = 0.001;
  h.positive = {std::move(spans), std::move(counts), {}};
  return h;
}

Histogram floating(std::vector<BucketSpan> spans, std::vector<double> counts) {
  Histogram h = integer(std::move(spans), {});
  h.is_float = true;
  h.positive.floats = std::move(counts);
  return h;
}

// One of each way in which two histograms may differ.
std::vector<Histogram> all_layouts() {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  std::vector<Histogram> out(2);
  out[1].is_float = true;
  out.push_back(integer({{0, 3}}, {1, 2, 3}));
  out.push_back(integer({{0, 3}}, {3, 0, INT64_MAX}));
  out.push_back(integer({{0, 2}, {5, 1}}, {1, 2, 3}));
  out.push_back(integer({{-7, 1}, {0, 0}, {1, 2}}, {1, 2, -3}));
  out.push_back(integer({{INT32_MAX, 1}, {INT32_MIN, 2}}, {INT64_MIN, 0, 9}));
  out.push_back(floating({{0, 3}}, {1.5, nan, -0.0}));
  out.push_back(floating({{0, 3}}, {1e300, std::numeric_limits<double>::infinity(), 5e-324}));
  out.push_back(floating({{1, 1}}, {2}));
  for (size_t i = 2, n = out.size(); i < n; ++i) {
    Histogram both = out[i];
    both.negative = both.positive;
    out.push_back(both);
    both.schema = -4;
    out.push_back(both);
    both.zero_threshold = -0.0;
    out.push_back(both);
    both.schema = kCustomBucketsSchema;
    both.custom_bounds = {1, 2, 2.5};
    out.push_back(both);
    both.custom_bounds = {1, nan, 3};
    out.push_back(both);
  }
  for (size_t i = 0, n = out.size(); i < n; ++i) {
    Histogram full = out[i];
    full.reset_hint = static_cast<CounterResetHint>(i % 4);
    full.sum = std::bit_cast<double>(kStaleBits);
    (full.is_float ? full.count_float : full.zero_count_float) = full.is_float ? 0.1 : 0;
    full.count = full.is_float ? 0 : UINT64_MAX;
    full.zero_count = full.is_float ? 0 : uint64_t{1} << 63;
    out.push_back(full);
  }
  return out;
}

TEST(HistogramCodec, EveryPairOfLayoutsComesBackBitForBit) {
  const std::vector<Histogram> layouts = all_layouts();
  for (const Histogram& base : layouts) {
    for (const Histogram& h : layouts) {
      std::string bytes;
      append_histogram(bytes, &base, h);
      ByteReader in(bytes);
      Histogram out = layouts[7];  // what was there before must not shine through
      ASSERT_TRUE(read_histogram(in, &base, out)) << text_of(base) << text_of(h);
      ASSERT_TRUE(in.at_end());
      ASSERT_TRUE(same_bits(out, h)) << text_of(out) << text_of(h);
      ByteReader again(bytes);
      Histogram in_place = base;
      ASSERT_TRUE(read_histogram(again, &in_place, in_place));
      ASSERT_TRUE(same_bits(in_place, h)) << text_of(in_place) << text_of(h);
    }
  }
}

// 100 buckets, some of which have changed: head, count, zero count and sum take a byte each.
TEST(HistogramCodec, UnchangedBucketsCostNothing) {
  const struct {
    std::vector<size_t> changed;
    size_t bytes;
  } cases[] = {
      {{}, 4 + 1},           {{0}, 4 + 3 + 1},      {{50}, 4 + 3 + 1},     {{99}, 4 + 3},
      {{50, 51}, 4 + 4 + 1}, {{50, 52}, 4 + 5 + 1}, {{50, 53}, 4 + 6 + 1}, {{98}, 4 + 3 + 1},
  };
  const Histogram base = integer({{0, 100}}, std::vector<int64_t>(100, 5));
  for (const bool floats : {false, true}) {
    for (const auto& c : cases) {
      Histogram h = base;
      for (const size_t i : c.changed) ++h.positive.integers[i];
      std::string bytes;
      if (floats) {
        const auto as_floats = [](const Histogram& from) {
          return floating(from.positive.spans, {from.positive.integers.begin(), from.positive.integers.end()});
        };
        append_histogram(bytes, &*std::make_unique<Histogram>(as_floats(base)), as_floats(h));
      } else {
        append_histogram(bytes, &base, h);
      }
      EXPECT_EQ(bytes.size(), c.bytes) << c.changed.size() << " changed";
    }
  }
}

TEST(HistogramCodec, WhatCannotBeStoredIsNotWellFormed) {
  Histogram other_kind = integer({{0, 1}}, {});
  other_kind.positive.floats = {1};
  Histogram hint = integer({}, {});
  hint.reset_hint = static_cast<CounterResetHint>(4);
  Histogram negative = integer({}, {});
  negative.negative.integers = {1};
  const struct {
    Histogram histogram;
    bool expected;
  } cases[] = {
      {{}, true},
      {integer({{0, 2}}, {1, 2}), true},
      {integer({{0, 0}}, {}), true},
      {integer({{0, 2}}, {1}), false},
      {integer({{0, 1}}, {1, 2}), false},
      {integer({{0, UINT32_MAX}, {0, UINT32_MAX}}, {1}), false},
      {floating({{0, 1}}, {}), false},
      {integer({{0, kMaxBuckets + 1}}, std::vector<int64_t>(kMaxBuckets + 1)), false},
      {other_kind, false},
      {hint, false},
      {negative, false},
  };
  for (const auto& c : cases) EXPECT_EQ(is_well_formed(c.histogram), c.expected) << text_of(c.histogram);
}

TEST(HistogramCodec, CutOrFlippedBytesAreAnErrorOrAnotherHistogram) {
  std::mt19937_64 random(7);
  const Histogram base = testing::random_histogram(HistogramKind::kInteger, random);
  for (const Histogram& h : all_layouts()) {
    std::string bytes;
    append_histogram(bytes, &base, h);
    for (size_t cut = 0; cut < bytes.size(); ++cut) {
      ByteReader in(std::string_view(bytes).substr(0, cut));
      Histogram out;
      EXPECT_FALSE(read_histogram(in, &base, out)) << cut << " of " << bytes.size();
    }
    for (size_t i = 0; i < bytes.size() * 8; ++i) {
      std::string flipped = bytes;
      flipped[i / 8] = static_cast<char>(flipped[i / 8] ^ 1 << i % 8);
      ByteReader in(flipped);
      Histogram out;
      if (read_histogram(in, &base, out)) {
        EXPECT_TRUE(is_well_formed(out));
      }
    }
  }
}

// A column of histograms by index, beside a column that begins at the first of `first`.
struct Written {
  Arena arena;
  SideColumn side;
  uint32_t first;
  std::unique_ptr<Histogram> last;

  explicit Written(uint32_t first_index) : side(first_index), first(first_index) {}
  void put(uint32_t index, const Histogram& h) {
    append(side, arena, index, last.get(), h);
    last = std::make_unique<Histogram>(h);
  }
  std::string histogram_bytes() const {
    std::string out;
    arena.copy(side.histograms, out);
    return out;
  }
  std::string start_bytes() const {
    std::string out;
    arena.copy(side.starts, out);
    return out;
  }
  std::string text() const { return dump_side(side, first, histogram_bytes(), start_bytes()); }
};

TEST(SideColumn, HistogramsByIndex) {
  Histogram a = integer({{0, 2}}, {1, 2});
  a.count = 3;
  Histogram b = a;
  b.positive.integers = {1, 4};
  b.count = 5;
  const struct {
    std::vector<std::pair<uint32_t, const Histogram*>> samples;
    const char* expected;
    size_t bytes;
  } cases[] = {
      {{}, "", 0},
      {{{3, &a}}, " 3:h3/0", 23},
      {{{3, &a}, {4, &a}, {5, &a}}, " 3:h3/0 4:h3/0 5:h3/0", 23},
      {{{3, &a}, {4, &b}}, " 3:h3/0 4:h5/0", 30},
      {{{4, &a}, {5, &a}, {9, &a}, {10, &b}}, " 4:h3/0 5:h3/0 9:h3/0 10:h5/0", 34},
      {{{3, &a}, {9, &b}, {10, &b}}, " 3:h3/0 9:h5/0 10:h5/0", 31},
  };
  for (const auto& c : cases) {
    Written written(3);
    for (const auto& [index, h] : c.samples) written.put(index, *h);
    EXPECT_EQ(written.text(), c.expected);
    EXPECT_EQ(written.histogram_bytes().size(), c.bytes) << c.expected;
  }
}

TEST(SideColumn, StartsByIndex) {
  const struct {
    std::vector<std::pair<uint32_t, Timestamp>> starts;
    const char* expected;
    size_t bytes;
  } cases[] = {
      {{{3, 1000}}, " 3:since 1000", 0},
      {{{3, 1000}, {4, 1000}, {9, 1000}}, " 3:since 1000", 0},
      {{{3, 1000}, {5, 1001}}, " 3:since 1000 5:since 1001", 2},
      {{{3, 1000}, {5, 0}, {6, 1000}}, " 3:since 1000 5:since 0 6:since 1000", 6},
      {{{5, 7}}, " 5:since 7", 2},
      {{{3, INT64_MIN}, {4, INT64_MAX}, {5, 0}},
       " 3:since -9223372036854775808 4:since 9223372036854775807 5:since 0",
       13},
  };
  for (const auto& c : cases) {
    Written written(3);
    for (const auto& [index, start] : c.starts) set_start(written.side, written.arena, index, index == 3, start);
    EXPECT_EQ(written.text(), c.expected);
    EXPECT_EQ(written.start_bytes().size(), c.bytes) << c.expected;
  }
}

TEST(SideColumn, RandomWalksComeBack) {
  for (uint64_t seed = 0; seed < 300; ++seed) {
    std::mt19937_64 random(seed);
    Written written(5);
    std::vector<std::pair<uint32_t, Histogram>> expected;
    Histogram h = testing::random_histogram(static_cast<HistogramKind>(seed % 4), random);
    uint32_t index = 5 + static_cast<uint32_t>(random() % 2);
    for (int i = 0; i < 60; ++i, index += 1 + static_cast<uint32_t>(random() % 8 == 0 ? random() % 300 : 0)) {
      expected.emplace_back(index, h);
      written.put(index, h);
      h = testing::next_histogram(h, random);
    }
    const std::string bytes = written.histogram_bytes();
    HistogramReader reader(written.side, bytes, 5);
    for (const auto& [at, histogram] : expected) {
      ASSERT_FALSE(reader.at_end()) << seed;
      ASSERT_EQ(reader.index(), at) << seed;
      ASSERT_TRUE(same_bits(*reader.histogram(), histogram)) << seed << " at " << at;
      reader.next();
    }
    ASSERT_TRUE(reader.at_end() && reader.sound()) << seed;
  }
}

}  // namespace
}  // namespace narthex::storage
