// Several writers and readers while windows end, seal and merge: no commit fails, nothing is lost, nobody sees a half
// scrape.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "tests/unit/storage/fixture.h"
#include "tests/unit/storage/sealed.h"

namespace narthex::storage {
namespace {

constexpr Timestamp kStart = 1'700'000'040'000;
constexpr int kWriters = 4;
constexpr int kScrapes = 1200;  // of a second each: twenty windows
constexpr Timestamp kLag = 45'000;

Labels target_of(int writer) { return Labels{{"instance", std::to_string(writer)}, {"job", "load"}}; }
Labels series(int writer, const std::string& name) {
  return Labels{{"__name__", name}, {"instance", std::to_string(writer)}, {"job", "load"}};
}

class UnderLoad : public ::testing::Test {
 protected:
  static Options options() {
    Options options = small_windows(60'000, 5'000);
    options.merge_windows = 4;
    return options;
  }

  // A histogram's two totals, and a sample for a window that has closed most of the time.
  void write(int writer) {
    auto appender = store_->open_target(target_of(writer));
    for (int i = 0; i < kScrapes; ++i) {
      const Timestamp at = kStart + i * 1000;
      const auto result = scrape(*appender, at,
                                 {{series(writer, "h_bucket"), i + 0.5},
                                  {series(writer, "h_count"), i + 0.5},
                                  {series(writer, "late"), i + 0.0, at - kLag}});
      if (!result.status || result.out_of_order + result.out_of_bounds + result.duplicate_timestamp != 0) ++failed_;
      if (i % 20 == 0) wait_for_sealing(i);
    }
  }
  // Writers stay near each other, and near what is sealed: what happens in hours happens here in milliseconds.
  void wait_for_sealing(int i) {
    int reached = round_.load();
    while (reached < i && !round_.compare_exchange_weak(reached, i)) {
    }
    while (store_->stats().windows_to_seal > 2) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }

  Column read(const View& view, int writer, const std::string& name) {
    const std::vector<Matcher> matchers = {Matcher::equal("__name__", name),
                                           Matcher::equal("instance", std::to_string(writer))};
    Column column;
    const auto set = view.select(matchers, kMinTime, kMaxTime);
    if (!set || (*set)->size() > 1) ++wrong_;
    if (set && (*set)->size() == 1 && !(*set)->read(0, kMinTime, kMaxTime, column)) ++wrong_;
    return column;
  }

  void query(int writer) {
    size_t before = 0;
    while (!done_) {
      const auto view = store_->view();
      const Column bucket = read(*view, writer, "h_bucket");
      const Column count = read(*view, writer, "h_count");
      if (bucket.timestamps != count.timestamps || bucket.values != count.values) ++wrong_;
      for (size_t i = 0; i < bucket.size(); ++i) {
        if (bucket.timestamps[i] != kStart + static_cast<Timestamp>(i) * 1000) ++wrong_;
      }
      if (bucket.size() < before) ++wrong_;  // nothing that was seen disappears
      before = bucket.size();
      ++reads_;
    }
  }

  OpenStore store_{options()};
  std::atomic<int> failed_{0}, wrong_{0}, reads_{0}, round_{0};
  std::atomic<bool> done_{false};
};

TEST_F(UnderLoad, WritesIntoClosingWindowsNeitherFailNorGetLostAndCountEqualsTheLastBucket) {
  std::vector<std::thread> writers, readers;
  for (int w = 0; w < kWriters; ++w) writers.emplace_back([this, w] { write(w); });
  for (int w = 0; w < 2; ++w) readers.emplace_back([this, w] { query(w); });
  for (std::thread& thread : writers) thread.join();
  done_ = true;
  for (std::thread& thread : readers) thread.join();
  EXPECT_EQ(failed_, 0);
  EXPECT_EQ(wrong_, 0);
  EXPECT_GT(reads_, 10);
  settle_all(store_.get());
  EXPECT_GT(store_->stats().seals, 10u);
  EXPECT_GT(store_->stats().merges, 2u);
  for (const bool restarted : {false, true}) {
    if (restarted) store_.reopen();
    const auto view = store_->view();
    for (int w = 0; w < kWriters; ++w) {
      EXPECT_EQ(read(*view, w, "h_count").size(), static_cast<size_t>(kScrapes)) << restarted;
      EXPECT_EQ(read(*view, w, "late").size(), static_cast<size_t>(kScrapes)) << restarted;
    }
  }
  EXPECT_EQ(wrong_, 0);
}

}  // namespace
}  // namespace narthex::storage
