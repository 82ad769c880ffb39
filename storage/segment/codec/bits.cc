#include "storage/segment/codec/bits.h"

#include <algorithm>
#include <cassert>

namespace narthex::storage::codec {
namespace {

uint64_t word_at(const char* bytes) {
  uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof(word));
  return word;
}

// Needs eight readable bytes from each number's first byte on.
void unpack_words(const char* bytes, unsigned width, uint64_t* out, size_t count) {
  const uint64_t mask = low_mask(width);
  size_t bit = 0;
  if (width <= 57) {
    for (size_t i = 0; i < count; ++i, bit += width) out[i] = word_at(bytes + bit / 8) >> (bit % 8) & mask;
    return;
  }
  for (size_t i = 0; i < count; ++i, bit += width) {
    const unsigned above = bit % 8;
    uint64_t n = word_at(bytes + bit / 8) >> above;
    if (above + width > 64) n |= static_cast<uint64_t>(static_cast<uint8_t>(bytes[bit / 8 + 8])) << (64 - above);
    out[i] = n & mask;
  }
}

}  // namespace

void unpack(std::string_view bytes, unsigned width, std::span<uint64_t> numbers) {
  assert(bytes.size() == bytes_for(numbers.size() * width));
  if (width == 0) {
    std::fill(numbers.begin(), numbers.end(), 0);
    return;
  }
  // Those whose words are within the bytes, in eights, which begin at whole bytes; then the others.
  const size_t whole = bytes.size() < 9 ? 0 : std::min(numbers.size(), (bytes.size() - 9) * 8 / width + 1) / 8 * 8;
  unpack_words(bytes.data(), width, numbers.data(), whole);
  for (size_t i = whole; i < numbers.size(); i += 8) {
    const size_t some = std::min<size_t>(8, numbers.size() - i);
    char padded[8 * 8 + 9] = {};
    std::memcpy(padded, bytes.data() + i * width / 8, bytes_for(some * width));
    unpack_words(padded, width, numbers.data() + i, some);
  }
}

size_t add_unary(std::string_view bytes, unsigned shift, std::span<uint64_t> numbers) {
  size_t done = 0;
  int64_t last = -1;  // where the last one bit was
  for (size_t at = 0; at < bytes.size(); at += 8) {
    uint64_t word = 0;
    std::memcpy(&word, bytes.data() + at, std::min<size_t>(8, bytes.size() - at));
    for (; word != 0; word &= word - 1) {
      const auto here = static_cast<int64_t>(at * 8) + std::countr_zero(word);
      numbers[done] += static_cast<uint64_t>(here - last - 1) << shift;
      last = here;
      if (++done == numbers.size()) return static_cast<size_t>(here) / 8 + 1;
    }
  }
  return 0;
}

}  // namespace narthex::storage::codec
