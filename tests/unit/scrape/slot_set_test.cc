#include "scrape/loop/slot_set.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace narthex::scrape {
namespace {

using storage::kNoSlot;
using storage::Slot;

SlotSet of(const std::set<Slot>& slots) {
  SlotSet set;
  for (Slot slot : slots) set.insert(slot);
  return set;
}

std::set<Slot> without(const SlotSet& a, const SlotSet& b) {
  std::set<Slot> slots;
  a.for_each_without(b, [&](Slot slot) { slots.insert(slot); });
  return slots;
}

TEST(SlotSet, AgreesWithAnOrdinarySet) {
  std::mt19937 engine(7);
  auto below = [&](Slot end) { return static_cast<Slot>(engine() % end); };
  for (int round = 0; round < 200; ++round) {
    std::set<Slot> a, b;
    for (int i = 0; i < 40; ++i) {
      a.insert(below(200));
      b.insert(below(150));
    }
    std::set<Slot> expected;
    std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::inserter(expected, expected.end()));
    EXPECT_EQ(without(of(a), of(b)), expected);
    EXPECT_EQ(of(a).count_without(of(b)), expected.size());
    EXPECT_EQ(of(a).size(), a.size());
    SlotSet both = of(a);
    both.add(of(b));
    std::set<Slot> all = a;
    all.insert(b.begin(), b.end());
    EXPECT_EQ(without(both, {}), all);
    SlotSet rest = of(a);
    const std::vector<Slot> erased(b.begin(), b.end());
    rest.erase(erased);
    EXPECT_EQ(without(rest, {}), expected);
  }
}

TEST(SlotSet, MovesAndDropsSlotsOnCompaction) {
  SlotSet set = of({0, 2, 70});
  storage::Remap remap(71, kNoSlot);
  remap[0] = 1;
  remap[70] = 0;
  set.remap(remap);
  EXPECT_EQ(without(set, {}), (std::set<Slot>{0, 1}));
}

TEST(SlotSet, EmptyIsEmpty) {
  EXPECT_TRUE(SlotSet().empty());
  EXPECT_FALSE(SlotSet().has(1000));
  EXPECT_TRUE(SlotSet({0, 0}).empty());
  EXPECT_FALSE(SlotSet({0, 4}).empty());
}

}  // namespace
}  // namespace narthex::scrape
