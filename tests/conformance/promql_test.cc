// Runs every promqltest script of the conformance directory and prints a table: how many queries passed, were not
// evaluated by this version, or failed.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <vector>

#include "tests/conformance/files.h"
#include "tests/support/promqltest.h"

namespace narthex::testing::promqltest {
namespace {

TEST(PromqlConformance, EveryScript) {
  const std::filesystem::path folder = conformance_folder("promql");
  if (folder.empty()) GTEST_SKIP() << "skipped: no conformance files";
  std::vector<std::filesystem::path> files(std::filesystem::directory_iterator(folder), {});
  std::erase_if(files, [](const auto& file) { return file.extension() != ".test"; });
  std::sort(files.begin(), files.end());
  Report total;
  std::printf("%-28s %8s %12s %8s %16s\n", "script", "passed", "unsupported", "failed", "series skipped");
  const auto print_row = [](const std::string& name, const Report& r) {
    std::printf("%-28s %8d %12d %8zu %16d\n", name.c_str(), r.passed, r.unsupported, r.failures.size(),
                r.skipped_series);
  };
  for (const auto& file : files) {
    const auto script = parse_script(read_file(file));
    ASSERT_TRUE(script) << file << ": " << script.error().message;
    const Report report = run_script(*script, script_engine_options());
    print_row(file.filename().string(), report);
    for (const std::string& failure : report.failures) ADD_FAILURE() << file.filename().string() << " " << failure;
    total.passed += report.passed;
    total.unsupported += report.unsupported;
    total.skipped_series += report.skipped_series;
    total.failures.insert(total.failures.end(), report.failures.begin(), report.failures.end());
  }
  print_row("all", total);
}

}  // namespace
}  // namespace narthex::testing::promqltest
