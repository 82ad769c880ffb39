#include "storage/log/folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>

namespace narthex::storage {

namespace fs = std::filesystem;

std::string database_path(const std::string& folder) { return (fs::path(folder) / "db").string(); }

std::string unfinished_path(const std::string& folder) { return (fs::path(folder) / "unfinished").string(); }

std::string unused_path(const std::string& folder, const std::string& name) {
  std::error_code ignored;
  for (int i = 1;; ++i) {
    const fs::path path = fs::path(folder) / fmt::format("{}-{}", name, i);
    if (!fs::exists(path, ignored)) return path.string();
  }
}

uint64_t table_and_log_bytes(const std::string& path) {
  uint64_t sum = 0;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(path, ignored)) {
    const auto extension = entry.path().extension();
    const uint64_t bytes = extension == ".log" || extension == ".sst" ? entry.file_size(ignored) : 0;
    if (!ignored) sum += bytes;
  }
  return sum;
}

bool sync_folder(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool synced = ::fsync(fd) == 0;
  ::close(fd);
  return synced;
}

}  // namespace narthex::storage
