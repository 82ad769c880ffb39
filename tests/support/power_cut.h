// A file system for RocksDB that forgets what was not synced when the power is cut: the tails of files, and entries of
// folders (new files, renames, links, deletions) whose folder was not synced. Debian's RocksDB comes without its own.
#pragma once

#include <rocksdb/file_system.h>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>

namespace narthex::testing {

// Thread-safe. Everything below the folder must be written through it, or be of no interest.
class PowerCutFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  // `stash`: a folder of the same file system, where bytes are kept that a cut may bring back.
  explicit PowerCutFileSystem(std::string stash);
  ~PowerCutFileSystem() override;
  const char* Name() const override { return "PowerCutFileSystem"; }

  // From now on nothing is written; every attempt is an error.
  void cut();
  // Cuts before the operation that makes something durable or visible is done for the n-th time from now, from 1 on.
  void cut_before(uint64_t operation);
  // How many of these there were.
  uint64_t operations() const;
  bool is_cut() const;

  // Once the database is closed: files become what the disk would have after the cut. `tails`: of what was not synced
  // of a file, a part of random length is there all the same.
  void restore(std::mt19937_64* tails = nullptr);

  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* result,
                                    rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus ReopenWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                       std::unique_ptr<rocksdb::FSWritableFile>* result,
                                       rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus NewDirectory(const std::string& name, const rocksdb::IOOptions& options,
                                 std::unique_ptr<rocksdb::FSDirectory>* result,
                                 rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus RenameFile(const std::string& from, const std::string& to, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus LinkFile(const std::string& from, const std::string& to, const rocksdb::IOOptions& options,
                             rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus DeleteFile(const std::string& name, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;

 private:
  class File;
  class Folder;
  // A file apart from its names.
  struct Bytes {
    std::string stashed;  // a name of its own, so that its bytes stay
    uint64_t size = 0;
    uint64_t synced = 0;  // so many of them are on the disk
  };
  using Names = std::map<std::string, std::shared_ptr<Bytes>>;

  // An error if the power is cut; `counted` operations may cut it.
  rocksdb::IOStatus live(bool counted);
  std::shared_ptr<Bytes> stash(const std::string& name, uint64_t size);
  rocksdb::IOStatus track(const std::string& name, std::unique_ptr<rocksdb::FSWritableFile>* file, bool fresh);
  void sync_folder(const std::string& folder);

  const std::string stash_;
  mutable std::mutex mutex_;  // the rest is behind it
  Names seen_;                // as programs see it
  Names durable_;             // as it would be after a cut
  uint64_t stashed_ = 0;
  uint64_t operations_ = 0;
  uint64_t cut_before_ = 0;  // 0: never
  bool cut_ = false;
};

}  // namespace narthex::testing
