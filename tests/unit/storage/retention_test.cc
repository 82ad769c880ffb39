// Which segments go, and that they go from views, files and the log.
#include "storage/seal/retention.h"

#include <gtest/gtest.h>

#include "tests/support/naive_store.h"
#include "tests/unit/storage/sealed.h"

namespace narthex::storage {
namespace {

using testing::dump;

constexpr Timestamp kStart = 1'700'000'040'000;  // a window's start
const Labels kTarget{{"instance", "a"}, {"job", "node"}};

Labels metric(const std::string& name) {
  std::vector<Label> labels(kTarget.begin(), kTarget.end());
  labels.push_back({"__name__", name});
  return Labels(std::move(labels));
}

BlockInfo block(uint64_t id, Timestamp max_time, uint64_t bytes) {
  BlockInfo info;
  info.id = id;
  info.bytes = bytes;
  info.footer.max_time = max_time;
  return info;
}

TEST(FindExpired, Table) {
  std::vector<BlockInfo> blocks = {block(3, 3000, 100), block(1, 1000, 100), block(2, 2000, 100)};
  blocks.push_back(block(4, 0, 100));
  blocks.back().damage = "damaged";
  constexpr Timestamp kNewest = 4000;
  const struct {
    const char* name;
    Limits limits;
    Used used;
    std::vector<uint64_t> expected;
  } cases[] = {
      {"no limits", {.retention_ms = 0}, {kNewest, 1000, 1000}, {}},
      {"exactly as old as allowed", {.retention_ms = 3000}, {kNewest, 1000, 0}, {1}},
      {"a bit younger", {.retention_ms = 3001}, {kNewest, 1000, 0}, {}},
      {"two are too old", {.retention_ms = 2000}, {kNewest, 1000, 0}, {1, 2}},
      {"all at the size limit", {.retention_ms = 0, .retention_bytes = 400}, {kNewest, 400, 0}, {}},
      {"the oldest goes first", {.retention_ms = 0, .retention_bytes = 400}, {kNewest, 401, 0}, {1}},
      {"until it is enough", {.retention_ms = 0, .retention_bytes = 250}, {kNewest, 400, 0}, {1, 2}},
      {"damaged ones stay", {.retention_ms = 0, .retention_bytes = 1}, {kNewest, 400, 0}, {1, 2, 3}},
      {"percent", {.retention_ms = 0, .retention_percent = 30}, {kNewest, 400, 1000}, {1}},
      {"percent wins", {.retention_ms = 0, .retention_bytes = 1, .retention_percent = 50}, {kNewest, 400, 1000}, {}},
      {"of an unknown file system",
       {.retention_ms = 0, .retention_bytes = 399, .retention_percent = 1},
       {kNewest, 400, 0},
       {1}},
      {"time and size", {.retention_ms = 3000, .retention_bytes = 250}, {kNewest, 400, 0}, {1, 2}},
      {"nothing yet", {.retention_ms = 1}, {INT64_MIN, 400, 0}, {}},
  };
  for (const auto& c : cases) {
    std::vector<uint64_t> ids;
    for (const Expired& e : find_expired(blocks, c.limits, c.used)) ids.push_back(e.id);
    EXPECT_EQ(ids, c.expected) << c.name;
  }
}

class Retention : public ::testing::Test {
 protected:
  Options options_ = small_windows(60'000, 10'000);
  std::unique_ptr<OpenStore> store_;
  std::shared_ptr<TargetAppender> appender_;
  int step_ = 0;

  void SetUp() override { options_.merge_windows = 4; }
  void open() {
    store_ = std::make_unique<OpenStore>(options_);
    appender_ = (*store_)->open_target(kTarget);
  }
  void scrape_until(int step) {
    for (; step_ < step; ++step_) {
      ASSERT_TRUE(scrape(*appender_, kStart + step_ * 15'000, {{metric("a"), step_ + 0.0}}).status);
    }
    settle_all(store_->get());
  }
  Timestamp first_sample() {
    const auto set = store_->get().view()->select({}, kMinTime, kMaxTime);
    Column column;
    EXPECT_TRUE((*set)->read(0, kMinTime, kMaxTime, column));
    return column.timestamps.empty() ? 0 : column.timestamps.front();
  }
};

TEST_F(Retention, OldSegmentsGoFromViewsFilesAndLog) {
  options_.limits.retention_ms = 300'000;
  open();
  scrape_until(100);
  const Timestamp newest = kStart + 99 * 15'000;
  EXPECT_GT(first_sample(), newest - 300'000 - 5 * 60'000) << "no more than a merged segment beyond it";
  EXPECT_LT(first_sample(), newest - 300'000 + 60'000) << "what is younger is there";
  const Stats stats = store_->get().stats();
  EXPECT_GT(stats.segments_expired, 2u);
  EXPECT_EQ(stats.min_time, first_sample());
  const std::string before = dump(*store_->get().view());
  appender_.reset();
  store_->reopen();
  settle_all(store_->get());
  EXPECT_EQ(dump(*store_->get().view()), before);
}

TEST_F(Retention, AViewKeepsWhatIsRemoved) {
  options_.limits.retention_ms = 120'000;
  open();
  scrape_until(20);
  const auto view = store_->get().view();
  const std::string before = dump(*view);
  scrape_until(100);
  EXPECT_GT(first_sample(), kStart + 20 * 15'000) << "nothing of what the view holds is left";
  EXPECT_EQ(dump(*view), before);
}

TEST_F(Retention, LimitsChangeWhileItRuns) {
  options_.limits.retention_ms = 0;
  open();
  scrape_until(100);
  EXPECT_EQ(first_sample(), kStart);
  Limits limits;
  limits.retention_ms = 300'000;
  store_->get().set_limits(limits);
  settle_all(store_->get());
  EXPECT_GT(first_sample(), kStart);
  // By size: nothing but the head is left.
  limits.retention_ms = 0;
  limits.retention_bytes = 1;
  store_->get().set_limits(limits);
  settle_all(store_->get());
  EXPECT_EQ(store_->get().stats().segments, 0u);
  EXPECT_GT(first_sample(), kStart + 95 * 15'000 - 60'000 * 2);
  EXPECT_EQ(store_->get().stats().segment_bytes, 0u);
}

TEST_F(Retention, FilesOfRemovedSegmentsAreDeleted) {
  options_.limits.retention_ms = 0;
  open();
  scrape_until(60);
  std::vector<std::string> files;
  for (const BlockInfo& block : store_->get().blocks()) files.push_back(block.file);
  ASSERT_FALSE(files.empty());
  Limits limits;
  limits.retention_bytes = 1;
  auto view = store_->get().view();
  store_->get().set_limits(limits);
  settle_all(store_->get());
  for (const std::string& file : files) EXPECT_TRUE(std::filesystem::exists(file)) << "a view still reads it";
  view.reset();
  for (const std::string& file : files) EXPECT_FALSE(std::filesystem::exists(file)) << file;
}

}  // namespace
}  // namespace narthex::storage
