#include "net/detail/files.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "net/detail/go_errno.h"

namespace narthex::net {
namespace {

constexpr size_t kMaxBytes = 16 << 20;  // a secret or a certificate bundle is far below; /dev/zero is not

Error unreadable(const std::string& path, const char* operation) {
  return Error{errno == ENOENT ? Code::kNotFound : Code::kIo,
               "unable to read file " + path + ": " + operation + " " + path + ": " + errno_text(errno)};
}

}  // namespace

Result<std::string> read_file(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return unreadable(path, "open");
  std::string out;
  char buffer[4096];
  for (;;) {
    const ssize_t got = ::read(fd, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      const Error error = unreadable(path, "read");
      ::close(fd);
      return error;
    }
    if (got == 0 || out.size() > kMaxBytes) break;
    out.append(buffer, static_cast<size_t>(got));
  }
  ::close(fd);
  if (out.size() > kMaxBytes) return Error{Code::kLimit, "unable to read file " + path + ": it is larger than 16 MiB"};
  return out;
}

Result<std::string> read_trimmed_file(const std::string& path) {
  auto text = read_file(path);
  if (!text) return text;
  static constexpr char kSpace[] = " \t\r\n\v\f";
  const size_t first = text->find_first_not_of(kSpace);
  if (first == std::string::npos) return std::string();
  return text->substr(first, text->find_last_not_of(kSpace) - first + 1);
}

}  // namespace narthex::net
