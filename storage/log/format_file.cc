#include "storage/log/format_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "base/quote.h"
#include "storage/log/folder.h"

namespace narthex::storage {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kTitle = "narthex-store ";

fs::path format_path(const std::string& folder) { return fs::path(folder) / "FORMAT"; }

std::string first_line(const fs::path& file) {
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  return line;
}

std::string line_of(int version) { return fmt::format("{}{}", kTitle, version); }

// 0: it is none of our lines.
int version_of(std::string_view line) {
  int version = 0;
  if (!line.starts_with(kTitle)) return 0;
  const auto [end, error] = std::from_chars(line.data() + kTitle.size(), line.data() + line.size(), version);
  return error == std::errc() && end == line.data() + line.size() ? version : 0;
}

// All of it, on the disk.
bool write_synced(const fs::path& file, std::string_view text) {
  const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (fd < 0) return false;
  const bool written = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(fd) == 0;
  return ::close(fd) == 0 && written;
}

}  // namespace

Result<> check_format(const std::string& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return Error{Code::kIo, fmt::format("creating {}: {}", go_quote(folder), error.message())};
  if (!fs::exists(format_path(folder))) {
    if (!fs::exists(fs::path(database_path(folder)) / "CURRENT")) return {};
    return invalid(fmt::format("{} holds a database but no FORMAT file: it is no store of ours", go_quote(folder)));
  }
  const std::string line = first_line(format_path(folder));
  const int version = version_of(line);
  if (version < 1)
    return invalid(fmt::format("{} is not readable: {}", go_quote(format_path(folder).string()), go_quote(line)));
  if (version <= kFormatVersion) return {};
  return Error{Code::kUnsupported,
               fmt::format("the store in {} has format {}, written by a newer version; this one reads up to {} and has "
                           "not touched it",
                           go_quote(folder), version, kFormatVersion)};
}

// Beside the old one and in its place at once: a power cut leaves one of the two.
Result<> write_format(const std::string& folder) {
  const fs::path path = format_path(folder);
  if (first_line(path) == line_of(kFormatVersion)) return {};
  const fs::path fresh = path.string() + ".new";
  errno = 0;
  if (write_synced(fresh, line_of(kFormatVersion) + "\n") && ::rename(fresh.c_str(), path.c_str()) == 0 &&
      sync_folder(folder)) {
    return {};
  }
  return Error{Code::kIo, fmt::format("writing {}: {}", go_quote(path.string()), std::strerror(errno))};
}

}  // namespace narthex::storage
