// RocksDB as the log uses it: families per window, one writer. The only files of the log that know RocksDB.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "base/result.h"

namespace rocksdb {
class Env;
}

namespace narthex::storage {

// One batch's bytes for one window's family.
struct FamilyBatch {
  int64_t window;
  std::string bytes;
};

// For the committer's thread, except where said.
class LogDb {
 public:
  struct Settings {
    std::string folder;
    int64_t window_ms = 0;
    bool sync_every_write = false;
    rocksdb::Env* env = nullptr;  // null: the operating system's; for tests that make writes fail
  };

  // Opens or creates. Damaged write-ahead logs: copies are kept beside, the rest is read, `log` is told.
  // kUnavailable: another process has it open, named in the message. kUnsupported: written by a newer version; nothing
  // was touched. kCorruption: cannot be opened at all; names the remedy.
  static Result<std::unique_ptr<LogDb>> open(Settings settings, Log& log);
  ~LogDb();

  // Windows that have a family, ascending.
  std::vector<int64_t> windows() const;
  // Adds a window's family if there is none.
  Result<> create(int64_t window);
  // Never to be named again. `first_retained` is written down first, so that a drop cut short is finished at the start.
  Result<> drop(int64_t window, int64_t first_retained);
  int64_t first_retained() const { return first_retained_; }

  // Appends a batch under the next number: all families or none. After a failure the next call tries to get the
  // database going again.
  Result<> write(const std::vector<FamilyBatch>& families);

  // Everything written before is on the disk afterwards. Thread-safe.
  Result<> sync();

  // Reads all families in the order of writing: calls `visit(number, batches)` for each batch number, the batches of
  // its families with windows ascending. Returns damage that made it skip something, as sentences. Several threads may
  // read at once.
  using Visit = std::function<void(uint64_t number, const std::vector<std::pair<int64_t, std::string_view>>& batches)>;
  std::vector<std::string> read(const Visit& visit);

  // Bytes on disk. Thread-safe.
  uint64_t disk_bytes() const;

 private:
  struct Handles;
  LogDb(Settings settings, Log& log);
  Result<> check_current() const;
  Result<> open_database();
  Result<> try_open(bool skip_damage);
  Result<> read_meta();
  Result<> revive();
  void keep_damaged_files();

  const Settings settings_;
  Log& log_;
  mutable std::shared_mutex handles_mutex_;  // held alone while the database is opened anew
  std::unique_ptr<Handles> handles_;
  std::atomic<uint64_t> next_number_{1};
  int64_t first_retained_ = INT64_MIN;
  std::mutex write_mutex_;  // one write or sync at a time; taken before handles_mutex_
  bool broken_ = false;     // the last write failed
};

}  // namespace narthex::storage
