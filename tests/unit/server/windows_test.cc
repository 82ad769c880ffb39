#include "server/windows.h"

#include <gmock/gmock.h>

namespace narthex::server {
namespace {

constexpr int64_t kMinute = 60'000;

Result<WindowLengths> lengths(const std::string& min, const std::string& max) {
  FlagValues flags;
  if (!min.empty()) flags.set("storage.tsdb.min-block-duration", {min});
  if (!max.empty()) flags.set("storage.tsdb.max-block-duration", {max});
  return window_lengths(flags);
}

TEST(WindowLengths, AreThoseOfBlocks) {
  const struct {
    std::string min, max;
    int64_t window, overlap, merged;
  } cases[] = {
      {"", "", 60 * kMinute, 5 * kMinute, 24},      {"2h", "", 120 * kMinute, 10 * kMinute, 24},
      {"2h", "2h", 120 * kMinute, 10 * kMinute, 1}, {"1m", "150s", kMinute, 5000, 2},
      {"", "31d", 60 * kMinute, 5 * kMinute, 24},
  };
  for (const auto& c : cases) {
    const auto found = lengths(c.min, c.max);
    ASSERT_TRUE(found) << c.min << " " << c.max;
    EXPECT_EQ(found->window_ms, c.window) << c.min << " " << c.max;
    EXPECT_EQ(found->overlap_ms, c.overlap) << c.min << " " << c.max;
    EXPECT_EQ(found->merge_windows, c.merged) << c.min << " " << c.max;
  }
}

TEST(WindowLengths, ThatCannotBeAreRefusedByName) {
  const std::pair<std::string, std::string> cases[] = {{"59s", ""}, {"25h", ""}, {"0s", ""}};
  for (const auto& [min, max] : cases) {
    const auto found = lengths(min, max);
    ASSERT_FALSE(found) << min;
    EXPECT_EQ(found.error().message, "--storage.tsdb.min-block-duration: must be from 1m to 1d, got " + min);
  }
  const auto found = lengths("2h", "1h");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().message,
            "--storage.tsdb.max-block-duration: must not be less than --storage.tsdb.min-block-duration, got 1h");
}

}  // namespace
}  // namespace narthex::server
