// Tables of the database, each on its own, without the database.
#pragma once

#include <rocksdb/options.h>
#include <rocksdb/sst_file_reader.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace narthex::storage {

// One table. Not thread-safe.
class TableReader {
 public:
  // kCorruption and others: it has no index that can be read.
  static Result<TableReader> open(const std::string& file, rocksdb::Env* env);

  // The family that it was written for; "" if it was written apart from a database, as segments are.
  std::string family() const { return reader_->GetTableProperties()->column_family_name; }
  uint64_t family_id() const { return reader_->GetTableProperties()->column_family_id; }
  // All pairs up to the first damaged block, keys ascending.
  Result<> each(const std::function<void(std::string_view key, std::string_view value)>& visit) const;
  // The first and the last key with its value; kNotFound if it is empty.
  Result<std::string> first_key() const;
  Result<std::pair<std::string, std::string>> last() const;

 private:
  explicit TableReader(std::unique_ptr<rocksdb::SstFileReader> reader) : reader_(std::move(reader)) {}

  std::unique_ptr<rocksdb::SstFileReader> reader_;
};

}  // namespace narthex::storage
