#include "storage/log/committed_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <charconv>
#include <filesystem>

namespace narthex::storage {
namespace {

// Twenty digits twice and a line's end: a number that flipped differs from its twin.
std::string line_of(uint64_t number) { return fmt::format("{0:020} {0:020}\n", number); }

}  // namespace

CommittedFile::CommittedFile(const std::string& folder)
    : fd_(::open((std::filesystem::path(folder) / "COMMITTED").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666)) {}

CommittedFile::~CommittedFile() {
  if (fd_ >= 0) ::close(fd_);
}

uint64_t CommittedFile::read() const {
  std::string text = line_of(0);
  uint64_t number = 0;
  if (fd_ < 0 || ::pread(fd_, text.data(), text.size(), 0) != static_cast<ssize_t>(text.size())) return 0;
  std::from_chars(text.data(), text.data() + 20, number);
  return text == line_of(number) ? number : 0;
}

void CommittedFile::write(uint64_t number) {
  const std::string line = line_of(number);
  if (fd_ >= 0 && ::pwrite(fd_, line.data(), line.size(), 0) < 0) return;
}

}  // namespace narthex::storage
