#include "storage/log/format_file.h"

#include <fmt/format.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "base/quote.h"

namespace narthex::storage {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kTitle = "narthex-store ";

fs::path format_path(const std::string& folder) { return fs::path(folder) / "FORMAT"; }

}  // namespace

std::string database_path(const std::string& folder) { return (fs::path(folder) / "db").string(); }

Result<> check_format(const std::string& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return Error{Code::kIo, fmt::format("creating {}: {}", go_quote(folder), error.message())};
  std::ifstream in(format_path(folder));
  if (!in) {
    if (!fs::exists(fs::path(database_path(folder)) / "CURRENT")) return {};
    return invalid(fmt::format("{} holds a database but no FORMAT file: it is no store of ours", go_quote(folder)));
  }
  std::string line;
  std::getline(in, line);
  int version = 0;
  if (line.starts_with(kTitle)) std::from_chars(line.data() + kTitle.size(), line.data() + line.size(), version);
  if (version < 1)
    return invalid(fmt::format("{} is not readable: {}", go_quote(format_path(folder).string()), go_quote(line)));
  if (version <= kFormatVersion) return {};
  return Error{Code::kUnsupported,
               fmt::format("the store in {} has format {}, written by a newer version; this one reads up to {} and has "
                           "not touched it",
                           go_quote(folder), version, kFormatVersion)};
}

Result<> write_format(const std::string& folder) {
  std::error_code ignored;
  if (fs::exists(format_path(folder), ignored)) return {};
  errno = 0;
  std::ofstream out(format_path(folder));
  out << kTitle << kFormatVersion << '\n';
  out.close();
  if (out) return {};
  return Error{Code::kIo, fmt::format("writing {}: {}", go_quote(format_path(folder).string()), std::strerror(errno))};
}

}  // namespace narthex::storage
