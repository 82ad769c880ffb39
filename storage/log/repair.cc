#include "storage/repair.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <rocksdb/env.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <set>

#include "base/quote.h"
#include "storage/log/folder.h"
#include "storage/log/format_file.h"
#include "storage/log/lock_holder.h"
#include "storage/log/meta.h"
#include "storage/log/old_files.h"

namespace narthex::storage {
namespace {

namespace fs = std::filesystem;

constexpr size_t kBatchBytes = 1 << 20;

// Keeps other processes away while it lives.
class FolderLock {
 public:
  static Result<std::unique_ptr<FolderLock>> take(const std::string& folder) {
    const std::string file = database_path(folder) + "/LOCK";
    rocksdb::FileLock* lock = nullptr;
    if (rocksdb::Env::Default()->LockFile(file, &lock).ok()) return std::unique_ptr<FolderLock>(new FolderLock(lock));
    return Error{Code::kUnavailable,
                 fmt::format("the store in {} is in use by another process{}", go_quote(folder), lock_holder(file))};
  }
  ~FolderLock() { rocksdb::Env::Default()->UnlockFile(lock_); }
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  explicit FolderLock(rocksdb::FileLock* lock) : lock_(lock) {}
  rocksdb::FileLock* lock_;
};

// Fills a new database with what the old files say.
class Rebuilding {
 public:
  Rebuilding(Handles& handles, const OldFiles& old, std::string links, RepairReport& report)
      : handles_(handles), old_(old), links_(std::move(links)), report_(report) {}

  rocksdb::Status run() {
    add_segments();
    rocksdb::Status status = add_logs();
    if (status.ok()) status = meta_.write(handles_, entries(), true);
    std::vector<rocksdb::ColumnFamilyHandle*> families = {handles_.meta};
    for (const auto& [window, family] : handles_.logs) families.push_back(family);
    return status.ok() ? handles_.db->Flush({}, families) : status;
  }

 private:
  int64_t number(std::string_view key) const {
    const auto it = old_.meta.find(key);
    return it == old_.meta.end() ? INT64_MIN : std::strtoll(it->second.c_str(), nullptr, 10);
  }

  // What of a window is in a segment need not be in the log: a segment of window W holds all of the families up to W.
  int64_t first_retained() const {
    int64_t bound = number(kFirstRetained);
    if (bound != INT64_MIN) return bound;
    for (const auto& [id, segment] : old_.segments) bound = std::max(bound, segment.footer.last_window + 1);
    return bound;
  }

  void add_segments() {
    for (const auto& [id, segment] : old_.segments) {
      const std::string link = (fs::path(links_) / fs::path(segment.file).filename()).string();
      std::error_code error;
      fs::create_hard_link(segment.file, link, error);
      if (error) fs::copy_file(segment.file, link, error);
      rocksdb::IngestExternalFileOptions options;
      options.move_files = true;
      options.write_global_seqno = false;
      const auto status = handles_.db->IngestExternalFile(handles_.segments, {link}, options);
      if (status.ok()) {
        kept_[id] = fs::file_size(segment.file, error);
      } else {
        report_.lost.push_back(fmt::format("{}: {}", segment.file, status.ToString()));
      }
    }
    report_.segments = kept_.size();
  }

  rocksdb::Status add_logs() {
    for (const auto& [window, batches] : old_.logs) {
      if (window < first_retained()) continue;
      rocksdb::ColumnFamilyHandle*& family = handles_.logs[window];
      auto status = handles_.db->CreateColumnFamily(log_family_options(), log_family_name(window), &family);
      if (status.ok()) status = add_batches(family, batches);
      if (!status.ok()) return status;
      for (const auto& [commit, bytes] : batches) commits_.insert(commit);
    }
    report_.commits = commits_.size();
    return rocksdb::Status::OK();
  }

  rocksdb::Status add_batches(rocksdb::ColumnFamilyHandle* family, const std::map<uint64_t, std::string>& batches) {
    rocksdb::WriteBatch batch;
    rocksdb::Status status;
    for (const auto& [commit, bytes] : batches) {
      std::string key;
      append_number(key, commit);
      batch.Put(family, key, bytes);
      if (batch.GetDataSize() < kBatchBytes) continue;
      status = handles_.db->Write({}, &batch);
      batch.Clear();
      if (!status.ok()) return status;
    }
    return handles_.db->Write({}, &batch);
  }

  // Those of the old one, but for what there is now.
  Meta::Changes entries() const {
    Meta::Changes entries(old_.meta.begin(), old_.meta.end());
    std::erase_if(entries,
                  [](const auto& e) { return e.first.starts_with(kSegmentPrefix) || e.first.starts_with(kLogPrefix); });
    int64_t next = std::max<int64_t>(1, number(kNextSegment));
    for (const auto& [id, segment] : old_.segments) next = std::max(next, static_cast<int64_t>(id) + 1);
    entries[std::string(kNextSegment)] = std::to_string(next);
    if (first_retained() != INT64_MIN) entries[std::string(kFirstRetained)] = std::to_string(first_retained());
    for (const auto& [id, bytes] : kept_) entries[numbered_key(kSegmentPrefix, id)] = std::to_string(bytes);
    for (const auto& [window, family] : handles_.logs) {
      entries[log_family_name(window)] = std::to_string(family->GetID());
    }
    return entries;
  }

  Handles& handles_;
  const OldFiles& old_;
  const std::string links_;
  RepairReport& report_;
  Meta meta_;
  std::map<uint64_t, uint64_t> kept_;  // segments and their bytes
  std::set<uint64_t> commits_;
};

Error io_error(std::string_view what, const std::error_code& error) {
  return Error{Code::kIo, fmt::format("{}: {}", what, error.message())};
}

// Segments that `meta` names, and whose files are not there or not readable.
void tell_missing(const OldFiles& old, RepairReport& report) {
  for (auto it = old.meta.lower_bound(kSegmentPrefix); it != old.meta.end() && it->first.starts_with(kSegmentPrefix);
       ++it) {
    const uint64_t id = std::strtoull(it->first.c_str() + kSegmentPrefix.size(), nullptr, 10);
    if (!old.segments.contains(id)) report.lost.push_back(fmt::format("segment {}, of {} bytes", id, it->second));
  }
}

// At once, where the file system can; else there is a moment without a database.
Result<> swap_databases(const std::string& folder, const std::string& fresh, const std::string& kept) {
  const std::string old_path = database_path(folder), new_path = database_path(fresh);
  std::error_code error;
  if (::renameat2(AT_FDCWD, new_path.c_str(), AT_FDCWD, old_path.c_str(), RENAME_EXCHANGE) == 0) {
    fs::rename(new_path, kept, error);
  } else {
    fs::rename(old_path, kept, error);
    if (!error) fs::rename(new_path, old_path, error);
  }
  if (error) return io_error("moving the new database to its place", error);
  fs::remove(fs::path(folder) / "COMMITTED", error);  // of the old one
  fs::remove_all(fresh, error);
  sync_folder(folder);
  return {};
}

}  // namespace

Result<RepairReport> repair(const std::string& folder, Log& log) {
  if (!fs::exists(database_path(folder))) {
    return Error{Code::kNotFound, fmt::format("there is no store in {}", go_quote(folder))};
  }
  if (auto format = check_format(folder); !format && format.error().code == Code::kUnsupported) return format.error();
  auto lock = FolderLock::take(folder);
  if (!lock) return lock.error();
  const std::string fresh = (fs::path(folder) / "rebuilding").string();
  std::error_code error;
  fs::remove_all(fresh, error);
  fs::create_directories(unfinished_path(fresh), error);
  if (error) return io_error("creating " + go_quote(fresh), error);
  RepairReport report;
  const OldFiles old = read_old_files(database_path(folder));
  report.lost = old.lost;
  tell_missing(old, report);
  auto handles = open_handles(database_path(fresh), nullptr, OpenMode::kStrict, log);
  if (!handles) return handles.error();
  const auto status = Rebuilding(**handles, old, unfinished_path(fresh), report).run();
  handles->reset();
  if (!status.ok()) return error_of(status, "writing the new database");
  report.kept = unused_path(folder, "db.damaged");
  if (auto swapped = swap_databases(folder, fresh, report.kept); !swapped) return swapped.error();
  if (auto written = write_format(folder); !written) return written.error();
  return report;
}

}  // namespace narthex::storage
