#include "storage/log/wal_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/crc.hpp>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <string_view>

#include "base/quote.h"

namespace narthex::storage {
namespace {

constexpr size_t kBlock = 32768;
constexpr size_t kHeader = 4 + 2 + 1;  // checksum, length, type
enum Type : uint8_t { kNone = 0, kWhole = 1, kFirst = 2, kMiddle = 3, kLast = 4 };

uint32_t little(std::string_view bytes) {
  uint32_t value = 0;
  for (size_t i = bytes.size(); i > 0; --i) value = value << 8 | static_cast<uint8_t>(bytes[i - 1]);
  return value;
}

uint32_t masked_checksum(std::string_view bytes) {
  boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> crc;
  crc.process_bytes(bytes.data(), bytes.size());
  const uint32_t value = crc.checksum();
  return ((value >> 15) | (value << 17)) + 0xa282ead8;
}

// Puts the records of one file together.
class Reader {
 public:
  Reader(std::string_view bytes, const std::function<void(const std::string&)>& visit) : bytes_(bytes), visit_(visit) {}

  size_t read() {
    for (size_t begin = 0; begin < bytes_.size(); begin += kBlock) {
      last_ = begin + kBlock >= bytes_.size();
      if (block(bytes_.substr(begin, kBlock))) continue;
      ++damaged_;
      batch_.clear();
      within_ = false;
    }
    return damaged_;
  }

 private:
  // False: the rest of it is damaged.
  bool block(std::string_view rest) {
    while (rest.size() >= kHeader) {
      const size_t length = little(rest.substr(4, 2));
      const auto type = static_cast<uint8_t>(rest[6]);
      if (type == kNone && length == 0) return true;  // space reserved
      if (kHeader + length > rest.size()) return last_;
      if (masked_checksum(rest.substr(6, 1 + length)) != little(rest.substr(0, 4))) return false;
      if (type > kLast) return false;
      record(type, rest.substr(kHeader, length));
      rest.remove_prefix(kHeader + length);
    }
    return true;
  }

  void record(uint8_t type, std::string_view payload) {
    const bool begins = type == kWhole || type == kFirst;
    if (begins) batch_.clear();
    if (!begins && !within_) return;  // its beginning was damaged
    batch_ += payload;
    within_ = type == kFirst || type == kMiddle;
    if (!within_) visit_(batch_);
  }

  const std::string_view bytes_;
  const std::function<void(const std::string&)>& visit_;
  std::string batch_;
  bool within_ = false;  // a batch
  bool last_ = false;    // the file's last block
  size_t damaged_ = 0;
};

}  // namespace

Result<size_t> read_wal(const std::string& file, const std::function<void(const std::string& batch)>& visit) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return Error{Code::kIo, fmt::format("{} cannot be read", go_quote(file))};
  const std::string bytes((std::istreambuf_iterator<char>(in)), {});
  return Reader(bytes, visit).read();
}

}  // namespace narthex::storage
