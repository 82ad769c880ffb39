// RocksDB's own messages, as debug lines of our log. A LOG file of its own, as RocksDB makes unless told otherwise, is
// a file that a full disk breaks, and Debian's library ends the process when it writes to such a file again.
#pragma once

#include <rocksdb/env.h>

#include <cstdarg>
#include <cstdio>

#include "base/log.h"

namespace narthex::storage {

// Thread-safe. The log must outlive it.
class EngineLog final : public rocksdb::Logger {
 public:
  explicit EngineLog(Log& log) : Logger(rocksdb::WARN_LEVEL), log_(log) {}

  using Logger::Logv;
  void Logv(const char* format, std::va_list arguments) override {
    if (!log_.enabled(LogLevel::kDebug)) return;
    char text[1024];  // longer messages are cut
    if (std::vsnprintf(text, sizeof text, format, arguments) > 0) log_.debug("RocksDB", {{"message", text}});
  }

 private:
  Log& log_;
};

}  // namespace narthex::storage
