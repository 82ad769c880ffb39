// Structured log lines: a sentence and named fields, as logfmt or JSON, in the shape that Prometheus users grep for:
//
//   time=2026-01-02T03:04:05.678Z level=ERROR msg="Creating target failed" job=node err="no address"
//
// The core does not decide where lines go: it is given a Log. Errors are logged once, by whoever handles them; a
// function that returns an error does not log it. Secrets are never passed here.
#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace narthex {

enum class LogLevel { kDebug, kInfo, kWarn, kError };
enum class LogFormat { kLogfmt, kJson };

using LogField = std::pair<std::string_view, std::string>;

// Thread-safe.
class Log {
 public:
  virtual ~Log() = default;
  virtual bool enabled(LogLevel level) const = 0;
  virtual void write(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) = 0;

  void debug(std::string_view m, std::initializer_list<LogField> f = {}) { write_if(LogLevel::kDebug, m, f); }
  void info(std::string_view m, std::initializer_list<LogField> f = {}) { write_if(LogLevel::kInfo, m, f); }
  void warn(std::string_view m, std::initializer_list<LogField> f = {}) { write_if(LogLevel::kWarn, m, f); }
  void error(std::string_view m, std::initializer_list<LogField> f = {}) { write_if(LogLevel::kError, m, f); }

 private:
  void write_if(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) {
    if (enabled(level)) write(level, message, fields);
  }
};

// A log to standard error.
std::unique_ptr<Log> make_stderr_log(LogLevel level, LogFormat format);

// A log of JSON lines that is appended to a file, made if it is not there. Error: `open <path>: <reason>`.
Result<std::unique_ptr<Log>> open_file_log(const std::string& path, LogLevel level);

// A log that forgets everything, for tests and offline commands.
Log& null_log();

}  // namespace narthex
