// The segments as the database keeps them: one file each, and what of them is valid, changed all at once.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "storage/segment/pages.h"

namespace narthex::storage {

// A file being written; dropped unless it is part of a change.
class SegmentFile : public PageSink {
 public:
  virtual uint64_t id() const = 0;
  // No more pages; afterwards they are on the disk, synced. Bytes of the file.
  virtual Result<uint64_t> close() = 0;
};

// The pages of a valid segment.
class SegmentPages : public PageSource {
 public:
  virtual uint64_t id() const = 0;
  virtual uint64_t bytes() const = 0;  // on the disk
  // The segment is valid no longer: its file is deleted when this object is destroyed.
  virtual void retire() const = 0;
};

// A part of the history that was deleted; see storage/deletion.h.
struct StoredTombstone {
  uint64_t number;
  std::string bytes;
};

struct SegmentChange {
  std::vector<std::unique_ptr<SegmentFile>> added;  // closed
  std::vector<uint64_t> removed;                    // ids
  // Log families below are sealed or dropped: gone after this change.
  std::optional<int64_t> logs_below = std::nullopt;
  std::vector<StoredTombstone> tombstones_added = {};
  std::vector<uint64_t> tombstones_removed = {};
};

// Thread-safe. All implementations of pages keep the database alive.
class SegmentFiles {
 public:
  virtual ~SegmentFiles() = default;

  // A new file with a number never used before.
  virtual Result<std::unique_ptr<SegmentFile>> create() = 0;
  // All of it or nothing, whatever happens to the power; on the disk when it returns. The log families are dropped
  // afterwards; if that fails it is tried again later and at the next start. Returns the pages of `added`.
  virtual Result<std::vector<std::shared_ptr<const SegmentPages>>> apply(SegmentChange change) = 0;

  // Valid segments at the start, ids ascending.
  virtual std::vector<std::shared_ptr<const SegmentPages>> segments() const = 0;
  virtual std::vector<StoredTombstone> tombstones() const = 0;

  // A copy of the store as it is now in a new folder: files that never change are linked. Without the log it has the
  // segments alone.
  virtual Result<> copy_to(const std::string& folder, bool with_log) const = 0;
  // Bytes on disk, log and segments.
  virtual uint64_t disk_bytes() const = 0;
};

}  // namespace narthex::storage
