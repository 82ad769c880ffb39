// A store without memory for new series: the scrape goes on without them (storage design, promises).
#include "tests/unit/scrape/scrape_fixture.h"

namespace narthex::scrape {
namespace {

// Passes everything on, but refuses new series beyond a number that may be raised. Thread-safe as what it wraps.
class FullAppender final : public storage::TargetAppender {
 public:
  FullAppender(std::shared_ptr<storage::TargetAppender> inner, const std::atomic<storage::Slot>& room)
      : inner_(std::move(inner)), room_(room) {}

  storage::Slot slot_count() const override { return inner_->slot_count(); }
  std::unique_ptr<storage::Remap> take_remap() override { return inner_->take_remap(); }
  std::unique_ptr<storage::Scratch> begin(Timestamp timestamp, Timestamp now) override {
    return inner_->begin(timestamp, now);
  }
  Result<storage::Slot> resolve(storage::Scratch& scratch, const Labels& labels) override {
    const bool report = labels.get(kMetricName) == "up" || labels.get(kMetricName).starts_with("scrape_");
    if (!report && scratch.slot_count() >= room_) return Error{Code::kLimit, "no memory for new series"};
    return inner_->resolve(scratch, labels);
  }
  Labels labels(storage::Slot slot) const override { return inner_->labels(slot); }
  void commit(std::unique_ptr<storage::Scratch> scratch, std::function<void(storage::CommitResult)> done) override {
    inner_->commit(std::move(scratch), std::move(done));
  }

 private:
  const std::shared_ptr<storage::TargetAppender> inner_;
  const std::atomic<storage::Slot>& room_;
};

class FullStore final : public storage::Store {
 public:
  explicit FullStore(storage::Store& inner) : inner_(inner) {}
  std::shared_ptr<const storage::View> view() const override { return inner_.view(); }
  std::shared_ptr<storage::TargetAppender> open_target(const Labels& labels) override {
    return std::make_shared<FullAppender>(inner_.open_target(labels), room);
  }
  storage::Stats stats() const override { return inner_.stats(); }
  void close() override { inner_.close(); }

  std::atomic<storage::Slot> room = 2;

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
  full_.room = 1000;
  EXPECT_TRUE(wait_for([&] { return !samples("c").empty() && !samples("d").empty(); }));
  EXPECT_TRUE(wait_for([&] { return status().last_warning.empty(); }));
}

}  // namespace
}  // namespace narthex::scrape
