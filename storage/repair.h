// Rebuilding a store whose database cannot be opened: `narthex tsdb repair DIR`.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/result.h"

namespace narthex::storage {

struct RepairReport {
  uint64_t segments = 0;  // in the new database
  uint64_t commits = 0;   // of the log, likewise
  std::string kept;       // the folder that has the old database, as it was
  // What could not be read, as sentences that name the file.
  std::vector<std::string> lost;
};

// Builds a new database from the files of the old one, each read on its own: segments, which describe themselves, the
// log's tables and write-ahead logs, and what is left of `meta`. The old one becomes `db.damaged-<n>` in the same
// folder; of its files none is changed or deleted, and segments are linked, so that they need no space twice. The new
// one takes its place at the end, at once: a repair cut short changes nothing. A sound store may be repaired, too.
//
// kNotFound: there is no database. kUnavailable: a process has it open, or the disk is full. kUnsupported: written by a
// newer version. Blocks; `log` gets what RocksDB says.
Result<RepairReport> repair(const std::string& folder, Log& log);

}  // namespace narthex::storage
