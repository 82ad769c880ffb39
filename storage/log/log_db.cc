#include "storage/log/log_db.h"

#include <fmt/format.h>
#include <rocksdb/write_batch.h>

#include <algorithm>

#include "storage/log/database.h"
#include "storage/log/folder.h"

namespace narthex::storage {
namespace {

// A block of a table holds a few commits.
constexpr uint64_t kMaxLost = 4096;

// Reads one family. What lies in a damaged block is skipped.
class Source {
 public:
  Source(int64_t window, std::unique_ptr<rocksdb::Iterator> at) : window_(window), at_(std::move(at)) {
    at_->SeekToFirst();
    skip_damage(0);
  }

  int64_t window() const { return window_; }
  // UINT64_MAX: all is read.
  uint64_t number() const { return at_->Valid() ? number_at(at_->key(), 0) : UINT64_MAX; }
  std::string_view bytes() const { return {at_->value().data(), at_->value().size()}; }
  void next() {
    const uint64_t after = number();
    at_->Next();
    skip_damage(after);
  }
  const std::vector<std::string>& damage() const { return damage_; }

 private:
  void skip_damage(uint64_t after) {
    if (at_->Valid() || at_->status().ok()) return;
    damage_.push_back(fmt::format("window {}, after commit {}: {}", window_, after, at_->status().ToString()));
    for (uint64_t lost = 1; lost <= kMaxLost && !at_->Valid() && !at_->status().ok(); ++lost) {
      std::string key;
      append_number(key, after + lost);
      at_->Seek(key);
    }
  }

  int64_t window_;
  std::unique_ptr<rocksdb::Iterator> at_;
  std::vector<std::string> damage_;
};

std::vector<Source> sources_of(const Handles& handles) {
  rocksdb::ReadOptions options;
  options.fill_cache = false;
  options.readahead_size = 1 << 20;
  std::vector<Source> sources;
  for (const auto& [window, family] : handles.logs) {
    sources.emplace_back(window, std::unique_ptr<rocksdb::Iterator>(handles.db->NewIterator(options, family)));
  }
  return sources;
}

// UINT64_MAX: all are read.
uint64_t lowest_number(const std::vector<Source>& sources) {
  uint64_t number = UINT64_MAX;
  for (const Source& s : sources) number = std::min(number, s.number());
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
    std::vector<Source> sources = sources_of(handles);
    std::vector<std::pair<int64_t, std::string_view>> batches;
    for (uint64_t number = lowest_number(sources); number != UINT64_MAX; number = lowest_number(sources)) {
      batches.clear();
      for (const Source& s : sources) {
        if (s.number() == number) batches.emplace_back(s.window(), s.bytes());
      }
      visit(number, batches);
      for (Source& s : sources) {
        if (s.number() == number) s.next();
      }
    }
    for (const Source& s : sources) damage.insert(damage.end(), s.damage().begin(), s.damage().end());
    return rocksdb::Status::OK();
  });
  if (!looked) damage.push_back(looked.error().message);
  return damage;
}

uint64_t LogDb::disk_bytes() const { return table_and_log_bytes(database_path(database_->settings().folder)); }

}  // namespace narthex::storage
