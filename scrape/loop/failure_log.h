// scrape_failure_log_file: a JSON line for each request that got no usable answer. Source: scrape spec, section 1.4.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "base/log.h"
#include "base/result.h"

namespace narthex::scrape {

// One file, shared by the jobs that name it. Thread-safe.
class FailureLog {
 public:
  explicit FailureLog(std::string path) : path_(std::move(path)) {}

  // Opens the file, again if it is open: after it was moved away, a new one is begun. On an error all stays as it was.
  Result<> reopen();
  void write(const std::string& job, const std::string& url, std::string_view error) const;

 private:
  const std::string path_;
  mutable std::mutex mutex_;
  std::shared_ptr<Log> log_;  // null until opened
};

// The files of all jobs. Not thread-safe.
class FailureLogs {
 public:
  // The log at `path`, null for "". Error: it cannot be opened.
  Result<std::shared_ptr<FailureLog>> get(const std::string& path);
  // A reload: opens all files in use again. Those that cannot be opened go on as they were; the first error is told.
  Result<> reopen();

 private:
  std::map<std::string, std::weak_ptr<FailureLog>> logs_;
};

}  // namespace narthex::scrape
