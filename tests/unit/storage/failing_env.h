// A file system whose writes fail when told to. Debian's RocksDB comes without its own.
#pragma once

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <memory>
#include <mutex>
#include <string>

namespace narthex::storage {

// Thread-safe.
class FailingFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  enum class Mode { kFine, kNoSpace, kBroken, kHalf };

  FailingFileSystem() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}
  const char* Name() const override { return "FailingFileSystem"; }

  // kNoSpace and kBroken: appends fail and write nothing; kHalf: they write half of what they should and fail.
  // Only those to files whose names contain `files`.
  void set(Mode mode, const std::string& files = "") {
    std::lock_guard lock(mutex_);
    mode_ = mode;
    files_ = files;
  }
  Mode mode_of(const std::string& name) const {
    std::lock_guard lock(mutex_);
    return name.find(files_) == std::string::npos ? Mode::kFine : mode_;
  }

  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* result,
                                    rocksdb::IODebugContext* debug) override {
    auto status = target()->NewWritableFile(name, options, result, debug);
    if (status.ok()) *result = std::make_unique<File>(std::move(*result), name, *this);
    return status;
  }
  rocksdb::IOStatus ReopenWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                       std::unique_ptr<rocksdb::FSWritableFile>* result,
                                       rocksdb::IODebugContext* debug) override {
    auto status = target()->ReopenWritableFile(name, options, result, debug);
    if (status.ok()) *result = std::make_unique<File>(std::move(*result), name, *this);
    return status;
  }

 private:
  class File final : public rocksdb::FSWritableFileOwnerWrapper {
   public:
    File(std::unique_ptr<rocksdb::FSWritableFile>&& file, const std::string& name, const FailingFileSystem& owner)
        : FSWritableFileOwnerWrapper(std::move(file)), name_(name), owner_(owner) {}

    using FSWritableFileOwnerWrapper::Append;
    rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                             rocksdb::IODebugContext* debug) override {
      switch (owner_.mode_of(name_)) {
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
    const std::string name_;
    const FailingFileSystem& owner_;
  };

  mutable std::mutex mutex_;
  Mode mode_ = Mode::kFine;  // behind mutex_
  std::string files_;        // behind mutex_
};

}  // namespace narthex::storage
