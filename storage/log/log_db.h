// The log in the database: a family per window, one writer.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace narthex::storage {

class Database;

// One batch's bytes for one window's family.
struct FamilyBatch {
  int64_t window;
  std::string bytes;
};

// Thread-safe; families are named by the committer's thread only.
class LogDb {
 public:
  explicit LogDb(std::shared_ptr<Database> database);

  // Windows that have a family, ascending.
  std::vector<int64_t> windows() const;
  // The oldest window whose log is valid, as it was at the start; INT64_MIN: none was ever dropped.
  int64_t first_retained() const { return first_retained_; }
  // Adds a window's family if there is none.
  Result<> create(int64_t window);

  // Appends a batch under the next number: all families or none. After a failure later calls try to get the database
  // going again.
  Result<> write(const std::vector<FamilyBatch>& families);

  // Everything written before is on the disk afterwards.
  Result<> sync();

  // Reads all families in the order of writing: calls `visit(number, batches)` for each batch number, the batches of
  // its families with windows ascending. What lies in a damaged block of a table is skipped. Returns damage that made
  // it skip something, as sentences. Several threads may read at once, before the first write.
  using Visit = std::function<void(uint64_t number, const std::vector<std::pair<int64_t, std::string_view>>& batches)>;
  std::vector<std::string> read(const Visit& visit) const;

  // Bytes on disk, segments included.
  uint64_t disk_bytes() const;

 private:
  const std::shared_ptr<Database> database_;
  const int64_t first_retained_;
};

}  // namespace narthex::storage
