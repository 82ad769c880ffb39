// Deletion, cleaning and snapshots of the whole store, against the naive one.
#include <gtest/gtest.h>

#include <random>

#include "tests/support/naive_store.h"
#include "tests/support/scrape_generator.h"
#include "tests/unit/storage/sealed.h"

namespace narthex::storage {
namespace {

using testing::dump;
using testing::NaiveStore;
using testing::ScrapeGenerator;

// The naive store and the real one, fed alike, with windows that seal and merge all the time.
class DeletionTest : public ::testing::Test {
 protected:
  DeletionTest() : options_(small_windows(60'000, 20'000)), naive_(options_), store_(options_) { begin(11); }

  static Options small_windows(int64_t window_ms, int64_t overlap_ms) {
    Options options = storage::small_windows(window_ms, overlap_ms);
    options.merge_windows = 4;
    options.max_past_ms = 60'000;
    return options;
  }
  void begin(uint64_t seed) {
    generator_.emplace(
        testing::GeneratorOptions{.seed = seed, .own_timestamps = false, .clock_steps = false, .beside = true},
        std::vector<Store*>{&naive_, &store_.get()});
  }
  void steps(int count) {
    for (int i = 0; i < count; ++i) ASSERT_EQ(generator_->step(), "");
  }
  void restart() {
    generator_->detach(1);
    store_.reopen();
    generator_->reopened(1, &store_.get());
  }
  void remove(const std::string& name, const std::string& value, Timestamp from, Timestamp to) {
    const std::vector<std::vector<Matcher>> selectors = {{*Matcher::make(MatchType::kRegex, name, value)}};
    ASSERT_TRUE(naive_.delete_series(selectors, from, to));
    ASSERT_TRUE(store_->delete_series(selectors, from, to));
  }
  void expect_equal(const char* when) {
    const auto naive = naive_.view();
    const auto view = store_->view();
    ASSERT_EQ(dump(*naive), dump(*view)) << when;
    ASSERT_EQ(*naive->label_names({}, kMinTime, kMaxTime), *view->label_names({}, kMinTime, kMaxTime)) << when;
    for (const std::string& name : *naive->label_names({}, kMinTime, kMaxTime)) {
      ASSERT_EQ(*naive->label_values(name, {}, kMinTime, kMaxTime), *view->label_values(name, {}, kMinTime, kMaxTime))
          << when << ' ' << name;
    }
  }
  uint64_t stored_samples() {
    uint64_t samples = 0;
    for (const BlockInfo& block : store_->blocks()) samples += block.footer.samples;
    return samples;
  }

  Options options_;
  NaiveStore naive_;
  OpenStore store_;
  std::optional<ScrapeGenerator> generator_;
};

TEST_F(DeletionTest, RandomDeletionsWithRestarts) {
  std::mt19937 random(5);
  for (int round = 0; round < 12 * test_scale(); ++round) {
    steps(25);
    const Timestamp from = generator_->now() - static_cast<Timestamp>(random() % 900'000);
    const Timestamp to = round % 3 == 0 ? kMaxTime : from + static_cast<Timestamp>(random() % 300'000);
    const bool by_metric = random() % 2 == 0;
    remove(by_metric ? "__name__" : "instance", by_metric ? ".*[" + std::to_string(random() % 10) + "]" : ".*1.*", from,
           to);
    expect_equal("deleted");
    if (random() % 3 == 0) restart();
    expect_equal("restarted");
    if (random() % 3 == 0) {
      ASSERT_TRUE(store_->clean_tombstones());
    }
    expect_equal("cleaned");
  }
}

// What a view shows does not change under its reader.
TEST_F(DeletionTest, AnOlderViewKeepsWhatItHad) {
  steps(60);
  const auto before = store_->view();
  const std::string shown = dump(*before);
  remove("__name__", ".+", kMinTime, kMaxTime);
  EXPECT_EQ(dump(*before), shown);
  EXPECT_EQ(dump(*store_->view()), "");
  ASSERT_TRUE(store_->clean_tombstones());
  EXPECT_EQ(dump(*before), shown);
}

TEST_F(DeletionTest, CleaningTakesItOutOfTheFiles) {
  steps(200);
  settle_all(store_.get());  // else more is sealed meanwhile
  const uint64_t before = stored_samples();
  ASSERT_GT(before, 0u);
  remove("__name__", ".+", kMinTime, generator_->now() - 120'000);
  EXPECT_EQ(stored_samples(), before);
  ASSERT_TRUE(store_->clean_tombstones());
  EXPECT_LT(stored_samples(), before / 2);
  expect_equal("cleaned");
  restart();
  expect_equal("restarted");
}

// A deletion holds what was there: what comes later is shown.
TEST_F(DeletionTest, NewSamplesAreShown) {
  steps(50);
  remove("__name__", ".+", kMinTime, kMaxTime);
  EXPECT_EQ(dump(*store_->view()), "");
  steps(50);
  EXPECT_NE(dump(*store_->view()), "");
  expect_equal("later");
}

TEST_F(DeletionTest, ASnapshotIsOpenedByAnotherServer) {
  steps(150);
  remove("instance", ".*1.*", kMinTime, kMaxTime);
  const std::string shown = dump(*store_->view());
  const auto name = store_->snapshot(false);
  ASSERT_TRUE(name) << name.error().str();
  steps(20);  // goes on beside it
  Options copy = options_;
  copy.path = store_.folder() / "snapshots" / *name;
  const auto opened = Store::open(copy, system_clock(), null_log());
  ASSERT_TRUE(opened) << opened.error().str();
  EXPECT_EQ(dump(*(*opened)->view()), shown);
}

TEST_F(DeletionTest, ASnapshotWithoutTheHeadHasTheSegments) {
  steps(150);
  settle_all(store_.get());
  const auto name = store_->snapshot(true);
  ASSERT_TRUE(name) << name.error().str();
  const auto blocks = store_->blocks();
  Options copy = options_;
  copy.path = store_.folder() / "snapshots" / *name;
  const auto opened = Store::open(copy, system_clock(), null_log());
  ASSERT_TRUE(opened) << opened.error().str();
  ASSERT_GT((*opened)->blocks().size(), 0u);
  EXPECT_EQ((*opened)->stats().windows, 0u);
  EXPECT_NE(dump(*(*opened)->view()), "");
}

TEST_F(DeletionTest, AClosedStoreRefuses) {
  store_->close();
  const std::vector<std::vector<Matcher>> selectors = {{Matcher::equal("a", "b")}};
  EXPECT_EQ(store_->delete_series(selectors, kMinTime, kMaxTime).error().code, Code::kUnavailable);
  EXPECT_EQ(store_->clean_tombstones().error().code, Code::kUnavailable);
  EXPECT_EQ(store_->snapshot(false).error().code, Code::kUnavailable);
}

}  // namespace
}  // namespace narthex::storage
