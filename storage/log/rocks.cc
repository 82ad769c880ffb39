#include "storage/log/rocks.h"

#include <fmt/format.h>
#include <rocksdb/cache.h>
#include <rocksdb/env.h>
#include <rocksdb/table.h>

#include <algorithm>
#include <charconv>

#include "storage/log/engine_log.h"

namespace narthex::storage {
namespace {

constexpr std::string_view kMetaFamily = "meta";
constexpr std::string_view kSegmentsFamily = "segments";

rocksdb::DBOptions database_options(rocksdb::Env* env, OpenMode mode, Log& log) {
  const bool strict = mode == OpenMode::kStrict;
  rocksdb::DBOptions options;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  options.atomic_flush = true;  // without it idle families pin old write-ahead logs
  options.avoid_flush_during_shutdown = true;
  // What a start reads from the write-ahead logs goes into tables, a few megabytes: so the only logs are those of this
  // process, whose ends are known, and damage that was read around is not met again.
  options.avoid_flush_during_recovery = false;
  // Torn tails are what a crash leaves. Damage elsewhere must be noticed: point-in-time recovery would open silently
  // short.
  options.wal_recovery_mode = strict ? rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords
                                     : rocksdb::WALRecoveryMode::kSkipAnyCorruptedRecords;
  // A log that is missing is noticed. Turning it off makes RocksDB write, for which it does not ask whether it may.
  options.track_and_verify_wals_in_manifest = mode != OpenMode::kTolerant;
  options.paranoid_checks = strict;  // without it a table that cannot be opened is left for later
  options.max_total_wal_size = 64 << 20;
  options.info_log = std::make_shared<EngineLog>(log);
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  if (env != nullptr) options.env = env;
  return options;
}

// A few kilobytes that are overwritten now and then.
rocksdb::ColumnFamilyOptions meta_family_options() {
  rocksdb::ColumnFamilyOptions options;
  options.write_buffer_size = 256 << 10;
  return options;
}

rocksdb::ColumnFamilyOptions options_of(std::string_view name) {
  if (name == kMetaFamily) return meta_family_options();
  if (name == kSegmentsFamily) return segment_family_options();
  return log_family_options();
}

// The families that are there, and those that must be.
std::vector<rocksdb::ColumnFamilyDescriptor> families_in(const std::string& path, const rocksdb::DBOptions& options) {
  std::vector<std::string> names;
  if (!rocksdb::DB::ListColumnFamilies(options, path, &names).ok()) names = {rocksdb::kDefaultColumnFamilyName};
  for (const std::string_view needed : {kMetaFamily, kSegmentsFamily}) {
    if (std::find(names.begin(), names.end(), needed) == names.end()) names.emplace_back(needed);
  }
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (const std::string& name : names) families.emplace_back(name, options_of(name));
  return families;
}

void sort_handles(const std::vector<rocksdb::ColumnFamilyHandle*>& opened, Handles& handles) {
  for (rocksdb::ColumnFamilyHandle* handle : opened) {
    const std::string& name = handle->GetName();
    if (name == kMetaFamily) {
      handles.meta = handle;
    } else if (name == kSegmentsFamily) {
      handles.segments = handle;
    } else if (const auto window = window_of_family(name)) {
      handles.logs.emplace(*window, handle);
    } else {
      handles.others.push_back(handle);
    }
  }
}

Code code_of(const rocksdb::Status& status) {
  if (status.IsCorruption()) return Code::kCorruption;
  if (status.IsNotFound() || status.IsPathNotFound()) return Code::kNotFound;
  if (status.IsNoSpace()) return Code::kUnavailable;
  return Code::kIo;
}

}  // namespace

Handles::~Handles() {
  if (!db) return;
  for (auto* handle : others) db->DestroyColumnFamilyHandle(handle);
  for (const auto& [window, handle] : logs) db->DestroyColumnFamilyHandle(handle);
  if (segments != nullptr) db->DestroyColumnFamilyHandle(segments);
  if (meta != nullptr) db->DestroyColumnFamilyHandle(meta);
  db->Close();
}

Result<std::unique_ptr<Handles>> open_handles(const std::string& path, rocksdb::Env* env, OpenMode mode, Log& log) {
  const rocksdb::DBOptions options = database_options(env, mode, log);
  const auto families = families_in(path, options);
  rocksdb::DB* db = nullptr;
  std::vector<rocksdb::ColumnFamilyHandle*> opened;
  const rocksdb::Status status = mode == OpenMode::kReadOnly
                                     ? rocksdb::DB::OpenForReadOnly(options, path, families, &opened, &db)
                                     : rocksdb::DB::Open(options, path, families, &opened, &db);
  if (!status.ok()) return error_of(status, "opening " + path);
  auto handles = std::make_unique<Handles>();
  handles->db.reset(db);
  sort_handles(opened, *handles);
  return handles;
}

rocksdb::ColumnFamilyOptions log_family_options() {
  rocksdb::ColumnFamilyOptions options;
  options.disable_auto_compactions = true;  // keys only ascend: nothing to merge, and no level-0 stops
  options.write_buffer_size = 4 << 20;      // what is in it is in memory twice
  options.max_write_buffer_number = 4;
  rocksdb::BlockBasedTableOptions table;
  table.no_block_cache = true;  // a log is read once, from end to end
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

rocksdb::ColumnFamilyOptions segment_family_options() {
  rocksdb::ColumnFamilyOptions options;
  options.disable_auto_compactions = true;
  options.compression = rocksdb::kNoCompression;  // packs are compressed already
  options.write_buffer_size = 64 << 10;           // nothing is ever written but whole files
  rocksdb::BlockBasedTableOptions table;
  table.block_size = 4096;  // a page larger than this is a block of its own, with a checksum of its own
  table.format_version = 5;
  table.checksum = rocksdb::kXXH3;
  table.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
  table.metadata_block_size = 4096;
  table.cache_index_and_filter_blocks = true;  // else all of every file's index is in memory
  // What is read again soon is kept decoded elsewhere, so this is for the index.
  table.block_cache = rocksdb::NewLRUCache(4 << 20, 2, false, 0.75);
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

std::string log_family_name(int64_t window) { return std::string(kLogPrefix) + std::to_string(window); }

Result<int64_t> window_of_family(std::string_view name) {
  int64_t window = 0;
  if (name.starts_with(kLogPrefix)) {
    const std::string_view digits = name.substr(kLogPrefix.size());
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), window);
    if (error == std::errc() && end == digits.data() + digits.size()) return window;
  }
  return Error{Code::kNotFound, fmt::format("{} is no family of the log", name)};
}

void append_number(std::string& key, uint64_t number) {
  for (int shift = 56; shift >= 0; shift -= 8) key += static_cast<char>(number >> shift);
}

uint64_t number_at(const rocksdb::Slice& key, size_t at) {
  uint64_t number = 0;
  for (size_t i = at; i < at + 8; ++i) number = number << 8 | (i < key.size() ? static_cast<uint8_t>(key[i]) : 0);
  return number;
}

Error error_of(const rocksdb::Status& status, std::string_view what) {
  return Error{code_of(status), fmt::format("{}: {}", what, status.ToString())};
}

}  // namespace narthex::storage
