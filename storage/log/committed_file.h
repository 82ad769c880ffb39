// The file COMMITTED beside the database: the number of the newest commit that is known to be on the disk, as decimal
// text. A write-ahead log that vanished whole leaves no trace in RocksDB; here it does.
#pragma once

#include <cstdint>
#include <string>

namespace narthex::storage {

// Not thread-safe.
class CommittedFile {
 public:
  explicit CommittedFile(const std::string& folder);
  ~CommittedFile();
  CommittedFile(const CommittedFile&) = delete;
  CommittedFile& operator=(const CommittedFile&) = delete;

  // 0 if there is none, or if it is not readable.
  uint64_t read() const;
  // Not synced: a number that is too low is no harm. Failures are none either.
  void write(uint64_t number);

 private:
  int fd_;
};

}  // namespace narthex::storage
