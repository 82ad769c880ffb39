#include "tests/support/naive_store.h"

#include <gtest/gtest.h>

namespace narthex::testing {
namespace {

TEST(NaiveStore, RefusesSamplesByClassAndKeepsTheRest) {
  NaiveStore store;
  const Labels a{{"__name__", "a"}};
  const Labels b{{"__name__", "b"}};
  store.add(a, 10'000'000, 1);
  auto result = store.commit({{a, 10'000'000, 1},   // equal: accepted silently
                              {a, 10'000'000, 2},   // same time, other value
                              {a, 9'999'999, 2},    // older than its newest
                              {b, 10'700'001, 2},   // too far ahead
                              {b, 1'000'000, 2},    // too old for the head
                              {b, 10'000'001, 5},   // fine
                              {b, 10'000'001, 6},   // loses against the one before, uncounted
                              {b, 10'000'000, 4}},  // likewise
                             10'100'000);
  EXPECT_TRUE(result.status);
  EXPECT_EQ(result.duplicate_timestamp, 1u);
  EXPECT_EQ(result.out_of_order, 1u);
  EXPECT_EQ(result.out_of_bounds, 2u);
  EXPECT_EQ(dump(*store.view()), "a 10000000:1\nb 10000001:5\n");
}

TEST(NaiveStore, ViewDoesNotChange) {
  NaiveStore store;
  store.add(Labels{{"__name__", "a"}}, 1, 1);
  auto view = store.view();
  store.add(Labels{{"__name__", "a"}}, 2, kStaleMarker);
  EXPECT_EQ(dump(*view), "a 1:1\n");
  EXPECT_EQ(dump(*store.view()), "a 1:1 2:7ff0000000000002\n");
}

TEST(NaiveStore, DroppedScratchLeavesNoTrace) {
  NaiveStore store;
  auto target = store.open_target({});
  {
    auto scratch = target->begin(1, 1);
    const storage::Slot slot = *target->resolve(*scratch, Labels{{"__name__", "a"}});
    scratch->set(slot, 1);
    EXPECT_EQ(scratch->created_slots(), std::vector<storage::Slot>{slot});
  }
  auto next = target->begin(2, 2);
  EXPECT_EQ(*target->resolve(*next, Labels{{"__name__", "b"}}), 0u) << "the slot is given to another series";
  EXPECT_EQ(dump(*store.view()), "");
}

}  // namespace
}  // namespace narthex::testing
