#include "storage/log/segment_file.h"

#include <fmt/format.h>
#include <rocksdb/env.h>

#include <filesystem>

#include "storage/log/folder.h"
#include "storage/log/segment_db.h"

namespace narthex::storage {
namespace {

rocksdb::Options options_in(const Database& database) {
  rocksdb::Options options(rocksdb::DBOptions(), segment_family_options());
  if (database.settings().env != nullptr) options.env = database.settings().env;
  return options;
}

}  // namespace

TableFile::TableFile(std::shared_ptr<Database> database, uint64_t id)
    : database_(std::move(database)),
      id_(id),
      path_((std::filesystem::path(unfinished_path(database_->settings().folder)) / fmt::format("{}.sst", id))),
      writer_(rocksdb::EnvOptions(), options_in(*database_)) {}

Result<std::unique_ptr<TableFile>> TableFile::create(std::shared_ptr<Database> database, uint64_t id) {
  std::unique_ptr<TableFile> file(new TableFile(std::move(database), id));
  const auto status = file->writer_.Open(file->path_);
  if (!status.ok()) return error_of(status, "creating the file of a segment");
  return file;
}

TableFile::~TableFile() {
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);
}

Result<> TableFile::put(PageKind kind, uint64_t number, std::string_view bytes) {
  const auto status = writer_.Put(page_key(id_, kind, number), rocksdb::Slice(bytes.data(), bytes.size()));
  return status.ok() ? Result<>() : Result<>(error_of(status, "writing the file of a segment"));
}

Result<uint64_t> TableFile::close() {
  database_->at_point("segment.written");
  rocksdb::ExternalSstFileInfo info;
  const auto status = writer_.Finish(&info);  // syncs
  if (!status.ok()) return error_of(status, "writing the file of a segment");
  database_->at_point("segment.synced");
  return info.file_size;
}

}  // namespace narthex::storage
