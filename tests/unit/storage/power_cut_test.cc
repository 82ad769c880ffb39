// The power is cut: the folder opens, a change of segments is there whole or not at all, and of the log there is a
// beginning, with everything that was synced.
#include "tests/support/power_cut.h"

#include <gtest/gtest.h>
#include <rocksdb/env.h>

#include <algorithm>
#include <functional>
#include <random>

#include "tests/unit/storage/database_fixture.h"
#include "tests/unit/storage/fixture.h"

namespace narthex::storage {
namespace {

class PowerCut : public ::testing::Test {
 protected:
  PowerCut() {
    new_disk();
    db_.settings().at_point = [this](std::string_view point) {
      if (point == cut_at_) disk_->cut();
    };
  }
  ~PowerCut() override { db_.close(); }

  // An empty one.
  void new_disk() {
    db_.close();
    env_.reset();
    disk_.reset();
    std::filesystem::remove_all(db_.folder());
    disk_ = std::make_shared<testing::PowerCutFileSystem>(db_.folder().string() + "-stash");
    env_ = rocksdb::NewCompositeEnv(disk_);
    db_.settings().env = env_.get();
  }

  // Afterwards the folder is open again, as the disk has it.
  void restart(std::mt19937_64* tails = nullptr) {
    db_.close();
    disk_->restore(tails);
    cut_at_ = "nowhere";
    const auto opened = db_.open();
    ASSERT_TRUE(opened) << opened.error().str();
    EXPECT_EQ(db_.lines().text().find("damaged"), std::string::npos) << db_.lines().text();
    EXPECT_EQ(db_.lines().text().find("missing"), std::string::npos) << db_.lines().text();
  }

  OpenDatabase db_;
  std::string cut_at_ = "nowhere";
  std::shared_ptr<testing::PowerCutFileSystem> disk_;
  std::unique_ptr<rocksdb::Env> env_;
};

TEST_F(PowerCut, AtEachStepOfAChangeOfSegmentsLeavesTheOldStateOrTheNewOne) {
  struct {
    const char* point;
    bool done;
  } const kSteps[] = {{"segment.written", false},
                      {"segment.synced", false},
                      {"apply.ingested", false},
                      {"apply.meta_written", true},
                      {"apply.logs_dropped", true}};
  for (const auto& [point, done] : kSteps) {
    ASSERT_TRUE(db_.open());
    const int64_t w = db_.log().first_retained() == INT64_MIN ? 1 : db_.log().first_retained();
    ASSERT_TRUE(db_.log().write({{w, "a"}, {w + 1, "b"}}));
    ASSERT_TRUE(db_.log().sync());
    const std::string before = db_.dump();
    cut_at_ = point;
    (void)db_.seal("new", w + 1);
    restart();
    if (done) {
      EXPECT_NE(db_.dump(), before) << point;
      EXPECT_TRUE(db_.dump().starts_with("log " + std::to_string(w + 1) + ":b")) << point << db_.dump();
    } else {
      EXPECT_EQ(db_.dump(), before) << point;
      ASSERT_TRUE(db_.seal("new", w + 1)) << point;
    }
    const std::string after = db_.dump();
    restart();
    EXPECT_EQ(db_.dump(), after) << point;
  }
  EXPECT_EQ(db_.pages().size(), 5u);
}

// Sealing two windows, merging their segments, writing on: cut before each single operation of the file system that
// makes something durable.
TEST_F(PowerCut, BeforeEachOperationLeavesOneOfTheStates) {
  struct Step {
    std::function<Result<>()> run;
    bool durable;  // what was done so far stays from here on
    std::string after;
  };
  const auto write = [this](int64_t window, const char* text) {
    return Step{[this, window, text] { return db_.log().write({{window, text}}); }, false, ""};
  };
  const auto seal = [this](const char* name, int64_t below, std::vector<uint64_t> removed = {}) {
    return Step{[this, name, below, removed] { return db_.seal(name, below, removed); }, true, ""};
  };
  const Step sync{[this] { return db_.log().sync(); }, true, ""};
  std::vector<Step> steps = {{[this] { return db_.open(); }, true, ""},
                             write(1, "a"),
                             write(2, "b"),
                             write(3, "c"),
                             sync,
                             seal("one", 2),
                             seal("two", 3),
                             seal("day", 3, {1, 2}),
                             write(3, "d"),
                             sync};
  for (Step& step : steps) {
    ASSERT_TRUE(step.run());
    step.after = db_.dump();
  }
  EXPECT_EQ(steps.back().after, "log 3:c,d segments day");
  db_.close();
  const uint64_t operations = disk_->operations();
  EXPECT_GT(operations, 50u);
  for (uint64_t operation = 1; operation <= operations && !HasFailure(); operation += test_scale() > 1 ? 1 : 3) {
    new_disk();
    disk_->cut_before(operation);
    size_t done = 0;
    while (done < steps.size() && steps[done].run()) ++done;
    size_t kept = done;
    while (kept > 0 && !steps[kept - 1].durable) --kept;
    restart();
    const std::string found = db_.dump();
    bool known = done == 0 && found == steps[0].after;
    for (size_t i = std::max<size_t>(kept, 1); i <= std::min(done + 1, steps.size()); ++i) {
      known = known || found == steps[i - 1].after;
    }
    EXPECT_TRUE(known) << "before operation " << operation << ", after " << done << " steps: " << found;
  }
}

// Whatever part of the tail the disk kept.
TEST_F(PowerCut, LeavesABeginningOfTheLogWithAllThatWasSynced) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 20 * test_scale(); ++round) {
    ASSERT_TRUE(db_.open());
    const uint64_t base = 1000 * static_cast<uint64_t>(round + 1);
    uint64_t synced = 0;
    const uint64_t count = 20 + random() % 200;
    for (uint64_t i = 1; i <= count; ++i) {
      const std::string text = std::to_string(base + i) + std::string(random() % 30'000, '.');
      ASSERT_TRUE(db_.log().write({{round % 3 + static_cast<int64_t>(i / 100), text}}));
      if (random() % 20 != 0) continue;
      ASSERT_TRUE(db_.log().sync());
      synced = i;
    }
    disk_->cut();
    restart(round % 2 == 0 ? &random : nullptr);
    uint64_t next = base + 1;
    db_.log().read([&](uint64_t, const auto& batches) {
      const uint64_t number = std::stoull(std::string(batches[0].second));
      if (number <= base || number > base + 1000) return;  // of other rounds
      EXPECT_EQ(number, next++) << "round " << round;
    });
    EXPECT_GE(next, base + 1 + synced) << "round " << round;
  }
}

}  // namespace
}  // namespace narthex::storage
