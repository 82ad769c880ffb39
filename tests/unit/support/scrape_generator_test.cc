#include "tests/support/scrape_generator.h"

#include <gtest/gtest.h>

#include "tests/support/naive_store.h"

namespace narthex::testing {
namespace {

TEST(ScrapeGenerator, SameSeedSameStore) {
  NaiveStore a, b;
  ScrapeGenerator both({.seed = 7}, {&a, &b});
  for (int i = 0; i < 300; ++i) ASSERT_EQ(both.step(), "");
  EXPECT_TRUE(dump(*a.view()) == dump(*b.view()));
  NaiveStore c;
  ScrapeGenerator again({.seed = 7}, {&c});
  for (int i = 0; i < 300; ++i) ASSERT_EQ(again.step(), "");
  EXPECT_TRUE(dump(*a.view()) == dump(*c.view()));
}

TEST(ScrapeGenerator, CoversTheHardCases) {
  NaiveStore store;
  ScrapeGenerator generator({.seed = 3}, {&store});
  for (int i = 0; i < 500; ++i) ASSERT_EQ(generator.step(), "");
  const std::string text = dump(*store.view());
  EXPECT_NE(text.find("7ff0000000000002"), std::string::npos) << "no stale marker";
  EXPECT_NE(text.find("8000000000000000"), std::string::npos) << "no negative zero";
  EXPECT_NE(text.find("exported_job"), std::string::npos);
  EXPECT_EQ(text.find("never_seen"), std::string::npos) << "a dropped scratch left a trace";
}

}  // namespace
}  // namespace narthex::testing
