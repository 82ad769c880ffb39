#include "base/log.h"

#include <fcntl.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <ctime>

#include "base/quote.h"

namespace narthex {
namespace {

std::string timestamp() {
  auto now = std::chrono::system_clock::now();
  auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count();
  std::time_t seconds = ms / 1000;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday,
                     utc.tm_hour, utc.tm_min, utc.tm_sec, ms % 1000);
}

constexpr std::string_view kNames[] = {"DEBUG", "INFO", "WARN", "ERROR"};

// logfmt quotes a value that is empty or holds a blank, a quote, '=' or a control character.
std::string logfmt_value(std::string_view value) {
  bool plain = !value.empty();
  for (char c : value) plain = plain && static_cast<unsigned char>(c) > ' ' && c != '"' && c != '=' && c != '\x7f';
  return plain ? std::string(value) : go_quote(value);
}

std::string logfmt_line(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) {
  std::string line = "time=" + timestamp();
  line.append(" level=").append(kNames[static_cast<int>(level)]).append(" msg=").append(logfmt_value(message));
  for (const auto& [name, value] : fields) line.append(" ").append(name).append("=").append(logfmt_value(value));
  return line;
}

std::string json_line(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) {
  std::string line = "{\"time\":\"" + timestamp();
  line.append("\",\"level\":\"").append(kNames[static_cast<int>(level)]).append("\",\"msg\":");
  append_json_string(line, message);
  for (const auto& [name, value] : fields) {
    line += ',';
    append_json_string(line, name);
    line += ':';
    append_json_string(line, value);
  }
  return line + '}';
}

// Lines and levels are made here; spdlog brings the locked, flushing sink.
class SinkLog final : public Log {
 public:
  SinkLog(LogLevel level, LogFormat format, spdlog::sink_ptr sink)
      : level_(level), format_(format), out_("narthex", std::move(sink)) {
    out_.set_pattern("%v");
    out_.set_level(spdlog::level::trace);
    out_.flush_on(spdlog::level::trace);
  }
  bool enabled(LogLevel level) const override { return level >= level_; }
  void write(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) override {
    out_.info(format_ == LogFormat::kJson ? json_line(level, message, fields) : logfmt_line(level, message, fields));
  }

 private:
  const LogLevel level_;
  const LogFormat format_;
  spdlog::logger out_;
};

class NullLog final : public Log {
 public:
  bool enabled(LogLevel) const override { return false; }
  void write(LogLevel, std::string_view, std::initializer_list<LogField>) override {}
};

}  // namespace

std::unique_ptr<Log> make_stderr_log(LogLevel level, LogFormat format) {
  return std::make_unique<SinkLog>(level, format, std::make_shared<spdlog::sinks::stderr_sink_mt>());
}

Result<std::unique_ptr<Log>> open_file_log(const std::string& path, LogLevel level) {
  // spdlog makes folders that are missing and words its errors its own way: so look first.
  const int file = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
  if (file < 0) return Error{Code::kIo, "open " + path + ": " + std::strerror(errno)};
  ::close(file);
  try {
    auto sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(path);
    return std::unique_ptr<Log>(std::make_unique<SinkLog>(level, LogFormat::kJson, std::move(sink)));
  } catch (const spdlog::spdlog_ex& problem) {
    return Error{Code::kIo, problem.what()};
  }
}

Log& null_log() {
  static NullLog log;
  return log;
}

}  // namespace narthex
