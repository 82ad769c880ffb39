// A log that a test looks at.
#pragma once

#include <mutex>
#include <string>

#include "base/log.h"

namespace narthex::storage {

// Keeps the warnings and errors it was given, a line each. Thread-safe.
class Lines final : public Log {
 public:
  bool enabled(LogLevel level) const override { return level >= LogLevel::kWarn; }
  void write(LogLevel, std::string_view message, std::initializer_list<LogField> fields) override {
    std::lock_guard lock(mutex_);
    text_ += message;
    for (const auto& [name, value] : fields) text_ += " " + std::string(name) + "=" + value;
    text_ += '\n';
  }
  std::string text() const {
    std::lock_guard lock(mutex_);
    return text_;
  }
  void clear() {
    std::lock_guard lock(mutex_);
    text_.clear();
  }

 private:
  mutable std::mutex mutex_;
  std::string text_;
};

}  // namespace narthex::storage
