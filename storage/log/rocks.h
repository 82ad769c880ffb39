// The RocksDB database as the store has it: its families, how each is set up, and opening all of it.
#pragma once

#include <rocksdb/db.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "base/result.h"

namespace narthex::storage {

inline constexpr std::string_view kLogPrefix = "log_";

// An open database with its families. Closed with this.
struct Handles {
  std::unique_ptr<rocksdb::DB> db;
  rocksdb::ColumnFamilyHandle* meta = nullptr;
  rocksdb::ColumnFamilyHandle* segments = nullptr;
  std::map<int64_t, rocksdb::ColumnFamilyHandle*> logs;  // by window
  std::vector<rocksdb::ColumnFamilyHandle*> others;

  Handles() = default;
  Handles(const Handles&) = delete;
  Handles& operator=(const Handles&) = delete;
  ~Handles();
};

enum class OpenMode {
  kStrict,    // damage is an error
  kTolerant,  // what can be read is read, damaged parts are left out
  kReadOnly,  // tolerant, and nothing is written, for a disk without space
};

// Opens or creates the database in `path`. The environment may be null: the operating system's. `log` gets what
// RocksDB says, and must outlive the handles.
Result<std::unique_ptr<Handles>> open_handles(const std::string& path, rocksdb::Env* env, OpenMode mode, Log& log);

// How a family of the log, or a segment's file, is set up.
rocksdb::ColumnFamilyOptions log_family_options();
rocksdb::ColumnFamilyOptions segment_family_options();

std::string log_family_name(int64_t window);
// The window of such a name; kNotFound if it is none.
Result<int64_t> window_of_family(std::string_view name);

// Numbers in keys: big end first, so that keys sort by number.
void append_number(std::string& key, uint64_t number);
uint64_t number_at(const rocksdb::Slice& key, size_t at);

Error error_of(const rocksdb::Status& status, std::string_view what);

}  // namespace narthex::storage
