#include "config/files.h"

#include <glob.h>

#include <cctype>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

namespace narthex::config {
namespace {

// Go's words for an errno begin with a small letter.
std::string error_words(int error) {
  std::string words = std::strerror(error);
  if (!words.empty()) words[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(words[0])));
  return words;
}

}  // namespace

Result<std::string> read_file(const std::string& path) {
  errno = 0;
  std::ifstream stream(path, std::ios::binary);
  const bool opened = stream.is_open();
  std::ostringstream text;
  if (opened && stream.peek() != std::ifstream::traits_type::eof()) text << stream.rdbuf();
  if (opened && !stream.bad()) return std::move(text).str();
  // Opening a folder succeeds, reading it does not.
  const std::string doing = opened ? "read " : "open ";
  return Error{Code::kIo, doing + path + ": " + error_words(errno != 0 ? errno : EIO), {path}};
}

std::vector<std::string> matching_files(const std::string& pattern) {
  std::vector<std::string> out;
  glob_t found{};
  if (::glob(pattern.c_str(), 0, nullptr, &found) == 0) out.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  ::globfree(&found);
  return out;
}

}  // namespace narthex::config
