// Bytes of log records and of what lies beside columns, written and read.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace narthex::storage {

inline uint64_t zigzag_of(int64_t n) { return static_cast<uint64_t>(n) << 1 ^ static_cast<uint64_t>(n >> 63); }
inline int64_t signed_of(uint64_t n) { return static_cast<int64_t>(n >> 1 ^ (0 - (n & 1))); }

inline void put_varint(std::string& out, uint64_t n) {
  for (; n >= 0x80; n >>= 7) out.push_back(static_cast<char>(n | 0x80));
  out.push_back(static_cast<char>(n));
}
inline void put_signed(std::string& out, int64_t n) { put_varint(out, zigzag_of(n)); }
// Little end first.
template <class Integer>
void put_fixed(std::string& out, Integer n) {
  for (size_t i = 0; i < sizeof(n); ++i) out.push_back(static_cast<char>(n >> (8 * i)));
}
inline void put_text(std::string& out, std::string_view text) {
  put_varint(out, text.size());
  out.append(text);
}

// Reads what the functions above wrote. After a read beyond the end everything is 0 and ok() is false.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : bytes_(bytes) {}

  bool ok() const { return ok_; }
  bool at_end() const { return at_ == bytes_.size(); }
  std::string_view rest() const { return bytes_.substr(at_); }
  // Says that what was read makes no sense.
  void fail() { ok_ = false, at_ = bytes_.size(); }

  uint8_t byte() {
    if (at_ == bytes_.size()) return fail(), uint8_t{0};
    return static_cast<uint8_t>(bytes_[at_++]);
  }
  uint64_t varint() {
    uint64_t n = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const uint64_t b = byte();
      n |= (b & 0x7f) << shift;
      if (b < 0x80) return ok_ ? n : 0;
    }
    return fail(), 0;
  }
  uint32_t varint32() {
    const uint64_t n = varint();
    if (n > UINT32_MAX) fail();
    return ok_ ? static_cast<uint32_t>(n) : 0;
  }
  // A count of things that take at least a byte each.
  size_t count() {
    const uint64_t n = varint();
    if (n > bytes_.size() - at_) fail();
    return ok_ ? n : 0;
  }
  int64_t signed_varint() { return signed_of(varint()); }
  template <class Integer>
  Integer fixed() {
    if (bytes_.size() - at_ < sizeof(Integer)) return fail(), Integer{0};
    Integer n = 0;
    for (size_t i = 0; i < sizeof(n); ++i) n |= static_cast<Integer>(static_cast<uint8_t>(bytes_[at_ + i])) << (8 * i);
    at_ += sizeof(n);
    return n;
  }
  std::string_view take(size_t size) {
    if (bytes_.size() - at_ < size) return fail(), std::string_view();
    at_ += size;
    return bytes_.substr(at_ - size, size);
  }
  std::string_view text() { return take(count()); }

 private:
  std::string_view bytes_;
  size_t at_ = 0;
  bool ok_ = true;
};

}  // namespace narthex::storage
