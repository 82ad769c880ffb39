// The segments that are valid: on the disk, and opened for readers.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/log.h"
#include "storage/blocks.h"
#include "storage/log/segment_files.h"
#include "storage/segment/segment.h"

namespace narthex::storage {

// Reading is thread-safe; changes are made by one thread at a time.
class Catalog {
 public:
  // All must outlive the catalog.
  Catalog(SegmentFiles& files, PageCache& cache, Log& log) : files_(files), cache_(cache), log_(log) {}

  // At the start: opens what is there. A damaged segment is told to the log and skipped for reading; its file stays.
  void open();

  // Makes a change valid, durably. Returns the segments that were added, in the order in which they were given; null
  // where one cannot be read back, which the log is told. Files of removed segments go with their last reader.
  Result<SegmentList> apply(SegmentChange change);

  // All that can be read, as segment.h orders them.
  SegmentList segments() const;
  // Ascending by first window, then by id; damaged ones too.
  std::vector<BlockInfo> blocks() const;
  // Of a segment on the disk; 0: there is none.
  uint64_t bytes_of(uint64_t id) const;
  // Of all files, log and segments.
  uint64_t disk_bytes() const { return files_.disk_bytes(); }

 private:
  struct Entry {
    std::shared_ptr<const SegmentPages> pages;
    std::shared_ptr<const Segment> segment;  // null: damaged
    std::string damage;
  };
  Entry open(std::shared_ptr<const SegmentPages> pages);

  SegmentFiles& files_;
  PageCache& cache_;
  Log& log_;
  mutable std::mutex mutex_;
  std::vector<Entry> entries_;  // behind mutex_
};

}  // namespace narthex::storage
