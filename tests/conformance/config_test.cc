// Configurations that must load, and configurations that must be refused: every file of conformance/config/{good,bad}.
#include "config/config.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "tests/conformance/files.h"

namespace narthex::config {
namespace {

namespace fs = std::filesystem;

// Bad files that load nevertheless, by name, with the reason. A file of this list that is refused fails the test, so
// that the list can only shrink.
const std::map<std::string, std::string> kAcceptedThough = {};

std::vector<fs::path> files(const fs::path& where) {
  std::vector<fs::path> out;
  for (const auto& entry : fs::directory_iterator(where)) {
    if (entry.path().extension() == ".yml" || entry.path().extension() == ".yaml") out.push_back(entry.path());
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::string texts(const std::vector<Error>& errors) {
  std::string out;
  for (const Error& error : errors) out += error.str() + "\n";
  return out;
}

TEST(ConfigConformance, GoodFilesLoad) {
  const fs::path where = conformance_folder("config/good");
  if (where.empty()) GTEST_SKIP() << "skipped: no conformance files";
  size_t count = 0;
  for (const fs::path& file : files(where)) {
    const LoadResult result = load_file(file.string());
    EXPECT_TRUE(result.config) << file.filename() << " was refused:\n" << texts(result.errors);
    ++count;
  }
  EXPECT_GT(count, 0u);
  std::printf("%zu good files\n", count);
}

TEST(ConfigConformance, BadFilesAreRefusedWithAPlace) {
  const fs::path where = conformance_folder("config/bad");
  if (where.empty()) GTEST_SKIP() << "skipped: no conformance files";
  size_t refused = 0;
  for (const fs::path& file : files(where)) {
    const LoadResult result = load_file(file.string());
    const auto known = kAcceptedThough.find(file.filename().string());
    if (known != kAcceptedThough.end()) {
      EXPECT_TRUE(result.config) << file.filename() << " is refused by now: take it off the list";
      continue;
    }
    EXPECT_FALSE(result.config) << file.filename() << " was accepted";
    for (const Error& error : result.errors) {
      EXPECT_GT(error.place.line, 0) << error.str();
      EXPECT_GT(error.place.column, 0) << error.str();
    }
    refused += !result.config;
  }
  EXPECT_GT(refused, 0u);
  std::printf("%zu bad files refused, %zu known exceptions\n", refused, kAcceptedThough.size());
}

}  // namespace
}  // namespace narthex::config
