#include "storage/log/segment_db.h"

#include <fmt/format.h>
#include <rocksdb/convenience.h>
#include <rocksdb/utilities/checkpoint.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <map>

#include "base/quote.h"
#include "storage/log/folder.h"
#include "storage/log/format_file.h"
#include "storage/log/segment_file.h"

namespace narthex::storage {
namespace {

namespace fs = std::filesystem;

struct StoredFile {
  std::string path;
  uint64_t bytes = 0;
};

// The files of the family by the segment that each is of.
std::map<uint64_t, StoredFile> stored_files(Handles& handles) {
  rocksdb::ColumnFamilyMetaData data;
  handles.db->GetColumnFamilyMetaData(handles.segments, &data);
  std::map<uint64_t, StoredFile> files;
  for (const auto& level : data.levels) {
    for (const auto& file : level.files) files[number_at(file.smallestkey, 0)] = {file.db_path + file.name, file.size};
  }
  return files;
}

rocksdb::Status delete_files(Handles& handles, uint64_t segment) {
  std::string begin, end;
  append_number(begin, segment);
  append_number(end, segment + 1);
  const rocksdb::Slice first(begin), last(end);
  return rocksdb::DeleteFilesInRange(handles.db.get(), handles.segments, &first, &last, false);
}

class Pages final : public SegmentPages {
 public:
  Pages(std::shared_ptr<Database> database, uint64_t id, StoredFile file)
      : database_(std::move(database)), id_(id), file_(std::move(file)) {}
  // A file that cannot be deleted now is deleted at the next start: it is not valid.
  ~Pages() override {
    if (!retired_) return;
    const auto deleted = database_->look("deleting the file of a segment",
                                         [this](Handles& handles) { return delete_files(handles, id_); });
    if (!deleted)
      database_->log().warn("A segment's file stays until the next start", {{"err", deleted.error().str()}});
  }

  Result<> get(PageKind kind, uint64_t number, std::string& out) const override {
    const auto read = database_->look("reading it", [&](Handles& handles) {
      rocksdb::PinnableSlice value;
      const auto status = handles.db->Get({}, handles.segments, page_key(id_, kind, number), &value);
      if (status.ok()) out.assign(value.data(), value.size());
      return status;
    });
    if (read) return read;
    return prefixed(fmt::format("page {} of kind {} of {}: ", number, static_cast<int>(kind), go_quote(file_.path)),
                    read.error());
  }
  uint64_t id() const override { return id_; }
  uint64_t bytes() const override { return file_.bytes; }
  std::string file() const override { return file_.path; }
  void retire() const override { retired_ = true; }

 private:
  const std::shared_ptr<Database> database_;
  const uint64_t id_;
  const StoredFile file_;
  mutable std::atomic<bool> retired_{false};
};

class SegmentDb final : public SegmentFiles {
 public:
  explicit SegmentDb(std::shared_ptr<Database> database) : database_(std::move(database)) {}

  // What is not in `meta` is not valid.
  Result<> remove_leftovers();

  Result<std::unique_ptr<SegmentFile>> create() override;
  Result<std::vector<std::shared_ptr<const SegmentPages>>> apply(SegmentChange change) override;
  std::vector<std::shared_ptr<const SegmentPages>> segments() const override;
  std::vector<StoredTombstone> tombstones() const override;
  Result<> copy_to(const std::string& folder, bool with_log) const override;
  uint64_t disk_bytes() const override { return table_and_log_bytes(database_path(database_->settings().folder)); }

 private:
  rocksdb::Status ingest(Handles& handles, const SegmentChange& change);
  Meta::Changes entries_of(Handles& handles, const SegmentChange& change) const;
  void finish(Handles& handles, const SegmentChange& change);
  void keep_copy(const StoredFile& file) const;

  const std::shared_ptr<Database> database_;
  std::vector<uint64_t> unwanted_;  // ingested, and not valid; within changes only
};

Result<> SegmentDb::remove_leftovers() {
  std::error_code error;
  const fs::path unfinished = unfinished_path(database_->settings().folder);
  fs::remove_all(unfinished, error);
  fs::create_directories(unfinished, error);
  if (error) return Error{Code::kIo, fmt::format("creating {}: {}", go_quote(unfinished.string()), error.message())};
  return database_->change("removing files of segments that were not finished", [this](Handles& handles) {
    const auto files = stored_files(handles);
    database_->meta().each(kSegmentPrefix, [&](uint64_t id, const std::string& bytes) {
      if (files.contains(id)) return;
      database_->log().error("The file of a segment is missing", {{"segment", std::to_string(id)}, {"bytes", bytes}});
    });
    for (const auto& [id, file] : files) {
      if (database_->meta().find(numbered_key(kSegmentPrefix, id)) != nullptr) continue;
      keep_copy(file);
      if (const auto status = delete_files(handles, id); !status.ok()) return status;
    }
    return rocksdb::Status::OK();
  });
}

// Where damage may be the reason that nobody knows a file, it is kept.
void SegmentDb::keep_copy(const StoredFile& file) const {
  if (database_->damaged_folder().empty()) return;
  std::error_code ignored;
  fs::create_directories(database_->damaged_folder(), ignored);
  fs::create_hard_link(file.path, fs::path(database_->damaged_folder()) / fs::path(file.path).filename(), ignored);
  database_->log().warn("Kept a segment's file that is not known to be valid",
                        {{"file", file.path}, {"in", database_->damaged_folder()}});
}

// The number is written down before it is used: were it used twice, pages of the first file could be read as the
// second one's.
Result<std::unique_ptr<SegmentFile>> SegmentDb::create() {
  uint64_t id = 0;
  auto reserved = database_->change("giving a segment its number", [&](Handles& handles) {
    id = static_cast<uint64_t>(database_->meta().number(kNextSegment, 1));
    return database_->meta().write(handles, {{std::string(kNextSegment), std::to_string(id + 1)}}, true);
  });
  if (!reserved) return reserved.error();
  auto file = TableFile::create(database_, id);
  if (!file) return file.error();
  return std::unique_ptr<SegmentFile>(std::move(*file));
}

Result<std::vector<std::shared_ptr<const SegmentPages>>> SegmentDb::apply(SegmentChange change) {
  std::vector<std::shared_ptr<const SegmentPages>> pages;
  auto applied = database_->change("changing the segments", [&](Handles& handles) {
    if (const auto status = ingest(handles, change); !status.ok()) return status;
    database_->at_point("apply.ingested");
    const auto written = database_->meta().write(handles, entries_of(handles, change), true);
    if (!written.ok()) return written;
    auto files = stored_files(handles);
    for (const auto& file : change.added) {
      pages.push_back(std::make_shared<Pages>(database_, file->id(), files[file->id()]));
      std::erase(unwanted_, file->id());
    }
    database_->at_point("apply.meta_written");
    finish(handles, change);
    return written;
  });
  if (!applied) return applied.error();
  return pages;
}

rocksdb::Status SegmentDb::ingest(Handles& handles, const SegmentChange& change) {
  if (change.added.empty()) return rocksdb::Status::OK();
  std::vector<std::string> paths;
  for (const auto& file : change.added) {
    paths.push_back(static_cast<const TableFile&>(*file).path());
    unwanted_.push_back(file->id());  // until it is known to be valid
  }
  rocksdb::IngestExternalFileOptions options;
  options.move_files = true;
  options.write_global_seqno = false;
  return handles.db->IngestExternalFile(handles.segments, paths, options);
}

Meta::Changes SegmentDb::entries_of(Handles& handles, const SegmentChange& change) const {
  Meta::Changes entries;
  const auto files = stored_files(handles);
  for (const auto& file : change.added) {
    entries[numbered_key(kSegmentPrefix, file->id())] = std::to_string(files.at(file->id()).bytes);
  }
  for (const uint64_t id : change.removed) entries[numbered_key(kSegmentPrefix, id)] = std::nullopt;
  for (const auto& [number, bytes] : change.tombstones_added) entries[numbered_key(kTombstonePrefix, number)] = bytes;
  for (const uint64_t number : change.tombstones_removed) {
    entries[numbered_key(kTombstonePrefix, number)] = std::nullopt;
  }
  if (change.logs_below) database_->add_bound(*change.logs_below, entries);
  return entries;
}

// The change is valid whatever happens here: what fails is done at the next change or start.
void SegmentDb::finish(Handles& handles, const SegmentChange& change) {
  // What explains that logs are gone shall not lie in a write-ahead log alone, where one flipped byte would undo it.
  auto status = handles.db->Flush({}, handles.meta);
  if (status.ok()) status = database_->drop_old_logs(handles);
  if (change.logs_below) database_->at_point("apply.logs_dropped");
  while (status.ok() && !unwanted_.empty()) {
    status = delete_files(handles, unwanted_.back());
    if (status.ok()) unwanted_.pop_back();
  }
  if (status.ok()) return;
  database_->set_broken();
  database_->log().warn("Removing what segments replace failed", {{"err", status.ToString()}});
}

std::vector<std::shared_ptr<const SegmentPages>> SegmentDb::segments() const {
  std::vector<std::shared_ptr<const SegmentPages>> pages;
  (void)database_->change("listing the segments", [&](Handles& handles) {
    auto files = stored_files(handles);
    database_->meta().each(kSegmentPrefix, [&](uint64_t id, const std::string&) {
      if (files.contains(id)) pages.push_back(std::make_shared<Pages>(database_, id, files[id]));
    });
    return rocksdb::Status::OK();
  });
  return pages;
}

std::vector<StoredTombstone> SegmentDb::tombstones() const {
  std::vector<StoredTombstone> tombstones;
  (void)database_->change("listing the tombstones", [&](Handles&) {
    database_->meta().each(kTombstonePrefix, [&](uint64_t number, const std::string& bytes) {
      tombstones.push_back({number, bytes});
    });
    return rocksdb::Status::OK();
  });
  return tombstones;
}

namespace {

// The log of a database that nobody has open.
Result<> drop_log(const std::string& path, Log& log) {
  auto handles = open_handles(path, nullptr, OpenMode::kStrict, log);
  if (!handles) return handles.error();
  for (const auto& [window, family] : (*handles)->logs) {
    const auto status = (*handles)->db->DropColumnFamily(family);
    if (!status.ok()) return error_of(status, "dropping the log of a copy");
  }
  return {};
}

}  // namespace

Result<> SegmentDb::copy_to(const std::string& folder, bool with_log) const {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return Error{Code::kIo, fmt::format("creating {}: {}", go_quote(folder), error.message())};
  auto copied = database_->look("copying the database", [&](Handles& handles) {
    rocksdb::Checkpoint* made = nullptr;
    rocksdb::Status status = rocksdb::Checkpoint::Create(handles.db.get(), &made);
    const std::unique_ptr<rocksdb::Checkpoint> checkpoint(made);
    if (status.ok()) status = checkpoint->CreateCheckpoint(database_path(folder));
    return status;
  });
  if (copied && !with_log) copied = drop_log(database_path(folder), database_->log());
  return copied ? write_format(folder) : copied;
}

}  // namespace

std::string page_key(uint64_t segment, PageKind kind, uint64_t number) {
  std::string key;
  key.reserve(17);
  append_number(key, segment);
  key += static_cast<char>(kind);
  append_number(key, number);
  return key;
}

Result<std::shared_ptr<SegmentFiles>> open_segment_files(std::shared_ptr<Database> database) {
  auto files = std::make_shared<SegmentDb>(std::move(database));
  if (auto removed = files->remove_leftovers(); !removed) return removed.error();
  return std::shared_ptr<SegmentFiles>(std::move(files));
}

}  // namespace narthex::storage
