// Samples with timestamps of their own: which series share a time group, and that a view does not see what came later.
#include <set>

#include "storage/core/store_impl.h"
#include "tests/unit/storage/fixture.h"

namespace narthex::storage {
namespace {

constexpr Timestamp kStart = 1'700'000'000'000;
const Labels kTarget{{"instance", "i"}, {"job", "j"}};

Labels series(int number) {
  return Labels{{"__name__", "m"}, {"instance", "i"}, {"job", "j"}, {"n", std::to_string(number)}};
}

// The samples of series first <= n < last at these times, in one batch; each series' value is its number.
void write(TargetAppender& appender, int first, int last, const std::vector<Timestamp>& times) {
  std::vector<Line> lines;
  for (int n = first; n < last; ++n) {
    for (const Timestamp t : times) lines.push_back({series(n), static_cast<double>(n), t});
  }
  ASSERT_TRUE(scrape(appender, times.back(), lines).status);
}

// How many groups the open columns of the only target are in.
size_t groups(OpenStore& store) {
  const auto& shared = static_cast<StoreImpl&>(store.get()).shared();
  const auto target = shared.core.registry.all().front();
  std::lock_guard lock(target->mutex());
  std::set<const TimeGroup*> seen;
  for (Slot slot = 0; slot < target->slot_count(); ++slot) seen.insert(target->group_of(slot));
  return seen.size();
}

size_t pieces(OpenStore& store) {
  const auto& shared = static_cast<StoreImpl&>(store.get()).shared();
  const auto target = shared.core.registry.all().front();
  std::lock_guard lock(target->mutex());
  size_t count = 0;
  for (const auto& part : target->parts()) count += part->pieces().size();
  return count;
}

size_t samples(const View& view, Timestamp at) {
  const Matcher matchers[] = {Matcher::equal("__name__", "m")};
  const auto set = *view.select(matchers, at, at);
  size_t count = 0;
  Column column;
  for (size_t i = 0; i < set->size(); ++i) {
    column.clear();
    EXPECT_TRUE(set->read(i, at, at, column));
    count += column.size();
  }
  return count;
}

TEST(OwnTimes, SeveralSamplesPerSeriesShareAGroup) {
  OpenStore store;
  const auto appender = store->open_target(kTarget);
  for (int batch = 0; batch < 5; ++batch) {
    std::vector<Timestamp> times;
    for (int i = 0; i < 20; ++i) times.push_back(kStart + batch * 20'000 + i * 1000);
    write(*appender, 0, 50, times);
  }
  EXPECT_EQ(groups(store), 1u);
  EXPECT_EQ(pieces(store), 0u);
}

TEST(OwnTimes, OneTimestampInSeveralBatchesIsOneGroup) {
  OpenStore store;
  const auto appender = store->open_target(kTarget);
  for (int step = 0; step < 30; ++step) {
    const Timestamp t = kStart + step * 1000;
    const int cut = 10 + step % 7;  // never the same series together
    write(*appender, 0, cut, {t});
    write(*appender, cut, 40, {t});
  }
  EXPECT_EQ(groups(store), 1u);
  EXPECT_EQ(pieces(store), 0u);
}

TEST(OwnTimes, BatchesThatOvertakeEachOtherShareAGroup) {
  OpenStore store;
  const auto appender = store->open_target(kTarget);
  write(*appender, 0, 20, {kStart});
  for (int step = 1; step < 30; ++step) {
    write(*appender, 0, 10, {kStart + step * 1000});
    if (step > 1) write(*appender, 10, 20, {kStart + (step - 1) * 1000});
  }
  EXPECT_EQ(groups(store), 1u);
  EXPECT_EQ(pieces(store), 0u);
}

// Bytes of samples and slots after an hour of 50 series, at each timestamp `parts` batches.
uint64_t bytes_of_an_hour(bool scraped, int samples_per_batch, int parts) {
  OpenStore store;
  const auto appender = store->open_target(kTarget);
  for (int step = 0; step < 200; step += samples_per_batch) {
    std::vector<Line> lines;
    for (int n = 0; n < 50; ++n) {
      for (int i = step; i < step + samples_per_batch; ++i) {
        const Timestamp t = kStart + i * 15'000;
        lines.push_back({series(n), n % 2 == 0 ? 1.0 : i * n, scraped ? 0 : t});
      }
    }
    const size_t size = lines.size() / static_cast<size_t>(parts);
    for (size_t first = 0; first < lines.size(); first += size) {
      const std::vector<Line> part(lines.begin() + static_cast<ptrdiff_t>(first),
                                   lines.begin() + static_cast<ptrdiff_t>(first + size));
      EXPECT_TRUE(scrape(*appender, kStart + step * 15'000, part, kStart + 3'600'000).status);
    }
  }
  const Stats stats = store->stats();
  EXPECT_EQ(stats.samples_appended, 10'000u);
  return stats.column_bytes + stats.index_bytes;
}

TEST(OwnTimes, CostHardlyMoreMemoryThanScrapes) {
  const uint64_t scraped = bytes_of_an_hour(true, 1, 1);
  EXPECT_LT(bytes_of_an_hour(false, 1, 1), scraped * 11 / 10);
  EXPECT_LT(bytes_of_an_hour(false, 1, 5), scraped * 11 / 10);
  EXPECT_LT(bytes_of_an_hour(false, 20, 1), scraped * 11 / 10);
  EXPECT_LT(bytes_of_an_hour(false, 20, 5), scraped * 11 / 10);
}

TEST(OwnTimes, SeriesThatDisagreeLeave) {
  OpenStore store;
  const auto appender = store->open_target(kTarget);
  write(*appender, 0, 4, {kStart});
  std::vector<Line> lines;
  for (int n = 0; n < 4; ++n) lines.push_back({series(n), 1, kStart + 1000 + n % 2});
  ASSERT_TRUE(scrape(*appender, kStart + 2000, lines).status);
  EXPECT_EQ(groups(store), 2u);
}

TEST(OwnTimes, AViewDoesNotSeeWhatJoinsItsTimestampsLater) {
  OpenStore store;
  const auto appender = store->open_target(kTarget);
  write(*appender, 0, 20, {kStart});
  write(*appender, 0, 10, {kStart + 1000});
  const auto before = store->view();
  write(*appender, 10, 15, {kStart + 1000});
  const auto between = store->view();
  write(*appender, 15, 25, {kStart + 1000});  // some of them new
  const auto after = store->view();
  write(*appender, 0, 25, {kStart + 2000});
  const auto last = store->view();
  for (int i = 0; i < 2; ++i) {  // the same after what readers held back may go
    EXPECT_EQ(samples(*before, kStart + 1000), 10u);
    EXPECT_EQ(samples(*between, kStart + 1000), 15u);
    EXPECT_EQ(samples(*after, kStart + 1000), 25u);
    EXPECT_EQ(samples(*last, kStart + 2000), 25u);
    write(*appender, 0, 25, {kStart + 3000 + i * 1000});
  }
}

TEST(OwnTimes, AViewDoesNotSeeThemInAColumnThatWasClosedSince) {
  OpenStore store;
  const auto appender = store->open_target(kTarget);
  write(*appender, 0, 2, {kStart});
  write(*appender, 0, 1, {kStart + 1000});
  const auto before = store->view();
  write(*appender, 1, 2, {kStart + 1000});
  // A scrape's group: the columns become pieces of their part.
  ASSERT_TRUE(scrape(*appender, kStart + 2000, {{series(0), 1}, {series(1), 1}}).status);
  ASSERT_EQ(pieces(store), 2u);
  EXPECT_EQ(samples(*before, kStart + 1000), 1u);
  EXPECT_EQ(samples(*store->view(), kStart + 1000), 2u);
}

}  // namespace
}  // namespace narthex::storage
