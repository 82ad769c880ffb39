#include "scrape/target_limit.h"

#include <gtest/gtest.h>

#include <tuple>

namespace narthex::scrape {
namespace {

TEST(TargetLimit, IsExceededByMoreThanIt) {
  const std::tuple<uint64_t, uint64_t, const char*> cases[] = {
      {1000, 0, ""},
      {0, 2, ""},
      {2, 2, ""},
      {3, 2, "target_limit exceeded (number of targets: 3, limit: 2)"},
  };
  for (const auto& [active, limit, expected] : cases) {
    Limits limits;
    limits.targets = limit;
    auto ok = check_target_limit(active, limits);
    EXPECT_EQ(ok ? "" : ok.error().message, expected);
    EXPECT_TRUE(ok || ok.error().code == Code::kLimit);
  }
}

}  // namespace
}  // namespace narthex::scrape
