// What the log makes of a store at the next start, down to the columns: scrapes told by their changes alone, and
// everything that may come between them.
#include "storage/core/open.h"
#include "tests/unit/storage/fixture.h"

namespace narthex::storage {
namespace {

constexpr Timestamp kStart = 1'767'225'600'000;

std::string columns(Store& store) {
  std::string out;
  for (const auto& target : static_cast<StoreImpl&>(store).shared().core.registry.all()) out += dump(*target);
  return out;
}

struct Scrape {
  const char* what;
  int producer;
  int series;          // so many are shown
  uint64_t changing;   // bit i: series i has a new value
  bool timed = false;  // one of them has a timestamp of its own
  bool starts = false;
};

class ReplayTest : public ::testing::Test {
 protected:
  ReplayTest() {
    for (int i = 0; i < 2; ++i) producers_.push_back(store_->open_target({{"job", "j"}}));
  }

  void scrape_one(const Scrape& s) {
    at_ += 15'000;
    auto scratch = producers_[static_cast<size_t>(s.producer)]->begin(at_, at_);
    for (int i = 0; i < s.series; ++i) {
      const auto slot = producers_[static_cast<size_t>(s.producer)]->resolve(
          *scratch, {{"__name__", "m" + std::to_string(s.producer)}, {"job", "j"}, {"n", std::to_string(i)}});
      double& value = values_[static_cast<size_t>(s.producer * 64 + i)];
      if ((s.changing >> i & 1) != 0) value += i % 3 == 0 ? 1 : i % 3 == 1 ? 0.01 : 1e-9 / 3;
      if (s.timed && i == 0) {
        scratch->set_at(*slot, at_ - 1, value);
      } else {
        scratch->set(*slot, value);
      }
      if (s.starts) scratch->set_start(*slot, kStart);
    }
    std::promise<CommitResult> promise;
    producers_[static_cast<size_t>(s.producer)]->commit(std::move(scratch),
                                                        [&](CommitResult r) { promise.set_value(std::move(r)); });
    ASSERT_TRUE(promise.get_future().get().status) << s.what;
  }
  void expect_the_same_after_a_restart(const char* what) {
    const std::string before = columns(store_.get());
    producers_.clear();
    store_.reopen();
    EXPECT_EQ(columns(store_.get()), before) << what;
    for (int i = 0; i < 2; ++i) producers_.push_back(store_->open_target({{"job", "j"}}));
  }

  static Options one_window() {
    Options options = small_windows(86'400'000, 300'000);
    options.key_frame_ms = 200'000;
    return options;
  }

  OpenStore store_{one_window()};
  std::vector<std::shared_ptr<TargetAppender>> producers_;
  std::vector<double> values_ = std::vector<double>(128, 1);
  Timestamp at_ = kStart;
};

TEST_F(ReplayTest, AnythingMayComeBetweenScrapesOfTheSameSeries) {
  const std::vector<Scrape> steady = {{"nothing changes", 0, 9, 0},      {"nothing again", 0, 9, 0},
                                      {"one changes", 0, 9, 0b100},      {"others change", 0, 9, 0b11011},
                                      {"all change", 0, 9, 0b111111111}, {"none changes", 0, 9, 0}};
  const std::vector<std::vector<Scrape>> between = {
      {},
      {{"a series is missing", 0, 8, 1}},
      {{"a series is new", 0, 10, 1}},
      {{"all are missing", 0, 0, 0}},
      {{"another producer", 1, 5, 1}, {"and its next one", 1, 5, 2}},
      {{"an own timestamp", 0, 9, 1, true}},
      {{"start timestamps", 0, 9, 1, false, true}},
      {{"start timestamps of another producer", 1, 5, 1, false, true}},
  };
  for (const auto& middle : between) {
    for (int round = 0; round < 3; ++round) {
      for (const Scrape& s : steady) scrape_one(s);
      for (const Scrape& s : middle) scrape_one(s);
      for (const Scrape& s : steady) scrape_one(s);
    }
    expect_the_same_after_a_restart(middle.empty() ? "nothing" : middle.front().what);
  }
}

}  // namespace
}  // namespace narthex::storage
