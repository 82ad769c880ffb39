// Numbers of equal width, bit after bit, little end first; and unary numbers.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

namespace narthex::storage::codec {

static_assert(std::endian::native == std::endian::little);

constexpr size_t bytes_for(size_t bits) { return (bits + 7) / 8; }
constexpr uint64_t low_mask(unsigned width) { return width >= 64 ? ~uint64_t{0} : (uint64_t{1} << width) - 1; }

class BitWriter {
 public:
  explicit BitWriter(std::string& out) : out_(out) {}
  ~BitWriter() { flush(); }
  BitWriter(const BitWriter&) = delete;
  BitWriter& operator=(const BitWriter&) = delete;

  // The low `width` bits, up to 64, of `n`, which has no others.
  void put(uint64_t n, unsigned width) {
    word_ |= n << used_;
    if (used_ + width < 64) {
      used_ += width;
      return;
    }
    out_.append(reinterpret_cast<const char*>(&word_), sizeof(word_));
    const unsigned taken = 64 - used_;
    word_ = taken >= 64 ? 0 : n >> taken;
    used_ = width - taken;
  }
  // n zeros and a one.
  void unary(uint64_t n) {
    for (; n >= 63; n -= 63) put(0, 63);
    put(uint64_t{1} << n, static_cast<unsigned>(n) + 1);
  }

 private:
  void flush() { out_.append(reinterpret_cast<const char*>(&word_), bytes_for(used_)); }

  std::string& out_;
  uint64_t word_ = 0;
  unsigned used_ = 0;
};

// Fills `numbers` from bytes_for(width × size) bytes. `width` is 0 to 64.
void unpack(std::string_view bytes, unsigned width, std::span<uint64_t> numbers);

// Adds unary numbers, shifted left by `shift`, to `numbers`. Returns how many bytes they took; 0: there are not as
// many.
size_t add_unary(std::string_view bytes, unsigned shift, std::span<uint64_t> numbers);

}  // namespace narthex::storage::codec
