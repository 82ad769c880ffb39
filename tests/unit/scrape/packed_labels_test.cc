#include "scrape/pool/packed_labels.h"

#include <gtest/gtest.h>

namespace narthex::scrape {
namespace {

TEST(PackedLabels, ComeBackAsTheyWere) {
  const RawLabels cases[] = {
      {},
      {{"a", "1"}},
      {{"a", ""}, {"", "x"}, {"a", "again"}},
      {{"nul", std::string("x\0y", 3)}, {"long", std::string(70'000, 'z')}},
  };
  for (const RawLabels& labels : cases) EXPECT_EQ(unpack(pack(labels)), labels);
}

TEST(PackedLabels, GroupsCompareByContent) {
  const TargetGroup group{{{{"__address__", "a:1"}}, {{"__address__", "b:1"}}}, {{"x", "y"}}, "0"};
  TargetGroup other = group;
  EXPECT_EQ(pack(group), pack(other));
  other.targets[1][0].value = "c:1";
  EXPECT_NE(pack(group), pack(other));
  other = group;
  other.labels = {{"x", ""}};
  EXPECT_NE(pack(group), pack(other));
}

}  // namespace
}  // namespace narthex::scrape
