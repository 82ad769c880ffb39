#include "server/memory_limit.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "server/flags.h"

namespace narthex::server {
namespace {

namespace fs = std::filesystem;

struct Files {
  explicit Files(const std::map<std::string, std::string>& files) {
    fs::remove_all(root);
    for (const auto& [name, text] : files) {
      fs::create_directories((root / name).parent_path());
      std::ofstream(root / name) << text;
    }
  }
  ~Files() { fs::remove_all(root); }
  const fs::path root = fs::temp_directory_path() / ("narthex-cgroup-" + std::to_string(::getpid()));
};

TEST(MemoryLimit, OfTheCgroupAndThoseAboveIt) {
  const struct {
    const char* name;
    std::map<std::string, std::string> files;
    std::optional<int64_t> limit;
  } cases[] = {
      {"no cgroups", {}, std::nullopt},
      {"v2, in a container", {{"memory.max", "1000\n"}}, 1000},
      {"v2, no limit", {{"memory.max", "max\n"}}, std::nullopt},
      {"v2, of its own group", {{"self", "0::/a/b\n"}, {"a/b/memory.max", "500\n"}}, 500},
      {"v2, of the group above", {{"self", "0::/a/b\n"}, {"a/b/memory.max", "max\n"}, {"a/memory.max", "700"}}, 700},
      {"v2, the smallest", {{"self", "0::/a/b\n"}, {"a/b/memory.max", "900\n"}, {"a/memory.max", "700"}}, 700},
      {"v1, in a container", {{"memory/memory.limit_in_bytes", "2000\n"}}, 2000},
      {"v1, no limit", {{"memory/memory.limit_in_bytes", "9223372036854771712\n"}}, std::nullopt},
      {"v1, of its own group",
       {{"self", "5:cpu:/x\n4:blkio,memory:/c/d\n0::/\n"}, {"memory/c/d/memory.limit_in_bytes", "300"}},
       300},
      {"a line that means nothing", {{"self", "nonsense\n\n"}, {"memory.max", "1"}}, 1},
  };
  for (const auto& c : cases) {
    const Files files(c.files);
    EXPECT_EQ(cgroup_memory_limit(files.root, files.root / "self"), c.limit) << c.name;
  }
}

TEST(MemoryBudget, AsItIsWritten) {
  const struct {
    const char* text;
    std::optional<int64_t> limit;
    std::optional<int64_t> budget;  // nothing: refused
  } cases[] = {
      {"", std::nullopt, 0},
      {"", 1000, 800},
      {"0", 1000, 0},
      {"512MB", 1000, 512 << 20},
      {"1GiB", {}, 1 << 30},
      {"4096", {}, 4096},
      {"60%", 1000, 600},
      {"60%", {}, 6000},
      {"12.5%", 1000, 125},
      {"100%", 1000, 1000},
      {"0%", {}, {}},
      {"101%", {}, {}},
      {"-5%", {}, {}},
      {"%", {}, {}},
      {"NaN%", {}, {}},
      {"1.5GB", {}, {}},
      {"12 MB", {}, {}},
      {"12XB", {}, {}},
      {"99999999999EB", {}, {}},
      {"-1", {}, {}},
  };
  for (const auto& c : cases) {
    const auto budget = parse_memory_budget(c.text, c.limit, 10'000);
    EXPECT_EQ(budget ? std::optional(*budget) : std::nullopt, c.budget) << c.text;
  }
}

TEST(MemoryBudget, AWrongFlagIsAnError) {
  FlagValues flags;
  EXPECT_TRUE(flags.check());
  flags.set("storage.memory-budget", {"half"});
  const auto checked = flags.check();
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().message,
            "invalid value for flag '--storage.memory-budget': not a size or a percentage: \"half\"");
}

}  // namespace
}  // namespace narthex::server
