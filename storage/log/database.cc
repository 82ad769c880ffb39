#include "storage/log/database.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/quote.h"
#include "storage/log/folder.h"
#include "storage/log/format_file.h"
#include "storage/log/lock_holder.h"
#include "storage/log/salvage.h"
#include "storage/options.h"

namespace narthex::storage {
namespace {

namespace fs = std::filesystem;

// After an attempt to get going again that failed. A disk that has room again is in use within a second.
constexpr std::chrono::milliseconds kRetryAfter{500};

Error unreadable(const std::string& folder, const std::string& why) {
  return Error{Code::kCorruption,
               fmt::format("the store in {} cannot be read: {}; `narthex tsdb repair {}` rebuilds it from its segments",
                           go_quote(folder), why, folder)};
}

}  // namespace

Database::Database(Settings settings, Log& log)
    : settings_(std::move(settings)), log_(log), committed_(settings_.folder) {}
Database::~Database() = default;

Result<std::shared_ptr<Database>> Database::open(Settings settings, Log& log) {
  if (auto format = check_format(settings.folder); !format) return format.error();
  if (auto written = write_format(settings.folder); !written) return written.error();
  std::shared_ptr<Database> database(new Database(std::move(settings), log));
  if (auto current = database->check_current(); !current) return current.error();
  auto opened = database->open_handles_somehow();
  if (opened) opened = database->begin();
  database->drop_needless_copies();
  if (!opened) return opened.error();
  return database;
}

// Without CURRENT RocksDB would begin a new database on top of the old one's files.
Result<> Database::check_current() const {
  const fs::path folder = database_path(settings_.folder);
  std::error_code ignored;
  if (fs::exists(folder / "CURRENT", ignored)) return {};
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    const fs::path& path = entry.path();
    const auto bytes = entry.file_size(ignored);
    if (path.extension() != ".sst" && (path.extension() != ".log" || bytes == 0)) continue;
    return unreadable(settings_.folder, go_quote((folder / "CURRENT").string()) + " is missing");
  }
  return {};
}

Result<> Database::open_handles_somehow() {
  const std::string path = database_path(settings_.folder);
  auto opened = open_handles(path, settings_.env, OpenMode::kStrict, log_);
  writable_ = opened.has_value();
  if (opened) {
    handles_ = std::move(*opened);
    return {};
  }
  if (opened.error().code == Code::kCorruption) return open_damaged(opened.error());
  if (opened.error().code == Code::kNotFound) return unreadable(settings_.folder, opened.error().message);
  if (opened.error().message.find("lock") == std::string::npos) return opened.error();
  return Error{Code::kUnavailable, fmt::format("the store in {} is in use by another process{}",
                                               go_quote(settings_.folder), lock_holder(path + "/LOCK"))};
}

// What can be read is written anew, what cannot is set aside, so that the next opening, the one at once included, finds
// nothing damaged.
Result<> Database::open_damaged(const Error& why) {
  const std::string path = database_path(settings_.folder);
  log_.error("The database is damaged; reading what is left of it", {{"err", why.message}});
  keep_damaged_files();
  auto tolerant = open_handles(path, settings_.env, OpenMode::kTolerant, log_);
  if (!tolerant) return unreadable(settings_.folder, tolerant.error().message);
  const auto mended = set_unreadable_tables_aside(**tolerant, settings_.env, damaged_folder_, log_);
  if (!mended.ok()) log_.error("The damage stays in the database", {{"err", mended.ToString()}});
  tolerant->reset();
  auto strict = open_handles(path, settings_.env, OpenMode::kStrict, log_);
  writable_ = strict.has_value();
  auto opened = strict ? std::move(strict) : open_handles(path, settings_.env, OpenMode::kTolerant, log_);
  if (!opened) return unreadable(settings_.folder, opened.error().message);
  handles_ = std::move(*opened);
  return {};
}

// The write-ahead logs as they are now, and links to the tables: opening what is damaged may delete them.
void Database::keep_damaged_files() {
  damaged_folder_ = unused_path(settings_.folder, "damaged");
  std::error_code ignored;
  fs::create_directories(damaged_folder_, ignored);
  for (const auto& entry : fs::directory_iterator(database_path(settings_.folder), ignored)) {
    const fs::path &file = entry.path(), kept = fs::path(damaged_folder_) / file.filename();
    if (file.extension() == ".log") fs::copy_file(file, kept, ignored);
    if (file.extension() == ".sst") fs::create_hard_link(file, kept, ignored);
  }
}

// What the database still has need not be kept.
void Database::drop_needless_copies() {
  if (damaged_folder_.empty()) return;
  std::error_code ignored;
  bool needed = false;
  for (const auto& entry : fs::directory_iterator(damaged_folder_, ignored)) {
    const fs::path file = fs::path(database_path(settings_.folder)) / entry.path().filename();
    const bool there = fs::exists(file, ignored) && fs::file_size(file, ignored) == entry.file_size(ignored);
    if (there || entry.file_size(ignored) == 0) fs::remove(entry.path(), ignored);
    needed = needed || fs::exists(entry.path(), ignored);
  }
  if (needed) log_.warn("Files that are damaged or no longer known are kept", {{"in", damaged_folder_}});
  if (!needed) fs::remove(damaged_folder_, ignored);
}

Result<> Database::begin() {
  if (const auto status = meta_.load(*handles_); !status.ok()) {
    return unreadable(settings_.folder, error_of(status, "reading the store's numbers").message);
  }
  if (auto length = settle_window_length(); !length) return length;
  find_last_commit();
  return change("finishing what was cut short", [this](Handles& handles) { return drop_old_logs(handles); });
}

// Windows have numbers, which mean nothing with another length.
Result<> Database::settle_window_length() {
  window_ms_ = settings_.window_ms > 0 ? settings_.window_ms : Options().window_ms;
  if (meta_.find(kWindowLength) == nullptr) {
    return change("writing the store's numbers", [&](Handles& handles) {
      return meta_.write(handles, {{std::string(kWindowLength), std::to_string(window_ms_)}}, true);
    });
  }
  window_ms_ = meta_.number(kWindowLength, 0);
  if (window_ms_ < 1) return unreadable(settings_.folder, "the length of its windows is not a number");
  if (settings_.window_ms <= 0 || window_ms_ == settings_.window_ms) return {};
  log_.warn("The store keeps the windows that it was made with; another length takes a new folder",
            {{"window_ms", std::to_string(window_ms_)}, {"asked_for_ms", std::to_string(settings_.window_ms)}});
  return {};
}

// What is in the families and what is said to have been there must agree.
void Database::find_last_commit() {
  const auto left = static_cast<uint64_t>(meta_.number(kLastNumber, 0));
  last_commit_ = left;
  for (const auto& [window, family] : handles_->logs) {
    const std::unique_ptr<rocksdb::Iterator> it(handles_->db->NewIterator({}, family));
    it->SeekToLast();
    if (it->Valid()) last_commit_ = std::max(last_commit_, number_at(it->key(), 0));
  }
  const uint64_t committed = committed_.read();
  if (committed <= last_commit_) return;
  log_.error("The log is shorter than it was: commits are missing at its end",
             {{"written", std::to_string(committed)}, {"found", std::to_string(last_commit_)}});
  last_commit_ = committed;
  if (damaged_folder_.empty()) keep_damaged_files();
}

void Database::at_point(std::string_view point) const {
  if (settings_.at_point) settings_.at_point(point);
}

Result<> Database::change(std::string_view what, const Step& step) {
  std::lock_guard writing(write_mutex_);
  if (broken_) {
    if (auto revived = revive(); !revived) return revived;
  }
  const rocksdb::Status status = step(*handles_);
  if (status.ok()) return {};
  broken_ = !status.IsInvalidArgument();
  return error_of(status, what);
}

Result<> Database::look(std::string_view what, const Step& step) const {
  std::shared_lock lock(handles_mutex_);
  if (!handles_) return Error{Code::kUnavailable, fmt::format("{}: the database is not open", what)};
  const rocksdb::Status status = step(*handles_);
  return status.ok() ? Result<>() : Result<>(error_of(status, what));
}

Result<> Database::revive() {
  if (std::chrono::steady_clock::now() < retry_at_) return *retry_error_;
  Result<> revived;
  // RocksDB resumes by itself when there was no space; other causes need a push, and some leave it beyond that.
  if (!handles_ || !writable_ || !handles_->db->Resume().ok()) revived = open_again();
  if (revived) {
    const auto dropped = drop_old_logs(*handles_);
    if (!dropped.ok()) revived = error_of(dropped, "dropping the log of a window");
  }
  broken_ = !revived;
  if (revived) return revived;
  retry_at_ = std::chrono::steady_clock::now() + kRetryAfter;
  retry_error_ = prefixed("the log cannot be opened again: ", revived.error());
  return *retry_error_;
}

// For reading at least, if it cannot be opened for writing.
Result<> Database::open_again() {
  std::unique_lock lock(handles_mutex_);
  handles_.reset();
  auto opened = open_handles_somehow();
  drop_needless_copies();
  if (opened) return opened;
  auto reading = open_handles(database_path(settings_.folder), settings_.env, OpenMode::kReadOnly, log_);
  if (reading) handles_ = std::move(*reading);
  writable_ = false;
  return opened;
}

// After a failed write only once the database is going again: Debian's RocksDB aborts when it syncs a file whose last
// write failed.
Result<> Database::sync() {
  return change("syncing the log", [this](Handles& handles) {
    const rocksdb::Status status = handles.db->SyncWAL();
    if (status.ok()) committed_.write(last_commit_);
    return status;
  });
}

std::vector<int64_t> Database::log_windows() {
  std::lock_guard writing(write_mutex_);
  std::vector<int64_t> windows;
  if (!handles_) return windows;
  for (const auto& [window, family] : handles_->logs) {
    if (window >= first_retained()) windows.push_back(window);
  }
  return windows;
}

rocksdb::Status Database::create_log(Handles& handles, int64_t window) {
  if (handles.logs.contains(window)) return rocksdb::Status::OK();
  if (window < first_retained()) {
    return rocksdb::Status::InvalidArgument("the log of a window that is sealed or dropped was named again");
  }
  rocksdb::ColumnFamilyHandle* family = nullptr;
  const auto status = handles.db->CreateColumnFamily(log_family_options(), log_family_name(window), &family);
  if (!status.ok()) return status;
  handles.logs.emplace(window, family);
  at_point("log.created");
  return meta_.write(handles, {{log_family_name(window), std::to_string(family->GetID())}}, false);
}

void Database::add_bound(int64_t bound, Meta::Changes& changes) const {
  changes[std::string(kFirstRetained)] = std::to_string(std::max(bound, first_retained()));
  changes[std::string(kLastNumber)] = std::to_string(last_commit_);
  for (const auto& [window, family] : handles_->logs) {
    if (window < bound) changes[log_family_name(window)] = std::nullopt;
  }
}

rocksdb::Status Database::drop_old_logs(Handles& handles) {
  while (!handles.logs.empty() && handles.logs.begin()->first < first_retained()) {
    rocksdb::ColumnFamilyHandle* family = handles.logs.begin()->second;
    const auto status = handles.db->DropColumnFamily(family);
    if (!status.ok()) return status;
    handles.db->DestroyColumnFamilyHandle(family);
    handles.logs.erase(handles.logs.begin());
  }
  return rocksdb::Status::OK();
}

}  // namespace narthex::storage
