#include "storage/segment/column_codec.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>

#include "tests/support/column_reference.h"
#include "tests/support/column_shapes.h"
#include "tests/support/histograms.h"

namespace narthex::storage {
namespace {

using testing::ColumnReference;
using testing::HistogramKind;
using Random = std::mt19937_64;

std::string hex(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) out += fmt::format("{}{:02x}", out.empty() ? "" : " ", static_cast<uint8_t>(c));
  return out;
}

std::vector<uint64_t> bits_of(const std::vector<double>& values) {
  std::vector<uint64_t> out;
  for (const double v : values) out.push_back(std::bit_cast<uint64_t>(v));
  return out;
}

std::vector<std::string> texts_of(const std::vector<HistogramSample>& samples) {
  std::vector<std::string> out;
  for (const auto& s : samples) out.push_back(fmt::format("{} {}", s.start, testing::text_of(*s.histogram)));
  return out;
}

// Both readers must give back what was written, and take all of its bytes but not what follows.
void expect_same_values(const std::vector<double>& values, const std::string& what) {
  std::string bytes;
  append_values(bytes, values);
  ColumnReference reference(bytes);
  ASSERT_EQ(bits_of(reference.values(values.size())), bits_of(values)) << what;
  ASSERT_TRUE(reference.at_end()) << what;
  bytes += "next";
  ByteReader in(bytes);
  std::vector<double> back{4};
  ASSERT_TRUE(read_values(in, values.size(), back)) << what;
  ASSERT_EQ(in.rest(), "next") << what;
  ASSERT_EQ(back.front(), 4);
  back.erase(back.begin());
  ASSERT_EQ(bits_of(back), bits_of(values)) << what;
}

void expect_same_times(const std::vector<Timestamp>& times, const std::string& what) {
  std::string bytes;
  append_times(bytes, times);
  append_starts(bytes, times);
  ColumnReference reference(bytes);
  ASSERT_EQ(reference.times(), times) << what;
  ASSERT_EQ(reference.runs(times.size()), times) << what;
  ByteReader in(bytes);
  std::vector<Timestamp> back;
  std::vector<Timestamp> starts;
  ASSERT_TRUE(read_times(in, back) && read_starts(in, times.size(), starts) && in.at_end()) << what;
  ASSERT_EQ(back, times) << what;
  ASSERT_EQ(starts, times) << what;
}

// Zeros, and others at some places.
std::vector<double> with_others(size_t count, const std::vector<std::pair<size_t, double>>& others) {
  std::vector<double> out(count, 0);
  for (const auto& [at, value] : others) out[at] = value;
  return out;
}

std::vector<double> noisy_line(size_t count) {
  std::vector<double> out;
  for (size_t i = 0; i < count; ++i) out.push_back(static_cast<double>(1000 * i + i * 29 % 37));
  return out;
}

TEST(ColumnCodec, ValuesHaveTheseBytes) {
  const double inf = std::numeric_limits<double>::infinity();
  const struct {
    const char* what;
    std::vector<double> values;
    const char* expected;
  } cases[] = {
      {"constant integer", {7, 7, 7}, "04 0e"},
      {"constant decimal", {0.25, 0.25}, "14 32"},
      {"constant bits", {inf, inf}, "00 00 00 00 00 00 00 f0 7f"},
      {"constant -0", {-0.0}, "00 00 00 00 00 00 00 00 80"},
      {"a step, and base 1", {5, 6, 7, 8}, "01 01 08 00 04"},
      {"scale 1000", {0, 3000, 1000, 4000}, "01 05 ef 2e e8 07 41 0d 03 18"},
      {"exponent 1", {1.5, 1.6, 1.7}, "0a 01 1c 00 04"},
      {"markers", {5, kStaleMarker, 6, 7, kStaleMarker}, "05 02 02 04 01 08 00 04"},
      {"another exception", {5, inf, 6, 7}, "05 01 03 00 00 00 00 00 00 f0 7f 01 08 00 04"},
      {"patches by place", with_others(24, {{8, 1}, {12, 301}}), "01 00 00 80 00 02 09 08 0c 00 58 02"},
      {"patches by gaps", with_others(64, {{3, 4}, {9, 1}, {20, 9}, {21, 2}, {60, 5}}),
       "01 00 00 80 00 05 42 ab 60 1b 02 09 86 09"},
      {"noise", noisy_line(24), "01 01 bf 0f 80 80 1f 05 06 0b a5 04 24 49 92 24"},
      {"second differences", {0, 1, 3, 6, 10, 15, 21, 28, 36, 45, 55, 66}, "01 02 0b 0c 41 05 02 e0 ff"},
      {"true doubles",
       {1.0 / 3, 2.0 / 3, 1.0 / 7},
       "03 01 aa d5 aa d5 aa d5 aa c5 7f 80 81 80 80 80 80 80 80 20 01 37 02 84 61 18 86 61 18 66"},
      {"floats of 32 bits",
       {0.1f, 0.2f, 0.7f},
       "03 05 80 80 80 80 9c b3 e6 9c 7f 80 80 80 80 04 80 cd 99 b3 0e 01 17 01 64 66 66"},
      {"only exceptions", {kStaleMarker, inf}, "05 02 00 01 00 00 00 00 00 00 f0 7f"},
  };
  for (const auto& c : cases) {
    std::string bytes;
    append_values(bytes, c.values);
    EXPECT_EQ(hex(bytes), c.expected) << c.what;
    expect_same_values(c.values, c.what);
  }
}

TEST(ColumnCodec, EveryShapeOfEveryLengthComesBackBitForBit) {
  Random random(5);
  for (const auto& shape : testing::column_shapes()) {
    for (size_t length = 1; length <= 300; ++length) {
      expect_same_values(shape.make(1, length, random)[0], fmt::format("{} values of {}", length, shape.name));
    }
    expect_same_values(shape.make(1, 5760, random)[0], fmt::format("a day of {}", shape.name));
  }
}

double adversarial(Random& random) {
  static const double kSpecials[] = {0.0,
                                     -0.0,
                                     std::numeric_limits<double>::infinity(),
                                     -std::numeric_limits<double>::infinity(),
                                     kStaleMarker,
                                     kNormalNan,
                                     std::numeric_limits<double>::denorm_min(),
                                     -std::numeric_limits<double>::max(),
                                     9007199254740993.0,
                                     4611686018427387904.0,
                                     -4611686018427387904.0,
                                     9223372036854775808.0,
                                     0.1,
                                     0.30000000000000004,
                                     1e-22,
                                     1e300};
  switch (random() % 6) {
    case 0:
      return std::bit_cast<double>(random());
    case 1:
      return std::bit_cast<double>(0x7ff8000000000000 | random() % 1024);
    case 2:
      return std::ldexp(static_cast<double>(random() % 1000), static_cast<int>(random() % 200) - 100);
    case 3:
      return static_cast<double>(static_cast<int64_t>(random()));
    default:
      return kSpecials[random() % std::size(kSpecials)];
  }
}

TEST(ColumnCodec, HostileDoublesComeBackBitForBit) {
  Random random(6);
  for (size_t run = 0; run < 1500; ++run) {
    const auto shape = testing::column_shapes()[random() % testing::column_shapes().size()];
    auto values = shape.make(1, 1 + random() % 300, random)[0];
    // From hardly any to all.
    const uint64_t often = uint64_t{1} << random() % 8;
    for (double& v : values) v = random() % often == 0 ? adversarial(random) : v;
    expect_same_values(values, fmt::format("run {} of {}", run, shape.name));
  }
}

TEST(ColumnCodec, OneStrayValueDoesNotSpoilAColumn) {
  Random random(8);
  const double strays[] = {kStaleMarker, kNormalNan, -0.0, std::numeric_limits<double>::infinity(), 1.0 / 3, 1e300};
  for (const char* name : {"counter 1-30", "gauge .1", "cpu seconds", "memory"}) {
    for (const auto& shape : testing::column_shapes()) {
      if (shape.name != std::string_view(name)) continue;
      auto values = shape.make(1, 240, random)[0];
      std::string without;
      const ValueCodec codec = append_values(without, values);
      for (const double stray : strays) {
        auto spoilt = values;
        spoilt[100] = stray;
        std::string with;
        EXPECT_EQ(name_of(append_values(with, spoilt)), name_of(codec)) << name << " with " << stray;
        EXPECT_LE(with.size(), without.size() + 24) << name << " with " << stray;
      }
    }
  }
}

TEST(ColumnCodec, TimesHaveTheseBytes) {
  const struct {
    std::vector<Timestamp> times;
    const char* expected;
  } cases[] = {
      {{}, "00"},
      {{1000}, "01 01 d0 0f 00 00"},
      {{0, 15000, 30000, 45000}, "04 05 af ea 01 98 75 00 04"},
  };
  for (const auto& c : cases) {
    std::string bytes;
    append_times(bytes, c.times);
    EXPECT_EQ(hex(bytes), c.expected);
  }
}

TEST(ColumnCodec, TimesComeBack) {
  Random random(9);
  for (size_t length = 0; length <= 300; ++length) {
    for (const uint64_t jitter : {0, 1, 5, 5000}) {
      for (const uint64_t gaps : {0, 3, 50}) {
        std::vector<Timestamp> times;
        Timestamp nominal = static_cast<Timestamp>(random() % 2'000'000'000'000) - 1000;
        for (size_t i = 0; i < length; ++i) {
          nominal += 15000 * static_cast<Timestamp>(gaps > 0 && random() % gaps == 0 ? 1 + random() % 100 : 1);
          times.push_back(nominal + static_cast<Timestamp>(random() % (jitter + 1)));
        }
        expect_same_times(times, fmt::format("{} times, jitter {}, gaps {}", length, jitter, gaps));
      }
    }
  }
  expect_same_times({INT64_MIN, -1, 0, 1, INT64_MAX - 1, INT64_MAX}, "the whole range");
}

TEST(ColumnCodec, ADayOfRegularTimesTakesTwoBytesPerBlock) {
  std::vector<Timestamp> times;
  for (Timestamp i = 0; i < 5760; ++i) times.push_back(1'700'000'000'000 + i * 15000);
  std::string bytes;
  append_times(bytes, times);
  EXPECT_LE(bytes.size(), 16 + 2 * 5760 / 128u);
}

TEST(ColumnCodec, HistogramsComeBack) {
  Random random(10);
  for (const auto kind :
       {HistogramKind::kInteger, HistogramKind::kFloat, HistogramKind::kCustomInteger, HistogramKind::kCustomFloat}) {
    for (size_t length = 0; length <= 300; length += 1 + length / 10) {
      std::vector<HistogramSample> samples;
      auto last = std::make_shared<const Histogram>(testing::random_histogram(kind, random));
      for (size_t i = 0; i < length; ++i) {
        samples.push_back({0, last, static_cast<Timestamp>(i / 50)});
        if (random() % 4 > 0) last = std::make_shared<const Histogram>(testing::next_histogram(*last, random));
      }
      std::string bytes;
      append_histograms(bytes, samples);
      ColumnReference reference(bytes);
      ASSERT_EQ(texts_of(reference.histograms(length)), texts_of(samples));
      ASSERT_TRUE(reference.at_end());
      ByteReader in(bytes);
      std::vector<HistogramSample> back;
      ASSERT_TRUE(read_histograms(in, length, back) && in.at_end());
      ASSERT_EQ(texts_of(back), texts_of(samples));
    }
  }
}

TEST(ColumnCodec, EqualHistogramsAreShared) {
  Random random(11);
  const auto one = std::make_shared<const Histogram>(testing::random_histogram(HistogramKind::kInteger, random));
  const auto equal = std::make_shared<const Histogram>(*one);
  std::string bytes;
  append_histograms(bytes, std::vector<HistogramSample>{{0, one, 0}, {0, equal, 0}});
  ByteReader in(bytes);
  std::vector<HistogramSample> back;
  ASSERT_TRUE(read_histograms(in, 2, back));
  EXPECT_EQ(back[0].histogram, back[1].histogram);
}

TEST(ColumnCodec, SpansThatGoBackwardsComeBack) {
  Histogram h;
  h.positive.spans = {{5, 2}, {-4, 3}, {0, 0}, {INT32_MIN, 1}};
  h.positive.integers = {1, 2, 3, 4, 5, -6};
  const std::vector<HistogramSample> samples{{0, std::make_shared<const Histogram>(h), 0}};
  std::string bytes;
  append_histograms(bytes, samples);
  EXPECT_EQ(texts_of(ColumnReference(bytes).histograms(1)), texts_of(samples));
  ByteReader in(bytes);
  std::vector<HistogramSample> back;
  ASSERT_TRUE(read_histograms(in, 1, back));
  EXPECT_EQ(texts_of(back), texts_of(samples));
}

// What any bytes are read as must be as long as was asked for, or refused.
void read_all(std::string_view bytes, size_t count) {
  std::vector<double> values;
  ByteReader first(bytes);
  EXPECT_TRUE(!read_values(first, count, values) || values.size() == count);
  std::vector<Timestamp> times;
  ByteReader second(bytes);
  EXPECT_TRUE(!read_times(second, times) || times.size() <= bytes.size() * 64 + 128);
  std::vector<HistogramSample> histograms;
  ByteReader third(bytes);
  EXPECT_TRUE(!read_histograms(third, count, histograms) || histograms.size() == count);
}

TEST(ColumnCodec, TruncatedColumnsAreRefused) {
  Random random(12);
  for (const auto& shape : testing::column_shapes()) {
    std::string bytes;
    append_values(bytes, shape.make(1, 200, random)[0]);
    for (size_t size = 0; size < bytes.size(); ++size) {
      std::vector<double> values;
      ByteReader in(std::string_view(bytes).substr(0, size));
      EXPECT_FALSE(read_values(in, 200, values)) << shape.name << " cut at " << size;
    }
  }
}

TEST(ColumnCodec, DamagedColumnsNeverCrash) {
  Random random(13);
  for (size_t run = 0; run < 4000; ++run) {
    std::string bytes;
    const auto& shape = testing::column_shapes()[random() % testing::column_shapes().size()];
    if (random() % 4 > 0) {
      append_values(bytes, shape.make(1, 1 + random() % 150, random)[0]);
    } else {
      Histogram h = testing::random_histogram(static_cast<HistogramKind>(random() % 4), random);
      std::vector<HistogramSample> samples;
      for (size_t i = 0; i < 20; ++i) {
        samples.push_back({0, std::make_shared<const Histogram>(h), 0});
        h = testing::next_histogram(h, random);
      }
      append_histograms(bytes, samples);
    }
    for (size_t i = 0; i < 1 + random() % 4; ++i) bytes[random() % bytes.size()] = static_cast<char>(random());
    if (random() % 4 == 0) bytes.resize(random() % bytes.size());
    read_all(bytes, 20 + random() % 150);
  }
}

TEST(ColumnCodec, ACountBeyondTheBytesIsRefused) {
  std::string bytes;
  put_varint(bytes, uint64_t{1} << 60);
  bytes += std::string(100, '\0');
  std::vector<Timestamp> times;
  ByteReader in(bytes);
  EXPECT_FALSE(read_times(in, times));
  EXPECT_EQ(times.capacity(), 0u);
}

}  // namespace
}  // namespace narthex::storage
