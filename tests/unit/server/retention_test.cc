// How long samples are kept: what of the file and the flags holds.
#include "server/retention.h"

#include <gtest/gtest.h>

namespace narthex::server {
namespace {

constexpr int64_t kDay = 86'400'000;

TEST(Retention, TheFileWinsOverFlags) {
  const struct {
    const char* name;
    const char* time_flag;
    const char* size_flag;
    config::Tsdb tsdb;
    storage::Limits limits;
    const char* text;
  } cases[] = {
      {"nothing said", "0s", "0", {}, {15 * kDay, 0, 0, 0}, "15d"},
      {"a time by flag", "30d", "0", {}, {30 * kDay, 0, 0, 0}, "30d"},
      {"a size by flag: no time", "0s", "1GB", {}, {0, 1 << 30, 0, 0}, "1GiB"},
      {"both by flag", "1d", "512MB", {}, {kDay, 512 << 20, 0, 0}, "1d or 512MiB"},
      {"a time in the file", "30d", "0", {Duration::seconds(7 * 86'400), {}, {}, {}}, {7 * kDay, 0, 0, 0}, "1w"},
      {"a time in the file, a size by flag",
       "0s",
       "1GB",
       {Duration::seconds(2 * 86'400), {}, {}, {}},
       {2 * kDay, 1 << 30, 0, 0},
       "2d or 1GiB"},
      {"a size in the file: no time", "0s", "0", {{}, 1 << 30, {}, {}}, {0, 1 << 30, 0, 0}, "1GiB"},
      {"a size in the file, a time by flag", "3d", "0", {{}, 1 << 30, {}, {}}, {3 * kDay, 1 << 30, 0, 0}, "3d or 1GiB"},
      {"a size in the file and by flag", "0s", "2GB", {{}, 1 << 30, {}, {}}, {0, 1 << 30, 0, 0}, "1GiB"},
      {"a percentage: no time", "0s", "0", {{}, {}, 80, {}}, {0, 0, 80, 0}, "80%"},
      {"a percentage and a time", "0s", "0", {Duration::seconds(15 * 86'400), {}, 80, {}}, {15 * kDay, 0, 80, 0}, "15d or 80%"},
      {"a percentage wins over a size", "0s", "1GB", {{}, {}, 2.5, {}}, {0, 1 << 30, 2.5, 0}, "2.5%"},
      {"no time, says the file", "30d", "0", {Duration(), {}, {}, {}}, {0, 0, 0, 0}, ""},
      {"no size, says the file", "0s", "1GB", {{}, 0, {}, {}}, {15 * kDay, 0, 0, 0}, "15d"},
      {"no percentage, says the file", "0s", "0", {{}, {}, 0, {}}, {15 * kDay, 0, 0, 0}, "15d"},
      {"late samples", "0s", "0", {{}, {}, {}, Duration::minutes(30)}, {15 * kDay, 0, 0, 1'800'000}, "15d"},
  };
  for (const auto& c : cases) {
    FlagValues flags;
    if (std::string_view(c.time_flag) != "0s") flags.set("storage.tsdb.retention.time", {c.time_flag});
    if (std::string_view(c.size_flag) != "0") flags.set("storage.tsdb.retention.size", {c.size_flag});
    ASSERT_TRUE(flags.check());
    const storage::Limits limits = storage_limits(flags, c.tsdb);
    EXPECT_EQ(limits, c.limits) << c.name;
    EXPECT_EQ(retention_text(limits), c.text) << c.name;
  }
}

}  // namespace
}  // namespace narthex::server
