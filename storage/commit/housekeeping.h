// What the committer does between batches: freezing windows that data time closed, forgetting dead series.
#pragma once

#include "storage/core/ownership.h"
#include "storage/head/frozen.h"
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
  // `sink` gets what was frozen.
  Housekeeping(Core& core, Windows& windows, RecordLog& record_log, const Options& options, FrozenSink& sink)
      : core_(core), windows_(windows), record_log_(record_log), options_(options), sink_(sink) {}

  void run();

 private:
  // All windows below, and with them whatever came late for earlier ones. What goes to the sink.
  std::vector<Frozen> freeze_windows(int64_t first_open);
  void forget_dead();
  void sweep_lists();

  Core& core_;
  Windows& windows_;
  RecordLog& record_log_;
  const Options& options_;
  FrozenSink& sink_;
};

}  // namespace narthex::storage
