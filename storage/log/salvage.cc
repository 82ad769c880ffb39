#include "storage/log/salvage.h"

#include <rocksdb/convenience.h>
#include <rocksdb/write_batch.h>

#include <filesystem>

#include "storage/log/table_reader.h"

namespace narthex::storage {
namespace {

namespace fs = std::filesystem;

struct Table {
  std::string path;
  std::string smallest_key;
};

std::vector<Table> tables_of(Handles& handles, rocksdb::ColumnFamilyHandle* family) {
  rocksdb::ColumnFamilyMetaData data;
  handles.db->GetColumnFamilyMetaData(family, &data);
  std::vector<Table> tables;
  for (const auto& level : data.levels) {
    for (const auto& file : level.files) tables.push_back({file.db_path + file.name, file.smallestkey});
  }
  return tables;
}

std::string link_into(const std::string& folder, const std::string& file) {
  std::error_code ignored;
  fs::create_directories(folder, ignored);
  const fs::path target = fs::path(folder) / fs::path(file).filename();
  fs::create_hard_link(file, target, ignored);
  return target.string();
}

rocksdb::Status write_anew(Handles& handles, rocksdb::ColumnFamilyHandle* family, const std::string& file,
                           rocksdb::Env* env, Log& log) {
  const auto table = TableReader::open(file, env);
  if (!table) return rocksdb::Status::OK();  // told already
  rocksdb::Status status;
  const auto read = table->each([&](std::string_view key, std::string_view value) {
    if (status.ok()) {
      status = handles.db->Put({}, family, rocksdb::Slice(key.data(), key.size()),
                               rocksdb::Slice(value.data(), value.size()));
    }
  });
  if (!read) log.error("A part of the log is damaged", {{"file", file}, {"err", read.error().str()}});
  return status;
}

// Without the tables that cannot be read.
rocksdb::Status rebuild_log(Handles& handles, int64_t window, const std::vector<std::string>& tables, rocksdb::Env* env,
                            Log& log) {
  rocksdb::ColumnFamilyHandle*& family = handles.logs.at(window);
  rocksdb::Status status = handles.db->DropColumnFamily(family);
  if (!status.ok()) return status;
  handles.db->DestroyColumnFamilyHandle(family);
  handles.logs.erase(window);
  rocksdb::ColumnFamilyHandle* fresh = nullptr;
  status = handles.db->CreateColumnFamily(log_family_options(), log_family_name(window), &fresh);
  if (!status.ok()) return status;
  handles.logs.emplace(window, fresh);
  for (const std::string& table : tables) {
    if (status.ok()) status = write_anew(handles, fresh, table, env, log);
  }
  return status.ok() ? handles.db->Flush({}, fresh) : status;
}

rocksdb::Status remove_segment(Handles& handles, const Table& table) {
  const std::string id = table.smallest_key.substr(0, 8);
  std::string next;
  append_number(next, number_at(id, 0) + 1);
  const rocksdb::Slice begin(id), end(next);
  return rocksdb::DeleteFilesInRange(handles.db.get(), handles.segments, &begin, &end, false);
}

// Links to all tables, in `aside`, if one of them cannot be read; else nothing.
std::vector<std::string> links_if_damaged(const std::vector<Table>& tables, rocksdb::Env* env, const std::string& aside,
                                          Log& log) {
  bool damaged = false;
  for (const Table& table : tables) {
    const auto read = TableReader::open(table.path, env);
    if (!read) log.error("A part of the log is lost", {{"file", table.path}, {"err", read.error().str()}});
    damaged = damaged || !read;
  }
  std::vector<std::string> links;
  for (const Table& table : tables) {
    if (damaged) links.push_back(link_into(aside, table.path));
  }
  return links;
}

}  // namespace

rocksdb::Status set_unreadable_tables_aside(Handles& handles, rocksdb::Env* env, const std::string& aside, Log& log) {
  rocksdb::Status status;
  for (const Table& table : tables_of(handles, handles.segments)) {
    const auto read = TableReader::open(table.path, env);
    if (read || !status.ok()) continue;
    log.error("A segment cannot be read and is set aside",
              {{"file", table.path}, {"to", aside}, {"err", read.error().str()}});
    link_into(aside, table.path);
    status = remove_segment(handles, table);
  }
  std::vector<int64_t> windows;
  for (const auto& [window, family] : handles.logs) windows.push_back(window);
  for (const int64_t window : windows) {
    const auto links = links_if_damaged(tables_of(handles, handles.logs.at(window)), env, aside, log);
    if (!links.empty() && status.ok()) status = rebuild_log(handles, window, links, env, log);
  }
  return status;
}

}  // namespace narthex::storage
