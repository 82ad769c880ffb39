// Where records go before they are applied.
#pragma once

#include <vector>

#include "base/result.h"
#include "storage/commit/prepare.h"

namespace narthex::storage {

using RecordBatch = std::vector<PreparedRecord*>;

// For the committer's thread.
class RecordLog {
 public:
  virtual ~RecordLog() = default;
  // All of them or none, durably with the operating system. Fills in what the log tells beside samples (slots, key
  // frame), so that applying the records live or after a restart leads to the same state.
  virtual Result<> write(const RecordBatch& batch) = 0;
  // Prepares the family of the window after the one that holds `t`, when that window is half over.
  virtual void create_ahead(Timestamp t) = 0;
  // Bytes on disk. Thread-safe.
  virtual uint64_t disk_bytes() const = 0;
};

}  // namespace narthex::storage
