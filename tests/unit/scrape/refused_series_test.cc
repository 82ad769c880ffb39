// A store without memory for new series: the scrape goes on without them (storage design, promises).
#include "tests/unit/scrape/scrape_fixture.h"

namespace narthex::scrape {
namespace {

struct Room {
  std::atomic<storage::Slot> slots = 2;
  std::atomic<uint64_t> epoch = 0;
  std::atomic<bool> notes = true;
  std::atomic<int> asked = 0;  // in vain
};

// Passes everything on, but refuses new series beyond a number that may be raised. Thread-safe as what it wraps.
class FullAppender final : public storage::TargetAppender {
 public:
  FullAppender(std::shared_ptr<storage::TargetAppender> inner, Room& room) : inner_(std::move(inner)), room_(room) {}

  storage::Slot slot_count() const override { return inner_->slot_count(); }
  std::unique_ptr<storage::Remap> take_remap() override { return inner_->take_remap(); }
  std::unique_ptr<storage::Scratch> begin(Timestamp timestamp, Timestamp now) override {
    return inner_->begin(timestamp, now);
  }
  Result<storage::Slot> resolve(storage::Scratch& scratch, const Labels& labels) override {
    if (!scratch.refusable() || scratch.slot_count() < room_.slots) return inner_->resolve(scratch, labels);
    ++room_.asked;
    return Error{Code::kLimit, "no memory for new series"};
  }
  uint64_t refusal_epoch() const override { return room_.epoch; }
  bool may_remember_refusal(size_t) override { return room_.notes; }
  Labels labels(storage::Slot slot) const override { return inner_->labels(slot); }
  void commit(std::unique_ptr<storage::Scratch> scratch, std::function<void(storage::CommitResult)> done) override {
    inner_->commit(std::move(scratch), std::move(done));
  }

 private:
  const std::shared_ptr<storage::TargetAppender> inner_;
  Room& room_;
};

class FullStore final : public storage::Store {
 public:
  explicit FullStore(storage::Store& inner) : inner_(inner) {}
  std::shared_ptr<const storage::View> view() const override { return inner_.view(); }
  std::shared_ptr<storage::TargetAppender> open_target(const Labels& labels) override {
    return std::make_shared<FullAppender>(inner_.open_target(labels), room);
  }
  void commit_all(std::vector<std::unique_ptr<storage::Scratch>> scratches, storage::CommitMode mode,
                  std::function<void(storage::CommitResult)> done) override {
    inner_.commit_all(std::move(scratches), mode, std::move(done));
  }
  storage::Stats stats() const override { return inner_.stats(); }
  storage::Cardinality cardinality(size_t limit) const override { return inner_.cardinality(limit); }
  void close() override { inner_.close(); }

  Room room;

 private:
  storage::Store& inner_;
};

class RefusedSeriesTest : public ScrapeTest {
 protected:
  ~RefusedSeriesTest() override { manager_ = nullptr; }  // before what it writes to
  storage::Store& store() override { return full_; }
  FullStore full_{store_};
};

TEST_F(RefusedSeriesTest, ScrapeGoesOnWithoutThemAndSaysSo) {
  play<std::string>(job(), {"a 1\nb 1\nc 1\nd 1\n", "a 2\nb 2\nc 2\nd 2\n"});
  EXPECT_EQ(values("up", 2), "1 1");
  EXPECT_EQ(values("a", 2), "1 2");
  EXPECT_EQ(values("b", 2), "1 2");
  EXPECT_TRUE(samples("c").empty());
  EXPECT_EQ(values("scrape_samples_scraped", 2), "4 4");
  EXPECT_EQ(values("scrape_series_added", 2), "2 0");
  EXPECT_TRUE(wait_for([&] { return status().last_warning == "2 new series refused: no memory for new series"; }));
  EXPECT_EQ(status().last_error, "");
  EXPECT_EQ(status().health, Health::kUp);
  EXPECT_EQ(manager_->history({"", "", 1}).at(0).attempts.at(0).warning, status().last_warning);
  full_.room.slots = 1000;
  ++full_.room.epoch;
  EXPECT_TRUE(wait_for([&] { return !samples("c").empty() && !samples("d").empty(); }));
  EXPECT_TRUE(wait_for([&] { return status().last_warning.empty(); }));
}

// The store may have room again without having said so: nothing is asked until it does.
TEST_F(RefusedSeriesTest, TheStoreIsAskedOnceUntilItSaysThatThereIsRoom) {
  play<std::string>(job(), {"a 1\nb 1\nc 1\nd 1\n"});
  EXPECT_TRUE(wait_for([&] { return scrapes() >= 4; }));
  EXPECT_EQ(full_.room.asked, 2);
  full_.room.slots = 1000;
  const int before = scrapes();
  EXPECT_TRUE(wait_for([&] { return scrapes() >= before + 2; }));
  EXPECT_TRUE(samples("c").empty());
  EXPECT_EQ(status().last_warning, "2 new series refused: no memory for new series");
  ++full_.room.epoch;
  EXPECT_TRUE(wait_for([&] { return !samples("c").empty(); }));
}

TEST_F(RefusedSeriesTest, WithoutMemoryToRememberItIsAskedEachTime) {
  full_.room.notes = false;
  play<std::string>(job(), {"a 1\nb 1\nc 1\nd 1\n"});
  EXPECT_TRUE(wait_for([&] { return full_.room.asked >= 6; }));
  EXPECT_EQ(status().last_warning, "2 new series refused: no memory for new series");
}

// What was refused owes no marker when it is gone, and what takes its place is a series like others.
TEST_F(RefusedSeriesTest, RefusedLinesThatVanishLeaveNothing) {
  play<std::string>(job(), {"a 1\nb 1\nc 1\n", "a 2\nb 2\nc 2\n", "a 3\n", "a 4\nc 4\n"});
  EXPECT_EQ(values("a", 4), "1 2 3 4");
  EXPECT_EQ(values("b", 4), "1 2 stale -");
  EXPECT_TRUE(samples("c").empty());
  EXPECT_EQ(values("scrape_series_added", 4), "2 0 0 0");
  EXPECT_EQ(values("scrape_samples_post_metric_relabeling", 4), "3 3 1 2");
}

// Refused samples are none of those that sample_limit counts.
TEST_F(RefusedSeriesTest, RefusedSeriesDoNotCountForTheSampleLimit) {
  JobOptions options = job();
  options.limits.samples = 3;
  play<std::string>(options, {"a 1\nb 1\nc 1\nd 1\ne 1\n", "a 2\nb 2\nc 2\nd 2\ne 2\n"});
  EXPECT_EQ(values("up", 2), "1 1");
  EXPECT_EQ(values("a", 2), "1 2");
}

TEST_F(RefusedSeriesTest, ConvertedHistogramsAreRefusedAndComeLater) {
  JobOptions options = job();
  options.convert_classic_histograms = true;
  options.scrape_native_histograms = true;
  options.always_scrape_classic_histograms = true;
  full_.room.slots = 0;
  const std::string body =
      "# TYPE h histogram\nh_bucket{le=\"1\"} 1\nh_bucket{le=\"+Inf\"} 2\nh_sum 3\nh_count 2\nx 1\n";
  play<std::string>(options, {body, body, body});
  EXPECT_EQ(values("up", 3), "1 1 1");
  EXPECT_TRUE(samples("x").empty());
  EXPECT_TRUE(wait_for([&] { return status().last_warning == "6 new series refused: no memory for new series"; }));
  EXPECT_EQ(full_.room.asked, 6);
  full_.room.slots = 1000;
  ++full_.room.epoch;
  EXPECT_TRUE(wait_for([&] { return !samples("x").empty() && !samples("h_sum").empty(); }));
  EXPECT_TRUE(wait_for([&] { return status().last_warning.empty(); }));
}

}  // namespace
}  // namespace narthex::scrape
