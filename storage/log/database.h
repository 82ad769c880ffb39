// The database in a store's folder: opened, kept going through failed writes, changed by one at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "base/result.h"
#include "storage/log/committed_file.h"
#include "storage/log/meta.h"
#include "storage/log/rocks.h"

namespace narthex::storage {

// Thread-safe.
class Database {
 public:
  struct Settings {
    std::string folder;
    int64_t window_ms = 0;  // see Options::window_ms and Database::window_ms()
    bool sync_every_write = false;
    rocksdb::Env* env = nullptr;  // null: the operating system's; for tests that make writes fail
    std::function<void(std::string_view point)> at_point = {};  // see Options::at_point
  };

  // Opens or creates. Damage is told to `log`, which must outlive the database: copies of the write-ahead logs are kept
  // beside, and what can be read is read. kUnavailable: another process has it open, named in the message.
  // kUnsupported: written by a newer version; nothing was touched. kCorruption: cannot be opened at all; names the file
  // and the remedy.
  static Result<std::shared_ptr<Database>> open(Settings settings, Log& log);
  ~Database();

  const Settings& settings() const { return settings_; }
  Log& log() const { return log_; }
  // The length of its windows: a store keeps the one it was made with.
  int64_t window_ms() const { return window_ms_; }
  // Where copies of damaged files are; "" if nothing was damaged when it was opened. Else entries of `meta` may be
  // missing.
  const std::string& damaged_folder() const { return damaged_folder_; }
  void at_point(std::string_view point) const;

  using Step = std::function<rocksdb::Status(Handles&)>;
  // Runs a step that writes, one at a time, after getting the database going again if the last one failed: after a
  // failure all steps fail, for half a second without being run, until that succeeds. The handles are valid within the
  // step only. `what` begins the error's message. A step that returns InvalidArgument wrote nothing.
  Result<> change(std::string_view what, const Step& step);
  // Runs a step that reads. Any number at once, also beside changes. While the disk is full reading goes on.
  Result<> look(std::string_view what, const Step& step) const;

  // Everything written before is on the disk afterwards.
  Result<> sync();

  // Windows that have a family in the log, ascending.
  std::vector<int64_t> log_windows();

  // The following: within change() only, or before anybody else knows the database.

  // The oldest window whose log is valid; INT64_MIN: none was ever dropped.
  int64_t first_retained() const { return meta_.number(kFirstRetained, INT64_MIN); }
  Meta& meta() { return meta_; }
  // Never given twice, not even if the commit fails: its bytes may be on the disk.
  uint64_t next_commit() { return ++last_commit_; }
  // Adds a window's family if there is none.
  rocksdb::Status create_log(Handles& handles, int64_t window);
  // The entries that say that log families below are gone.
  void add_bound(int64_t first_retained, Meta::Changes& changes) const;
  // Drops the families that are below the bound. What fails is tried again when the database is got going.
  rocksdb::Status drop_old_logs(Handles& handles);
  // The next change has to get the database going first, though this one did what it should.
  void set_broken() { broken_ = true; }

 private:
  Database(Settings settings, Log& log);
  Result<> check_current() const;
  Result<> open_handles_somehow();
  Result<> open_damaged(const Error& why);
  Result<> begin();
  Result<> settle_window_length();
  void find_last_commit();
  Result<> revive();
  Result<> open_again();
  void keep_damaged_files();
  void drop_needless_copies();

  const Settings settings_;
  Log& log_;
  int64_t window_ms_ = 0;
  CommittedFile committed_;

  mutable std::shared_mutex handles_mutex_;  // held alone while the database is opened anew
  std::unique_ptr<Handles> handles_;
  std::string damaged_folder_;

  std::mutex write_mutex_;  // one change at a time; taken before handles_mutex_. The rest is behind it.
  Meta meta_;
  uint64_t last_commit_ = 0;
  bool broken_ = false;   // the last change failed
  bool writable_ = true;  // opened for writing, and nothing of it is damaged
  std::chrono::steady_clock::time_point retry_at_ = {};
  std::optional<Error> retry_error_;
};

}  // namespace narthex::storage
