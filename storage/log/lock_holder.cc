#include "storage/log/lock_holder.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <fstream>
#include <sstream>

namespace narthex::storage {

// From the kernel's table. Opening the file to ask would drop a lock of our own.
std::string lock_holder(const std::string& file) {
  struct stat info {};
  if (::stat(file.c_str(), &info) != 0) return {};
  const std::string inode = fmt::format(":{}", info.st_ino);
  std::ifstream locks("/proc/locks");
  for (std::string line; std::getline(locks, line);) {
    // "1: POSIX  ADVISORY  WRITE 4242 08:01:1835053 0 EOF"
    std::istringstream words(line);
    std::string number, kind, mode, access, pid, where;
    words >> number >> kind >> mode >> access >> pid >> where;
    if (!where.ends_with(inode)) continue;
    std::ifstream comm("/proc/" + pid + "/comm");
    std::string name;
    std::getline(comm, name);
    return fmt::format(" (process {}{}{})", pid, name.empty() ? "" : ", ", name);
  }
  return {};
}

}  // namespace narthex::storage
