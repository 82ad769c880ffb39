// The log as the committer sees it: turns prepared records into batches of RocksDB and tells each family the
// definitions it needs.
#pragma once

#include <boost/unordered/unordered_flat_set.hpp>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

#include "base/log.h"
#include "storage/head/windows.h"
#include "storage/identity/identity.h"
#include "storage/log/log_db.h"
#include "storage/log/record_codec.h"
#include "storage/log/record_log.h"
#include "storage/options.h"

namespace narthex::storage {

// Definitions that readers of a log family know. What a failed batch would have told stays pending.
class Announcer {
 public:
  // Forgets what was told once per `period` of data time: a damaged definition costs until then.
  void begin_batch(Timestamp newest, int64_t period);
  // Adds the list, and the symbols it needs, to the batch's definitions unless they were told before.
  void need(const LabelList& list);
  bool knows(ListId list) const { return lists_.contains(list); }
  // The same as need(), and keeps the list until the end of the batch.
  void hold(ListRef list) {
    need(*list);
    held_.push_back(std::move(list));
  }
  const Definitions& definitions() const { return definitions_; }
  void end_batch(bool written);

 private:
  void need(const Symbol& symbol);

  boost::unordered_flat_set<ListId> lists_;
  boost::unordered_flat_set<uint32_t> symbols_;
  Timestamp told_since_ = INT64_MIN;
  Definitions definitions_;  // texts point into symbols, which live as long as the lists of the batch
  std::vector<ListRef> held_;
};

// For the committer's thread; syncing runs on a thread of its own.
class DurableLog final : public RecordLog {
 public:
  DurableLog(std::unique_ptr<LogDb> db, const Identity& identity, const Windows& windows, const Options& options,
             Log& log);
  // Syncs what was written.
  ~DurableLog() override;

  Result<> write(const RecordBatch& batch) override;
  void create_ahead(Timestamp t) override;
  uint64_t disk_bytes() const override { return db_->disk_bytes(); }

 private:
  struct Family {
    Announcer announcer;
    std::string records;
  };
  void encode(PreparedRecord& prepared);
  void fill_slots(PreparedRecord& prepared);
  void announce(const PreparedRecord& prepared, Family& family);
  int64_t family_of(int64_t window) const;
  void sync_loop();

  const std::unique_ptr<LogDb> db_;
  const Identity& identity_;
  const Windows& windows_;
  const Options& options_;
  Log& log_;
  std::map<int64_t, Family> families_;  // that were written to in this process and may be again

  std::mutex mutex_;
  std::condition_variable wake_;
  bool dirty_ = false;     // behind mutex_
  bool stopping_ = false;  // behind mutex_
  std::thread syncer_;
};

}  // namespace narthex::storage
