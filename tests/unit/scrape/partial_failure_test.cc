// Scrapes that fail half way through their body: the slots of what was read go with their scratch and are given to
// others. On the naive store and on the real one.
#include <unistd.h>

#include <filesystem>

#include "tests/unit/scrape/scrape_fixture.h"

namespace narthex::scrape {
namespace {

class PartialFailureTest : public ScrapeTest, public ::testing::WithParamInterface<bool> {
 protected:
  ~PartialFailureTest() override {
    manager_ = nullptr;
    real_ = nullptr;
    std::filesystem::remove_all(options_.path);
  }
  void SetUp() override {
    if (!GetParam()) return;
    char name[] = "/tmp/narthex-partial-XXXXXX";
    options_.path = ::mkdtemp(name);
    auto opened = storage::Store::open(options_, clock_, null_log());
    ASSERT_TRUE(opened) << opened.error().message;
    real_ = std::move(*opened);
  }
  storage::Store& store() override { return real_ ? *real_ : static_cast<storage::Store&>(store_); }
  const storage::Queryable& readable() const override {
    return real_ ? *real_ : static_cast<const storage::Queryable&>(store_);
  }

  storage::Options options_;
  std::unique_ptr<storage::Store> real_;
};

INSTANTIATE_TEST_SUITE_P(Stores, PartialFailureTest, ::testing::Bool(),
                         [](const auto& store) { return store.param ? "Real" : "Naive"; });

TEST_P(PartialFailureTest, TheFirstScrapeFails) {
  play<std::string>(job(), {"a 1\nb 1\nc{\n", "a 2\n", "a 3\nb 3\n", "b 4\n"});
  EXPECT_EQ(values("up", 4), "0 1 1 1");
  EXPECT_EQ(values("a", 4), "- 2 3 stale");
  EXPECT_EQ(values("b", 4), "- - 3 4");
  EXPECT_EQ(values("scrape_samples_scraped", 4), "2 1 2 1");
  EXPECT_EQ(values("scrape_series_added", 4), "2 1 1 0");
}

TEST_P(PartialFailureTest, NewSeriesOfAFailedScrapeAreNotMistakenForOthers) {
  play<std::string>(job(), {"a 1\n", "a 2\nnew1 2\nnew2 2\nc{\n", "a 3\nother1 3\nother2 3\n", "a 4\n", "a 5\n"});
  EXPECT_EQ(values("up", 5), "1 0 1 1 1");
  EXPECT_EQ(values("a", 5), "1 - 3 4 5");
  EXPECT_EQ(values("new1", 5), "- - - - -");
  EXPECT_EQ(values("other1", 5), "- - 3 stale -");
  EXPECT_EQ(values("other2", 5), "- - 3 stale -");
}

TEST_P(PartialFailureTest, FailsTheSameWayAgainAndAgain) {
  play<std::string>(job(), {"a 1\nc{\n", "a 2\nc{\n", "a 3\nb 3\nc{\n", "a 4\n"});
  EXPECT_EQ(values("up", 4), "0 0 0 1");
  EXPECT_EQ(values("a", 4), "- - - 4");
}

}  // namespace
}  // namespace narthex::scrape
