#include "storage/log/log_db.h"

#include <fmt/format.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <sstream>

#include "base/quote.h"
#include "storage/log/engine_log.h"
#include "storage/log/format_file.h"

namespace narthex::storage {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFamilyPrefix = "log_";
constexpr std::string_view kMetaFamily = "meta";
constexpr std::string_view kFirstRetained = "first_retained";
constexpr std::string_view kWindowLength = "window_ms";

std::string family_name(int64_t window) { return std::string(kFamilyPrefix) + std::to_string(window); }

// Big end first, so that keys sort by number.
std::string key_of(uint64_t number) {
  std::string key(8, '\0');
  for (size_t i = 0; i < 8; ++i) key[i] = static_cast<char>(number >> (56 - 8 * i));
  return key;
}

uint64_t number_of_key(const rocksdb::Slice& key) {
  uint64_t number = 0;
  for (size_t i = 0; i < key.size() && i < 8; ++i) number = number << 8 | static_cast<uint8_t>(key[i]);
  return number;
}

Code code_of(const rocksdb::Status& status) {
  if (status.IsCorruption()) return Code::kCorruption;
  if (status.IsNoSpace()) return Code::kUnavailable;
  return Code::kIo;
}

Error error_of(const rocksdb::Status& status, std::string_view what) {
  return Error{code_of(status), fmt::format("{}: {}", what, status.ToString())};
}

// Who holds the lock of this file, from the kernel's table. Opening the file to ask would drop a lock of our own.
std::string lock_holder(const fs::path& file) {
  struct stat info {};
  if (::stat(file.c_str(), &info) != 0) return {};
  const std::string inode = fmt::format(":{}", info.st_ino);
  std::ifstream locks("/proc/locks");
  for (std::string line; std::getline(locks, line);) {
    // "1: POSIX  ADVISORY  WRITE 4242 08:01:1835053 0 EOF"
    std::istringstream words(line);
    std::string number, kind, mode, access, pid, where;
    words >> number >> kind >> mode >> access >> pid >> where;
    if (!where.ends_with(inode)) continue;
    std::ifstream comm("/proc/" + pid + "/comm");
    std::string name;
    std::getline(comm, name);
    return fmt::format(" (process {}{}{})", pid, name.empty() ? "" : ", ", name);
  }
  return {};
}

rocksdb::DBOptions database_options(rocksdb::Env* env, bool skip_damage, Log& log) {
  rocksdb::DBOptions options;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  options.atomic_flush = true;  // without it idle families pin old write-ahead logs
  options.avoid_flush_during_shutdown = true;
  options.avoid_flush_during_recovery = true;
  // Torn tails are what a crash leaves. Damage elsewhere must be noticed: point-in-time recovery would open silently
  // short.
  options.wal_recovery_mode = skip_damage ? rocksdb::WALRecoveryMode::kSkipAnyCorruptedRecords
                                          : rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  options.max_total_wal_size = 64 << 20;
  options.info_log = std::make_shared<EngineLog>(log);
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  if (env != nullptr) options.env = env;
  return options;
}

rocksdb::ColumnFamilyOptions family_options() {
  rocksdb::ColumnFamilyOptions options;
  options.disable_auto_compactions = true;  // keys only ascend: nothing to merge, and no level-0 stops
  options.write_buffer_size = 4 << 20;      // what is in it is in memory twice
  options.max_write_buffer_number = 4;
  rocksdb::BlockBasedTableOptions table;
  table.no_block_cache = true;  // a log is read once, from end to end
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

}  // namespace

struct LogDb::Handles {
  std::unique_ptr<rocksdb::DB> db;
  rocksdb::ColumnFamilyHandle* meta = nullptr;
  std::map<int64_t, rocksdb::ColumnFamilyHandle*> logs;
  std::vector<rocksdb::ColumnFamilyHandle*> others;

  ~Handles() {
    if (!db) return;
    for (auto* handle : others) db->DestroyColumnFamilyHandle(handle);
    for (const auto& [window, handle] : logs) db->DestroyColumnFamilyHandle(handle);
    if (meta != nullptr) db->DestroyColumnFamilyHandle(meta);
    db->Close();
  }
};

LogDb::LogDb(Settings settings, Log& log) : settings_(std::move(settings)), log_(log) {}
LogDb::~LogDb() = default;

Result<std::unique_ptr<LogDb>> LogDb::open(Settings settings, Log& log) {
  std::unique_ptr<LogDb> db(new LogDb(std::move(settings), log));
  if (auto format = check_format(db->settings_.folder); !format) return format.error();
  if (auto written = write_format(db->settings_.folder); !written) return written.error();
  if (auto current = db->check_current(); !current) return current.error();
  if (auto opened = db->open_database(); !opened) return opened.error();
  if (auto meta = db->read_meta(); !meta) return meta.error();
  return db;
}

// Without CURRENT RocksDB would begin a new database on top of the old one's files.
Result<> LogDb::check_current() const {
  const fs::path folder = database_path(settings_.folder);
  std::error_code ignored;
  if (fs::exists(folder / "CURRENT", ignored)) return {};
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    const fs::path& path = entry.path();
    const auto bytes = entry.file_size(ignored);
    if (path.extension() != ".sst" && (path.extension() != ".log" || bytes == 0)) continue;
    return Error{Code::kCorruption,
                 fmt::format("the store in {} cannot be read: {} is missing; restore it from a copy, "
                             "or move the folder away to start anew",
                             go_quote(settings_.folder), go_quote((folder / "CURRENT").string()))};
  }
  return {};
}

Result<> LogDb::open_database() {
  auto opened = try_open(false);
  if (opened || opened.error().code != Code::kCorruption) return opened;
  log_.error("The write-ahead log is damaged; reading what is left of it", {{"err", opened.error().message}});
  keep_damaged_files();
  opened = try_open(true);
  if (opened) return opened;
  Error error = opened.error();
  error.message =
      fmt::format("the store in {} cannot be read: {}; restore it from a copy, or move it away to start anew",
                  go_quote(settings_.folder), error.message);
  return error;
}

Result<> LogDb::try_open(bool skip_damage) {
  handles_.reset();
  const std::string path = database_path(settings_.folder);
  const rocksdb::DBOptions options = database_options(settings_.env, skip_damage, log_);
  std::vector<std::string> names;
  if (!rocksdb::DB::ListColumnFamilies(options, path, &names).ok()) names = {rocksdb::kDefaultColumnFamilyName};
  if (std::find(names.begin(), names.end(), kMetaFamily) == names.end()) names.emplace_back(kMetaFamily);
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (const std::string& name : names) families.emplace_back(name, family_options());
  rocksdb::DB* db = nullptr;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  const rocksdb::Status status = rocksdb::DB::Open(options, path, families, &handles, &db);
  if (!status.ok() && status.ToString().find("lock") != std::string::npos && status.IsIOError()) {
    return Error{Code::kUnavailable, fmt::format("the store in {} is in use by another process{}",
                                                 go_quote(settings_.folder), lock_holder(path + "/LOCK"))};
  }
  if (!status.ok()) return error_of(status, "opening " + path);
  handles_ = std::make_unique<Handles>();
  handles_->db.reset(db);
  for (rocksdb::ColumnFamilyHandle* handle : handles) {
    const std::string& name = handle->GetName();
    if (name == kMetaFamily) {
      handles_->meta = handle;
    } else if (name.starts_with(kFamilyPrefix)) {
      handles_->logs.emplace(std::stoll(name.substr(kFamilyPrefix.size())), handle);
    } else {
      handles_->others.push_back(handle);
    }
  }
  return {};
}

// The write-ahead logs as they are now, for whoever wants to look into the damage.
void LogDb::keep_damaged_files() {
  std::error_code ignored;
  const fs::path source = database_path(settings_.folder);
  fs::path target;
  for (int i = 1; target.empty() || fs::exists(target, ignored); ++i) {
    target = fs::path(settings_.folder) / fmt::format("damaged-{}", i);
  }
  fs::create_directories(target, ignored);
  for (const auto& entry : fs::directory_iterator(source, ignored)) {
    if (entry.path().extension() == ".log") fs::copy_file(entry.path(), target / entry.path().filename(), ignored);
  }
  log_.warn("Copied the damaged write-ahead log", {{"to", target.string()}});
}

Result<> LogDb::read_meta() {
  rocksdb::DB& db = *handles_->db;
  std::string text;
  rocksdb::Status status = db.Get({}, handles_->meta, rocksdb::Slice(kWindowLength), &text);
  if (status.IsNotFound()) {
    text = std::to_string(settings_.window_ms);
    rocksdb::WriteOptions sync;
    sync.sync = true;
    status = db.Put(sync, handles_->meta, rocksdb::Slice(kWindowLength), text);
  }
  if (!status.ok()) return error_of(status, "reading the store's numbers");
  if (text != std::to_string(settings_.window_ms)) {
    return invalid(fmt::format("the store in {} was made with windows of {} ms, not of {} ms",
                               go_quote(settings_.folder), text, settings_.window_ms));
  }
  status = db.Get({}, handles_->meta, rocksdb::Slice(kFirstRetained), &text);
  if (status.ok()) first_retained_ = std::stoll(text);
  if (!status.ok() && !status.IsNotFound()) return error_of(status, "reading the store's numbers");
  // A drop that was cut short.
  for (const int64_t window : windows()) {
    if (window >= first_retained_) continue;
    if (auto dropped = drop(window, first_retained_); !dropped) return dropped;
  }
  return {};
}

std::vector<int64_t> LogDb::windows() const {
  std::vector<int64_t> numbers;
  if (!handles_) return numbers;  // it could not be opened again after a failed write
  for (const auto& [window, handle] : handles_->logs) numbers.push_back(window);
  return numbers;
}

Result<> LogDb::create(int64_t window) {
  if (!handles_) return Error{Code::kUnavailable, "creating the log of a window: the log is not open"};
  if (handles_->logs.contains(window)) return {};
  rocksdb::ColumnFamilyHandle* handle = nullptr;
  const auto status = handles_->db->CreateColumnFamily(family_options(), family_name(window), &handle);
  if (!status.ok()) return error_of(status, "creating the log of a window");
  handles_->logs.emplace(window, handle);
  return {};
}

Result<> LogDb::drop(int64_t window, int64_t first_retained) {
  if (!handles_) return Error{Code::kUnavailable, "dropping the log of a window: the log is not open"};
  rocksdb::WriteOptions sync;
  sync.sync = true;  // a drop is durable at once, and must not be known before what explains it
  auto status = handles_->db->Put(sync, handles_->meta, rocksdb::Slice(kFirstRetained), std::to_string(first_retained));
  if (!status.ok()) return error_of(status, "writing the store's numbers");
  first_retained_ = first_retained;
  const auto it = handles_->logs.find(window);
  if (it == handles_->logs.end()) return {};
  status = handles_->db->DropColumnFamily(it->second);
  if (!status.ok()) return error_of(status, "dropping the log of a window");
  handles_->db->DestroyColumnFamilyHandle(it->second);
  handles_->logs.erase(it);
  return {};
}

Result<> LogDb::write(const std::vector<FamilyBatch>& families) {
  std::lock_guard writing(write_mutex_);
  if (broken_) {
    if (auto revived = revive(); !revived) return revived;
  }
  rocksdb::WriteBatch batch;
  const std::string key = key_of(next_number_++);  // a failed number is not used again: its bytes may be on the disk
  for (const FamilyBatch& family : families) {
    if (auto created = create(family.window); !created) return created;
    batch.Put(handles_->logs.at(family.window), key, family.bytes);
  }
  rocksdb::WriteOptions options;
  options.sync = settings_.sync_every_write;
  const rocksdb::Status status = handles_->db->Write(options, &batch);
  broken_ = !status.ok();
  return broken_ ? Result<>(error_of(status, "the log cannot be written")) : Result<>();
}

// After a failed write RocksDB refuses more. It resumes by itself when there was no space; other causes need a push,
// and some leave it beyond that: then it is opened anew.
Result<> LogDb::revive() {
  if (handles_ && handles_->db->Resume().ok()) {
    broken_ = false;
    return {};
  }
  std::unique_lock lock(handles_mutex_);
  auto opened = try_open(false);
  broken_ = !opened;
  return opened ? opened : Result<>(prefixed("the log cannot be opened again: ", opened.error()));
}

// Not while a write runs, nor after one failed: Debian's RocksDB aborts when it syncs a file whose last write failed.
Result<> LogDb::sync() {
  std::lock_guard writing(write_mutex_);
  if (broken_) return Error{Code::kUnavailable, "syncing the log: its last write failed"};
  std::shared_lock lock(handles_mutex_);
  if (!handles_) return Error{Code::kUnavailable, "syncing the log: it is not open"};
  const rocksdb::Status status = handles_->db->SyncWAL();
  return status.ok() ? Result<>() : Result<>(error_of(status, "syncing the log"));
}

std::vector<std::string> LogDb::read(const Visit& visit) {
  std::vector<std::string> damage;
  struct Source {
    int64_t window;
    std::unique_ptr<rocksdb::Iterator> at;
  };
  std::vector<Source> sources;
  rocksdb::ReadOptions options;
  options.fill_cache = false;
  options.readahead_size = 1 << 20;
  for (const auto& [window, handle] : handles_->logs) {
    sources.push_back({window, std::unique_ptr<rocksdb::Iterator>(handles_->db->NewIterator(options, handle))});
    sources.back().at->SeekToFirst();
  }
  std::vector<std::pair<int64_t, std::string_view>> batches;
  for (;;) {
    uint64_t number = UINT64_MAX;
    for (const Source& s : sources) {
      if (s.at->Valid()) number = std::min(number, number_of_key(s.at->key()));
    }
    if (number == UINT64_MAX) break;
    batches.clear();
    for (const Source& s : sources) {
      if (!s.at->Valid() || number_of_key(s.at->key()) != number) continue;
      batches.emplace_back(s.window, std::string_view(s.at->value().data(), s.at->value().size()));
    }
    visit(number, batches);
    next_number_ = number + 1;
    for (const Source& s : sources) {
      if (s.at->Valid() && number_of_key(s.at->key()) == number) s.at->Next();
    }
  }
  for (const Source& s : sources) {
    if (!s.at->status().ok()) damage.push_back(fmt::format("window {}: {}", s.window, s.at->status().ToString()));
  }
  return damage;
}

uint64_t LogDb::disk_bytes() const {
  uint64_t sum = 0;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(database_path(settings_.folder), ignored)) {
    const auto extension = entry.path().extension();
    if (extension == ".log" || extension == ".sst") sum += entry.file_size(ignored);
  }
  return sum;
}

}  // namespace narthex::storage
