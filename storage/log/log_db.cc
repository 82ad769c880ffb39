#include "storage/log/log_db.h"

#include <fmt/format.h>
#include <rocksdb/write_batch.h>

#include <algorithm>

#include "storage/log/database.h"
#include "storage/log/folder.h"

namespace narthex::storage {
namespace {

struct Source {
  int64_t window;
  std::unique_ptr<rocksdb::Iterator> at;

  bool has(uint64_t number) const { return at->Valid() && number_at(at->key(), 0) == number; }
};

std::vector<Source> sources_of(const Handles& handles) {
  rocksdb::ReadOptions options;
  options.fill_cache = false;
  options.readahead_size = 1 << 20;
  std::vector<Source> sources;
  for (const auto& [window, family] : handles.logs) {
    sources.push_back({window, std::unique_ptr<rocksdb::Iterator>(handles.db->NewIterator(options, family))});
    sources.back().at->SeekToFirst();
  }
  return sources;
}

// UINT64_MAX: all are read.
uint64_t lowest_number(const std::vector<Source>& sources) {
  uint64_t number = UINT64_MAX;
  for (const Source& s : sources) {
    if (s.at->Valid()) number = std::min(number, number_at(s.at->key(), 0));
  }
  return number;
}

}  // namespace

LogDb::LogDb(std::shared_ptr<Database> database)
    : database_(std::move(database)), first_retained_(database_->first_retained()) {}

std::vector<int64_t> LogDb::windows() const { return database_->log_windows(); }

Result<> LogDb::create(int64_t window) {
  return database_->change("creating the log of a window",
                           [&](Handles& handles) { return database_->create_log(handles, window); });
}

Result<> LogDb::drop(int64_t first_retained) {
  return database_->change("dropping the log of a window", [&](Handles& handles) {
    Meta::Changes changes;
    database_->add_bound(first_retained, changes);
    // Synced: a drop is durable at once, and must not be known before what explains it.
    const auto status = database_->meta().write(handles, changes, true);
    return status.ok() ? database_->drop_old_logs(handles) : status;
  });
}

Result<> LogDb::write(const std::vector<FamilyBatch>& families) {
  return database_->change("the log cannot be written", [&](Handles& handles) {
    for (const FamilyBatch& family : families) {
      if (const auto created = database_->create_log(handles, family.window); !created.ok()) return created;
    }
    std::string key;
    append_number(key, database_->next_commit());
    rocksdb::WriteBatch batch;
    for (const FamilyBatch& family : families) batch.Put(handles.logs.at(family.window), key, family.bytes);
    rocksdb::WriteOptions options;
    options.sync = database_->settings().sync_every_write;
    return handles.db->Write(options, &batch);
  });
}

Result<> LogDb::sync() { return database_->sync(); }

std::vector<std::string> LogDb::read(const Visit& visit) const {
  std::vector<std::string> damage;
  const auto looked = database_->look("reading the log", [&](Handles& handles) {
    const std::vector<Source> sources = sources_of(handles);
    std::vector<std::pair<int64_t, std::string_view>> batches;
    for (uint64_t number = lowest_number(sources); number != UINT64_MAX; number = lowest_number(sources)) {
      batches.clear();
      for (const Source& s : sources) {
        if (s.has(number)) batches.emplace_back(s.window, std::string_view(s.at->value().data(), s.at->value().size()));
      }
      visit(number, batches);
      for (const Source& s : sources) {
        if (s.has(number)) s.at->Next();
      }
    }
    for (const Source& s : sources) {
      if (!s.at->status().ok()) damage.push_back(fmt::format("window {}: {}", s.window, s.at->status().ToString()));
    }
    return rocksdb::Status::OK();
  });
  if (!looked) damage.push_back(looked.error().message);
  return damage;
}

uint64_t LogDb::disk_bytes() const { return table_and_log_bytes(database_path(database_->settings().folder)); }

}  // namespace narthex::storage
