// What the tests of config/ share.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"

namespace narthex::config {

using Lines = std::vector<std::string>;

// "line:column: message" of each, "file:line:column: message" if it is of another file.
inline Lines lines(const std::vector<Error>& errors, const std::string& main_file = "f.yml") {
  Lines out;
  for (Error error : errors) {
    if (error.place.file == main_file) error.place.file.clear();
    std::string text = error.str();
    if (text.starts_with(':')) text.erase(0, 1);
    out.push_back(std::move(text));
  }
  return out;
}

inline Lines errors_of(std::string_view yaml) { return lines(load_text(yaml, "f.yml").errors); }

// The configuration of a text that must load; an empty one, and a failed test, if it does not.
inline Config load_or_fail(std::string_view yaml) {
  LoadResult result = load_text(yaml, "f.yml");
  for (const Error& error : result.errors) ADD_FAILURE() << error.str() << "\n" << yaml;
  return result.config ? std::move(*result.config) : Config();
}

// The only job of such a text.
inline scrape::JobOptions job_of(std::string_view yaml) {
  Config config = load_or_fail(yaml);
  EXPECT_EQ(config.jobs.size(), 1u) << yaml;
  return config.jobs.empty() ? scrape::JobOptions() : config.jobs[0].scrape;
}

// A job with these fields, given as "  a: b\n  c: d\n" with the indentation of a job's fields; line 3 is its first.
inline std::string job_with(std::string_view fields) {
  return "scrape_configs:\n- job_name: j\n" + std::string(fields);
}

struct ErrorCase {
  const char* yaml;
  Lines errors;
};

inline void expect_errors(const std::vector<ErrorCase>& cases) {
  for (const ErrorCase& c : cases) EXPECT_EQ(errors_of(c.yaml), c.errors) << c.yaml;
}

// The same for the fields of a job.
inline void expect_job_errors(const std::vector<ErrorCase>& cases) {
  for (const ErrorCase& c : cases) EXPECT_EQ(errors_of(job_with(c.yaml)), c.errors) << c.yaml;
}

// A folder of its own, removed at the end.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "narthex_config_XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::string path(const std::string& name) const { return path_ + "/" + name; }
  std::string write(const std::string& name, std::string_view text) const {
    std::filesystem::create_directories(std::filesystem::path(path(name)).parent_path());
    std::ofstream(path(name)) << text;
    return path(name);
  }

 private:
  std::string path_;
};

}  // namespace narthex::config
