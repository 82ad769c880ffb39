#include "tests/support/power_cut.h"

#include <algorithm>
#include <filesystem>

namespace narthex::testing {

namespace fs = std::filesystem;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;

namespace {

std::string clean(const std::string& name) { return fs::path(name).lexically_normal().string(); }

std::string folder_of(const std::string& name) { return fs::path(name).parent_path().string(); }

}  // namespace

class PowerCutFileSystem::File final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  File(std::unique_ptr<rocksdb::FSWritableFile>&& file, std::shared_ptr<Bytes> bytes, PowerCutFileSystem& owner)
      : FSWritableFileOwnerWrapper(std::move(file)), bytes_(std::move(bytes)), owner_(owner) {}

  using FSWritableFileOwnerWrapper::Append;
  IOStatus Append(const rocksdb::Slice& data, const IOOptions& options, IODebugContext* debug) override {
    if (auto live = owner_.live(false); !live.ok()) return live;
    const IOStatus status = FSWritableFileOwnerWrapper::Append(data, options, debug);
    std::lock_guard lock(owner_.mutex_);
    if (status.ok()) bytes_->size += data.size();
    return status;
  }
  IOStatus Truncate(uint64_t size, const IOOptions& options, IODebugContext* debug) override {
    if (auto live = owner_.live(false); !live.ok()) return live;
    std::lock_guard lock(owner_.mutex_);
    bytes_->size = size;
    bytes_->synced = std::min(bytes_->synced, size);
    return FSWritableFileOwnerWrapper::Truncate(size, options, debug);
  }
  IOStatus Sync(const IOOptions&, IODebugContext*) override { return synced(); }
  IOStatus Fsync(const IOOptions&, IODebugContext*) override { return synced(); }

 private:
  IOStatus synced() {
    if (auto live = owner_.live(true); !live.ok()) return live;
    std::lock_guard lock(owner_.mutex_);
    bytes_->synced = bytes_->size;
    return IOStatus::OK();
  }

  const std::shared_ptr<Bytes> bytes_;
  PowerCutFileSystem& owner_;
};

class PowerCutFileSystem::Folder final : public rocksdb::FSDirectoryWrapper {
 public:
  Folder(std::unique_ptr<rocksdb::FSDirectory>&& folder, std::string name, PowerCutFileSystem& owner)
      : FSDirectoryWrapper(std::move(folder)), name_(std::move(name)), owner_(owner) {}

  IOStatus Fsync(const IOOptions&, IODebugContext*) override { return synced(); }
  IOStatus FsyncWithDirOptions(const IOOptions&, IODebugContext*, const rocksdb::DirFsyncOptions&) override {
    return synced();
  }

 private:
  IOStatus synced() {
    if (auto live = owner_.live(true); !live.ok()) return live;
    owner_.sync_folder(name_);
    return IOStatus::OK();
  }

  const std::string name_;
  PowerCutFileSystem& owner_;
};

PowerCutFileSystem::PowerCutFileSystem(std::string stash)
    : FileSystemWrapper(rocksdb::FileSystem::Default()), stash_(std::move(stash)) {
  fs::remove_all(stash_);
  fs::create_directories(stash_);
}

PowerCutFileSystem::~PowerCutFileSystem() {
  std::error_code ignored;
  fs::remove_all(stash_, ignored);
}

void PowerCutFileSystem::cut() {
  std::lock_guard lock(mutex_);
  cut_ = true;
}

void PowerCutFileSystem::cut_before(uint64_t operation) {
  std::lock_guard lock(mutex_);
  cut_before_ = operations_ + operation;
}

uint64_t PowerCutFileSystem::operations() const {
  std::lock_guard lock(mutex_);
  return operations_;
}

bool PowerCutFileSystem::is_cut() const {
  std::lock_guard lock(mutex_);
  return cut_;
}

IOStatus PowerCutFileSystem::live(bool counted) {
  std::lock_guard lock(mutex_);
  if (counted && ++operations_ == cut_before_) cut_ = true;
  return cut_ ? IOStatus::IOError("the power is cut") : IOStatus::OK();
}

std::shared_ptr<PowerCutFileSystem::Bytes> PowerCutFileSystem::stash(const std::string& name, uint64_t size) {
  auto bytes = std::make_shared<Bytes>();
  bytes->stashed = (fs::path(stash_) / std::to_string(stashed_++)).string();
  bytes->size = size;
  fs::create_hard_link(name, bytes->stashed);
  return bytes;
}

IOStatus PowerCutFileSystem::track(const std::string& given, std::unique_ptr<rocksdb::FSWritableFile>* file,
                                   bool fresh) {
  const std::string name = clean(given);
  std::lock_guard lock(mutex_);
  auto& bytes = seen_[name];
  if (fresh || !bytes) bytes = stash(name, fs::file_size(name));
  *file = std::make_unique<File>(std::move(*file), bytes, *this);
  return IOStatus::OK();
}

// A file that was there is replaced by a new one; its bytes stay until the folder is synced.
IOStatus PowerCutFileSystem::NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                             std::unique_ptr<rocksdb::FSWritableFile>* result, IODebugContext* debug) {
  if (auto cut = live(true); !cut.ok()) return cut;
  std::error_code ignored;
  fs::remove(name, ignored);
  const IOStatus status = target()->NewWritableFile(name, options, result, debug);
  return status.ok() ? track(name, result, true) : status;
}

IOStatus PowerCutFileSystem::ReopenWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                                std::unique_ptr<rocksdb::FSWritableFile>* result,
                                                IODebugContext* debug) {
  if (auto cut = live(false); !cut.ok()) return cut;
  const IOStatus status = target()->ReopenWritableFile(name, options, result, debug);
  return status.ok() ? track(name, result, false) : status;
}

IOStatus PowerCutFileSystem::NewDirectory(const std::string& name, const IOOptions& options,
                                          std::unique_ptr<rocksdb::FSDirectory>* result, IODebugContext* debug) {
  const IOStatus status = target()->NewDirectory(name, options, result, debug);
  if (status.ok()) *result = std::make_unique<Folder>(std::move(*result), clean(name), *this);
  return status;
}

IOStatus PowerCutFileSystem::RenameFile(const std::string& from, const std::string& to, const IOOptions& options,
                                        IODebugContext* debug) {
  if (auto cut = live(true); !cut.ok()) return cut;
  const IOStatus status = target()->RenameFile(from, to, options, debug);
  std::lock_guard lock(mutex_);
  if (!status.ok()) return status;
  seen_[clean(to)] = seen_[clean(from)];
  seen_.erase(clean(from));
  return status;
}

IOStatus PowerCutFileSystem::LinkFile(const std::string& from, const std::string& to, const IOOptions& options,
                                      IODebugContext* debug) {
  if (auto cut = live(true); !cut.ok()) return cut;
  const IOStatus status = target()->LinkFile(from, to, options, debug);
  std::lock_guard lock(mutex_);
  if (status.ok()) seen_[clean(to)] = seen_[clean(from)];
  return status;
}

IOStatus PowerCutFileSystem::DeleteFile(const std::string& name, const IOOptions& options, IODebugContext* debug) {
  if (auto cut = live(true); !cut.ok()) return cut;
  const IOStatus status = target()->DeleteFile(name, options, debug);
  std::lock_guard lock(mutex_);
  if (status.ok()) seen_.erase(clean(name));
  return status;
}

void PowerCutFileSystem::sync_folder(const std::string& folder) {
  std::lock_guard lock(mutex_);
  std::erase_if(durable_, [&](const auto& entry) { return folder_of(entry.first) == folder; });
  for (const auto& [name, bytes] : seen_) {
    if (folder_of(name) == folder) durable_[name] = bytes;
  }
}

void PowerCutFileSystem::restore(std::mt19937_64* tails) {
  std::lock_guard lock(mutex_);
  std::error_code ignored;
  for (const Names* names : {&seen_, &durable_}) {
    for (const auto& [name, bytes] : *names) fs::remove(name, ignored);
  }
  for (auto& [name, bytes] : durable_) {
    const uint64_t size =
        tails == nullptr ? bytes->synced : bytes->synced + (*tails)() % (bytes->size - bytes->synced + 1);
    fs::copy_file(bytes->stashed, name);
    fs::resize_file(name, size);
    bytes = stash(name, size);
    bytes->synced = size;
  }
  seen_ = durable_;
  cut_ = false;
  cut_before_ = 0;
}

}  // namespace narthex::testing
