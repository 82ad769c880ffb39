#include "storage/deletion/tombstone.h"

#include <gtest/gtest.h>

#include <random>

namespace narthex::storage {
namespace {

Matcher matcher(MatchType type, std::string name, std::string value) {
  return *Matcher::make(type, std::move(name), std::move(value));
}

Tombstone tombstone(uint64_t number, Timestamp from, Timestamp to, std::string job) {
  return {number, {{Matcher::equal("job", std::move(job))}}, {from, to}};
}

Labels series(std::string job) { return Labels({{"__name__", "up"}, {"job", std::move(job)}}); }

TEST(Tombstone, ComesBackAsItWasWritten) {
  Tombstone t{7, {}, {-5, INT64_MAX}};
  t.selectors.push_back({matcher(MatchType::kEqual, "a", "1"), matcher(MatchType::kNotEqual, "b", "")});
  t.selectors.push_back({matcher(MatchType::kRegex, "c", "x.*"), matcher(MatchType::kNotRegex, "d", "y|z")});
  const auto back = decode_tombstone(7, encode_tombstone(t));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->interval, t.interval);
  ASSERT_EQ(back->selectors.size(), 2u);
  for (size_t i = 0; i < 2; ++i) {
    ASSERT_EQ(back->selectors[i].size(), 2u);
    for (size_t j = 0; j < 2; ++j) EXPECT_EQ(back->selectors[i][j].str(), t.selectors[i][j].str());
  }
}

TEST(Tombstone, DamagedBytesAreRefused) {
  const std::string sound = encode_tombstone(tombstone(1, 0, 10, "a"));
  for (size_t cut_at = 0; cut_at < sound.size(); ++cut_at) {
    EXPECT_FALSE(decode_tombstone(1, std::string_view(sound).substr(0, cut_at))) << cut_at;
  }
  EXPECT_FALSE(decode_tombstone(1, sound + 'x'));
}

TEST(Deletions, OfASeriesAreMergedAndInOrder) {
  const Deletions all({tombstone(1, 50, 60, "a"), tombstone(2, 10, 20, "a"), tombstone(3, 21, 30, "a"),
                       tombstone(4, 25, 28, "a"), tombstone(5, 0, 100, "b")});
  EXPECT_EQ(all.of(series("a"), 0), (std::vector<Interval>{{10, 30}, {50, 60}}));
  EXPECT_EQ(all.of(series("a"), 2), (std::vector<Interval>{{21, 30}}));
  EXPECT_EQ(all.of(series("b"), 4), (std::vector<Interval>{{0, 100}}));
  EXPECT_TRUE(all.of(series("c"), 0).empty());
  EXPECT_EQ(all.newest(), 5u);
  EXPECT_TRUE(all.reach(4, 100, 200));
  EXPECT_FALSE(all.reach(4, 101, 200));
  EXPECT_FALSE(all.reach(5, 0, 100));
}

TEST(Deletions, WithoutAnEnd) {
  const Deletions all({tombstone(1, INT64_MIN, 10, "a"), tombstone(2, 5, INT64_MAX, "a")});
  EXPECT_EQ(all.of(series("a"), 0), (std::vector<Interval>{{INT64_MIN, INT64_MAX}}));
}

// A random column cut by random intervals holds exactly what lies in none of them.
TEST(Cut, LeavesWhatNoIntervalHolds) {
  std::mt19937 random(1);
  for (int round = 0; round < 500; ++round) {
    Column column;
    for (Timestamp t = 0; t < 100; ++t) {
      if (random() % 3 == 0)
        column.push(t, static_cast<double>(t), static_cast<Timestamp>(random() % 2));
      else if (random() % 4 == 0)
        column.histograms.push_back({t, std::make_shared<Histogram>(), 0});
    }
    std::vector<Tombstone> tombstones;
    for (uint64_t n = 1; n <= random() % 4; ++n) {
      const auto from = static_cast<Timestamp>(random() % 100);
      tombstones.push_back(tombstone(n, from, from + static_cast<Timestamp>(random() % 30), "a"));
    }
    const auto hidden = [&](Timestamp t) {
      for (const Tombstone& s : tombstones) {
        if (s.interval.from <= t && t <= s.interval.to) return true;
      }
      return false;
    };
    Column expected;
    for (size_t i = 0; i < column.size(); ++i) {
      if (hidden(column.timestamps[i])) continue;
      expected.timestamps.push_back(column.timestamps[i]);
      expected.values.push_back(column.values[i]);
      if (!column.starts.empty()) expected.starts.push_back(column.starts[i]);
    }
    for (const auto& h : column.histograms) {
      if (!hidden(h.timestamp)) expected.histograms.push_back(h);
    }
    cut(column, Deletions(tombstones).of(series("a"), 0));
    EXPECT_EQ(column.timestamps, expected.timestamps);
    EXPECT_EQ(column.values, expected.values);
    EXPECT_EQ(column.starts, expected.starts);
    ASSERT_EQ(column.histograms.size(), expected.histograms.size());
    for (size_t i = 0; i < column.histograms.size(); ++i) {
      EXPECT_EQ(column.histograms[i].timestamp, expected.histograms[i].timestamp);
    }
  }
}

}  // namespace
}  // namespace narthex::storage
