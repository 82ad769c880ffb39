// One segment's file while it is written: a table of RocksDB that is no part of the database yet.
#pragma once

#include <rocksdb/sst_file_writer.h>

#include <memory>
#include <string>

#include "storage/log/database.h"
#include "storage/log/segment_files.h"

namespace narthex::storage {

// Not thread-safe. The file is deleted with this; a database that took it has a link of its own.
class TableFile final : public SegmentFile {
 public:
  static Result<std::unique_ptr<TableFile>> create(std::shared_ptr<Database> database, uint64_t id);
  ~TableFile() override;

  Result<> put(PageKind kind, uint64_t number, std::string_view bytes) override;
  uint64_t id() const override { return id_; }
  Result<uint64_t> close() override;

  const std::string& path() const { return path_; }

 private:
  TableFile(std::shared_ptr<Database> database, uint64_t id);

  const std::shared_ptr<Database> database_;
  const uint64_t id_;
  const std::string path_;
  rocksdb::SstFileWriter writer_;
};

}  // namespace narthex::storage
