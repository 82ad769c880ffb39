#include "storage/head/column.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <thread>

namespace narthex::storage {
namespace {

struct At {
  uint32_t index;
  double value;
};

struct Written {
  Arena arena;
  ColumnState column;

  explicit Written(const std::vector<At>& samples) {
    for (size_t i = 0; i < samples.size(); ++i) {
      const auto bits = std::bit_cast<uint64_t>(samples[i].value);
      if (i == 0) {
        start_column(column, samples[i].index, bits);
      } else {
        append(column, arena, samples[i].index, bits);
      }
    }
  }
  std::string tokens() const {
    std::string out;
    arena.copy(column.chain, out);
    return out;
  }
  std::string text() const { return dump_tokens(column, tokens()); }
};

std::vector<std::pair<uint32_t, uint64_t>> read(const ColumnState& column, std::string_view tokens, bool& sound) {
  std::vector<std::pair<uint32_t, uint64_t>> out;
  sound = decode(column, tokens, [&](uint32_t index, uint64_t bits) {
    out.emplace_back(index, bits);
    return true;
  });
  return out;
}

void expect_same(const std::vector<At>& samples, const std::string& what) {
  const Written written(samples);
  bool sound = false;
  const auto back = read(written.column, written.tokens(), sound);
  ASSERT_TRUE(sound) << what << ": " << written.text();
  ASSERT_EQ(back.size(), samples.size()) << what;
  for (size_t i = 0; i < samples.size(); ++i) {
    ASSERT_EQ(back[i].first, samples[i].index) << what << " sample " << i;
    ASSERT_EQ(back[i].second, std::bit_cast<uint64_t>(samples[i].value)) << what << " sample " << i;
  }
}

TEST(Column, Tokens) {
  const struct {
    std::vector<At> samples;
    const char* expected;
  } cases[] = {
      {{{3, 7}}, "first=3 last=3: =401c000000000000"},
      {{{0, 7}, {1, 7}, {2, 7}}, "first=0 last=2: =401c000000000000 x2"},
      {{{0, 7}, {1, 8}}, "first=0 last=1: ^401c000000000000 +1"},
      {{{0, 7}, {1, 7}, {2, 5}}, "first=0 last=2: ^401c000000000000 x1 -2"},
      {{{0, 7}, {4, 7}}, "first=0 last=4: ^401c000000000000 gap3 x1"},
      {{{0, 7}, {2, 9}, {3, 9}}, "first=0 last=3: ^401c000000000000 gap1 +2 x1"},
      {{{0, 0}, {1, 0.5}, {2, 0.25}}, "first=0 last=2: ^0 de1 +5 de2 -25"},
      {{{0, 1}, {1, 1.0 / 3}}, "first=0 last=1: ^3ff0000000000000 ^25555555555555"},
      {{{0, 1}, {1, kStaleMarker}, {3, 1}},
       "first=0 last=3: ^3ff0000000000000 ^4000000000000002 gap1 ^4000000000000002"},
      {{{0, 0.0}, {1, -0.0}}, "first=0 last=1: ^0 ^8000000000000000"},
  };
  for (const auto& c : cases) EXPECT_EQ(Written(c.samples).text(), c.expected);
}

TEST(Column, SteadyCounterTurnsToDeltaOfDelta) {
  std::vector<At> samples;
  for (uint32_t i = 0; i < 100; ++i) samples.push_back({i, 5e6 + i * 1e5});
  const Written written(samples);
  EXPECT_NE(written.text().find("dde0"), std::string::npos) << written.text();
  EXPECT_LT(written.column.chain.used, 140u);
}

TEST(Column, ConstantOwnsNoBytes) {
  std::vector<At> samples;
  for (uint32_t i = 0; i < 1000; ++i) samples.push_back({i, 0.1});
  EXPECT_EQ(Written(samples).column.chain.used, 0u);
}

TEST(Column, EveryShapeOfValueComesBackBitForBit) {
  std::mt19937_64 random(7);
  const double specials[] = {0.0,
                             -0.0,
                             std::numeric_limits<double>::infinity(),
                             -std::numeric_limits<double>::infinity(),
                             kStaleMarker,
                             kNormalNan,
                             std::numeric_limits<double>::denorm_min(),
                             std::numeric_limits<double>::max(),
                             9007199254740992.0,
                             -9007199254740992.0,
                             9007199254740994.0,
                             0.1,
                             1e-12,
                             123456.789012,
                             1e300};
  for (int run = 0; run < 300; ++run) {
    std::vector<At> samples;
    uint32_t index = static_cast<uint32_t>(random() % 5);
    double last = 0;
    const uint64_t habit = random() % 7;
    for (int i = 0; i < 400; ++i) {
      switch (random() % 20 == 0 ? random() % 7 : habit) {
        case 0:
          last += static_cast<double>(random() % 1000);
          break;
        case 1:
          last = std::bit_cast<double>(random());
          break;
        case 2:
          last = specials[random() % std::size(specials)];
          break;
        case 3:
          last = static_cast<double>(random() % 100000) / 1000;
          break;
        case 4:
          last += 15000;
          break;
        case 5:
          last = std::sqrt(static_cast<double>(random() % 1000));
          break;
        default:
          break;
      }
      samples.push_back({index, last});
      index += random() % 10 == 0 ? static_cast<uint32_t>(1 + random() % 300) : 1;
    }
    ASSERT_NO_FATAL_FAILURE(expect_same(samples, "run " + std::to_string(run)));
  }
}

TEST(Column, CutTokensAreNoticedOrShort) {
  std::vector<At> samples;
  for (uint32_t i = 0; i < 50; ++i) samples.push_back({i * 2, i % 7 * 1.25e9});
  const Written written(samples);
  const std::string tokens = written.tokens();
  for (size_t length = 0; length < tokens.size(); ++length) {
    bool sound = true;
    const auto back = read(written.column, std::string_view(tokens).substr(0, length), sound);
    EXPECT_FALSE(sound) << length;
    EXPECT_LE(back.size(), samples.size());
  }
}

TEST(Column, AnyBytesAreSafeToDecode) {
  std::mt19937_64 random(3);
  for (int run = 0; run < 2000; ++run) {
    std::string tokens(random() % 40, '\0');
    for (char& c : tokens) c = static_cast<char>(random());
    ColumnState column;
    column.chain.used = static_cast<uint32_t>(tokens.size());
    size_t count = 0;
    decode(column, tokens, [&](uint32_t, uint64_t) { return ++count < 100000; });
  }
}

TEST(Column, DeltasOfTheLog) {
  const double values[] = {0, 1, -1, 1e6, 0.5, -0.0, kStaleMarker, kNormalNan, 1e300, 9007199254740992.0};
  for (const double base : values) {
    for (const double value : values) {
      std::string bytes;
      append_delta(bytes, std::bit_cast<uint64_t>(base), std::bit_cast<uint64_t>(value));
      size_t at = 0;
      uint64_t back = 0;
      ASSERT_TRUE(read_delta(bytes, at, std::bit_cast<uint64_t>(base), back));
      EXPECT_EQ(back, std::bit_cast<uint64_t>(value));
      EXPECT_EQ(at, bytes.size());
      for (size_t cut = 0; cut < bytes.size(); ++cut) {
        at = 0;
        EXPECT_FALSE(read_delta(std::string_view(bytes).substr(0, cut), at, std::bit_cast<uint64_t>(base), back));
      }
    }
  }
}

TEST(Arena, ChainsComeBackWhole) {
  Arena arena;
  std::mt19937_64 random(1);
  struct Kept {
    Arena::Chain chain;
    std::string bytes;
  };
  std::vector<Kept> kept(50);
  for (int i = 0; i < 20000; ++i) {
    Kept& k = kept[random() % kept.size()];
    std::string piece(random() % 12, '\0');
    for (char& c : piece) c = static_cast<char>(random());
    arena.append(k.chain, reinterpret_cast<const uint8_t*>(piece.data()), piece.size());
    k.bytes += piece;
  }
  for (const Kept& k : kept) {
    std::string back = "before ";
    arena.copy(k.chain, back);
    EXPECT_EQ(back, "before " + k.bytes);
  }
}

TEST(Arena, ChainsMayGrowOnSeveralThreadsAtOnce) {
  Arena arena;
  struct Kept {
    Arena::Chain chain;
    std::string bytes;
  };
  std::vector<Kept> kept(4);
  std::vector<std::thread> threads;
  for (size_t t = 0; t < kept.size(); ++t) {
    threads.emplace_back([&arena, &k = kept[t], t] {
      for (int i = 0; i < 20000; ++i) {
        const std::string piece(1 + static_cast<size_t>(i) % 9, static_cast<char>('a' + t));
        arena.append(k.chain, reinterpret_cast<const uint8_t*>(piece.data()), piece.size());
        k.bytes += piece;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const Kept& k : kept) {
    std::string back;
    arena.copy(k.chain, back);
    EXPECT_EQ(back, k.bytes);
  }
}

}  // namespace
}  // namespace narthex::storage
