// What the committer does between batches: closing windows, dropping old ones, forgetting dead series.
#pragma once

#include "base/log.h"
#include "storage/core/ownership.h"
#include "storage/head/windows.h"
#include "storage/log/record_log.h"
#include "storage/options.h"

namespace narthex::storage {

// Series without a sample since then are dead: the start of the window before the newest, and nothing that a legal
// sample could still collide with.
Timestamp dead_before(const Windows& windows, const Options& options);

// For the committer's thread.
class Housekeeping {
 public:
  Housekeeping(Core& core, Windows& windows, RecordLog& record_log, const Options& options, Log& log)
      : core_(core), windows_(windows), record_log_(record_log), options_(options), log_(log) {}

  void run();

 private:
  void close_windows(int64_t first_open);
  // Closed windows beyond the retention time or the byte limit, oldest first.
  bool drop_windows();
  bool drop_window(const std::shared_ptr<Window>& window, std::string_view why);
  void forget_dead();
  void sweep_lists();

  Core& core_;
  Windows& windows_;
  RecordLog& record_log_;
  const Options& options_;
  Log& log_;
};

}  // namespace narthex::storage
