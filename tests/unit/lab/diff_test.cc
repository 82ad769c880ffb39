#include "lab/diff.h"

#include <gmock/gmock.h>

namespace narthex::lab {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Diff, IsALinePerDifferenceInTheOrderOfNames) {
  EXPECT_THAT(diff({}, {}), IsEmpty());
  EXPECT_THAT(diff({{"a", "1"}}, {{"a", "1"}}), IsEmpty());
  EXPECT_THAT(diff({}, {{"a", "1"}}), ElementsAre("+ a=\"1\""));
  EXPECT_THAT(diff({{"a", "1"}}, {}), ElementsAre("- a=\"1\""));
  EXPECT_THAT(diff({{"a", "1"}}, {{"a", "2"}}), ElementsAre("- a=\"1\"", "+ a=\"2\""));
  EXPECT_THAT(diff({{"a", "1"}, {"c", "3"}}, {{"b", "2"}, {"c", "3"}}), ElementsAre("- a=\"1\"", "+ b=\"2\""));
  EXPECT_THAT(diff({{"b", "1"}}, {{"a", "1"}, {"c", "1"}}), ElementsAre("+ a=\"1\"", "- b=\"1\"", "+ c=\"1\""));
  EXPECT_THAT(diff({{"a b", "x\ny"}}, {}), ElementsAre("- \"a b\"=\"x\\ny\""));
}

}  // namespace
}  // namespace narthex::lab
