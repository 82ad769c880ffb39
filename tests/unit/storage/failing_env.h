// A file system whose writes fail when told to. Debian's RocksDB comes without its own.
#pragma once

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <atomic>
#include <memory>
#include <string>

namespace narthex::storage {

// Thread-safe.
class FailingFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  enum class Mode { kFine, kNoSpace, kBroken, kHalf };

  FailingFileSystem() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}
  const char* Name() const override { return "FailingFileSystem"; }

  // kNoSpace and kBroken: appends fail and write nothing; kHalf: they write half of what they should and fail.
  void set(Mode mode) { mode_ = mode; }
  Mode mode() const { return mode_; }

  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* result,
                                    rocksdb::IODebugContext* debug) override {
    auto status = target()->NewWritableFile(name, options, result, debug);
    if (status.ok()) *result = std::make_unique<File>(std::move(*result), *this);
    return status;
  }
  rocksdb::IOStatus ReopenWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                       std::unique_ptr<rocksdb::FSWritableFile>* result,
                                       rocksdb::IODebugContext* debug) override {
    auto status = target()->ReopenWritableFile(name, options, result, debug);
    if (status.ok()) *result = std::make_unique<File>(std::move(*result), *this);
    return status;
  }

 private:
  class File final : public rocksdb::FSWritableFileOwnerWrapper {
   public:
    File(std::unique_ptr<rocksdb::FSWritableFile>&& file, const FailingFileSystem& owner)
        : FSWritableFileOwnerWrapper(std::move(file)), owner_(owner) {}

    using FSWritableFileOwnerWrapper::Append;
    rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                             rocksdb::IODebugContext* debug) override {
      switch (owner_.mode()) {
        case Mode::kFine:
          return FSWritableFileOwnerWrapper::Append(data, options, debug);
        case Mode::kNoSpace:
          return rocksdb::IOStatus::NoSpace("No space left on device");
        case Mode::kBroken:
          break;
        case Mode::kHalf:
          FSWritableFileOwnerWrapper::Append(rocksdb::Slice(data.data(), data.size() / 2), options, debug);
          break;
      }
      return rocksdb::IOStatus::IOError("the disk is broken");
    }

   private:
    const FailingFileSystem& owner_;
  };

  std::atomic<Mode> mode_{Mode::kFine};
};

}  // namespace narthex::storage
