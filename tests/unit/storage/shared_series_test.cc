// Several targets that produce the same series at once, while their owners are compacted and others read. A slot that
// moves under a sample on its way shows as a sample in another series; a missing lock shows under the thread sanitizer.
#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <thread>

#include "tests/unit/storage/fixture.h"

namespace narthex::storage {
namespace {

constexpr Timestamp kStart = 1'700'000'000'000;
constexpr int kShared = 12;
constexpr int64_t kWindow = 1000;

// Tells in which series and at what time a sample belongs.
double value_of(int series, Timestamp t) { return series * 1e9 + static_cast<double>(t - kStart); }

Labels shared_series(int i) { return Labels{{"__name__", "shared"}, {"i", std::to_string(i)}}; }

class Writers {
 public:
  explicit Writers(Store& store) : store_(store) {}

  // `target`: with an own label each, so that none owns what the others share by name alone.
  void run(int target, int producer, int scrapes) {
    const Labels labels{{"instance", std::to_string(target)}};
    const auto appender = store_.open_target(labels);
    std::mt19937 random(static_cast<unsigned>(target * 10 + producer));
    for (int n = 0; n < scrapes; ++n) {
      const Timestamp at = kStart + clock_.fetch_add(7);
      std::vector<Line> lines;
      // Each is away for some windows, so that owners forget it and others take it.
      for (int i = 0; i < kShared; ++i) {
        if ((at / kWindow + i) % 5 < 2) lines.push_back({shared_series(i), value_of(i, at)});
      }
      for (int i = 0; i < 8; ++i) {
        const std::string name = "own" + std::to_string(at / kWindow % 3) + "_" + std::to_string(i);
        lines.push_back(
            {Labels{{"__name__", name}, {"instance", std::to_string(target)}, {"p", std::to_string(producer)}},
             static_cast<double>(n)});
      }
      std::shuffle(lines.begin(), lines.end(), random);
      const CommitResult result = scrape(*appender, at, lines);
      ASSERT_TRUE(result.status) << result.status.error().str();
      if (result.out_of_order + result.duplicate_timestamp + result.out_of_bounds > 0) continue;
      std::lock_guard lock(mutex_);
      for (const Line& line : lines) {
        if (line.labels.get("__name__") == "shared") stored_[line.labels].insert(at);
      }
    }
  }
  void read_until_done(const std::atomic<bool>& done) {
    while (!done) check();
  }
  // Every sample is where it belongs.
  void check() {
    const auto view = store_.view();
    const auto set = view->select(std::vector<Matcher>{Matcher::equal("__name__", "shared")}, kMinTime, kMaxTime);
    for (size_t k = 0; k < (*set)->size(); ++k) {
      Column column;
      const int i = std::stoi(std::string((*set)->label(k, "i")));
      ASSERT_TRUE((*set)->read(k, kMinTime, kMaxTime, column));
      for (size_t n = 0; n < column.size(); ++n) {
        ASSERT_EQ(column.values[n], value_of(i, column.timestamps[n])) << "series " << i;
        ASSERT_TRUE(n == 0 || column.timestamps[n - 1] < column.timestamps[n]);
      }
    }
    store_.stats();
  }
  // And none is missing.
  void check_all() {
    check();
    const auto view = store_.view();
    size_t samples = 0;
    for (const auto& [labels, times] : stored_) {
      const std::vector<Matcher> matchers = {Matcher::equal("__name__", "shared"),
                                             Matcher::equal("i", std::string(labels.get("i")))};
      const auto set = view->select(matchers, kMinTime, kMaxTime);
      ASSERT_EQ((*set)->size(), 1u);
      Column column;
      ASSERT_TRUE((*set)->read(0, kMinTime, kMaxTime, column));
      for (const Timestamp t : times) {
        ASSERT_TRUE(std::binary_search(column.timestamps.begin(), column.timestamps.end(), t)) << labels.str();
      }
      samples += times.size();
    }
    EXPECT_GT(samples, 100u);
  }

 private:
  Store& store_;
  std::atomic<int64_t> clock_{0};
  std::mutex mutex_;
  std::map<Labels, std::set<Timestamp>> stored_;  // what was acknowledged
};

TEST(SharedSeries, SurviveCompactionsOfTheirOwners) {
  Options options = small_windows(kWindow, 100);
  options.max_past_ms = 500;
  OpenStore store(options);
  Writers writers(store.get());
  std::atomic<bool> done{false};
  std::thread reader([&] { writers.read_until_done(done); });
  std::vector<std::thread> threads;
  // One producer alone is compacted as it goes; of two, one reserves slots while the other's samples are decided on.
  for (const auto& [target, producer] :
       std::vector<std::pair<int, int>>{{0, 0}, {1, 0}, {2, 0}, {2, 1}, {3, 0}, {3, 1}}) {
    threads.emplace_back([&, t = target, p = producer] { writers.run(t, p, 400 * test_scale()); });
  }
  for (std::thread& thread : threads) thread.join();
  done = true;
  reader.join();
  writers.check_all();
}

// Two producers of a new target: while the one commits scrape after scrape, each with another series that belongs to
// another target, the other makes slots all the time, and what holds them grows.
TEST(SharedSeries, OfTargetsThatTwoProducersBegin) {
  OpenStore store(small_windows(kWindow, 100));
  constexpr int kScrapes = 30;
  const auto owner = store->open_target(Labels{{"job", "owner"}});
  std::vector<Line> owned;
  for (int i = 0; i < kScrapes; ++i) owned.push_back({shared_series(i), value_of(i, kStart)});
  ASSERT_TRUE(scrape(*owner, kStart, owned).status);
  const int rounds = 20 * test_scale();
  std::barrier together(2);
  std::atomic<uint64_t> samples{0};
  const auto own = [](int round, const std::string& name) {
    return Line{Labels{{"__name__", name}, {"instance", std::to_string(round)}}, 1};
  };
  const auto commit = [&](TargetAppender& appender, Timestamp at, const std::vector<Line>& lines) {
    const CommitResult result = scrape(appender, at, lines);
    ASSERT_TRUE(result.status);
    samples += lines.size() - result.out_of_order;
  };
  std::thread scraping([&] {
    for (int round = 0; round < rounds; ++round) {
      together.arrive_and_wait();
      const auto appender = store->open_target(Labels{{"instance", std::to_string(round)}});
      for (int n = 0; n < kScrapes; ++n) {
        const Timestamp at = kStart + 1 + round * kScrapes + n;
        commit(*appender, at, {own(round, "a" + std::to_string(n)), {shared_series(n), value_of(n, at)}});
      }
    }
  });
  std::thread resolving([&] {
    for (int round = 0; round < rounds; ++round) {
      together.arrive_and_wait();
      const auto appender = store->open_target(Labels{{"instance", std::to_string(round)}});
      std::vector<Line> lines;
      for (int n = 0; n < 1500; ++n) {
        lines.push_back(own(round, "b" + std::to_string(n)));
        if (n % 50 == 0) lines.push_back({shared_series(n / 50), 0, kStart});
      }
      const CommitResult result = scrape(*appender, kStart + 1 + round * kScrapes, lines);
      ASSERT_TRUE(result.status);
      samples += 1500;
    }
  });
  scraping.join();
  resolving.join();
  EXPECT_EQ(store->stats().samples_appended, samples + kScrapes);
  Writers(store.get()).check();
}

}  // namespace
}  // namespace narthex::storage
