#include "storage/segment/codec/block.h"

#include <algorithm>
#include <array>
#include <bit>

#include "storage/segment/codec/bits.h"
#include "storage/segment/codec/integers.h"

namespace narthex::storage::codec {
namespace {

constexpr uint8_t kUnary = 65;  // the mode of unary numbers with no low bits
constexpr uint8_t kPatched = 128;
constexpr size_t kBitmapFrom = 16;
// A number whose unary part were as long is patched.
constexpr uint64_t kLongestUnary = 20;

using Numbers = std::array<uint64_t, kBlock>;

uint64_t number_of(uint64_t residual, uint64_t base, bool zigzag) {
  return zigzag ? zigzag_of(static_cast<int64_t>(residual - base)) : residual - base;
}

uint64_t patch_bits(size_t patches, size_t size, unsigned width) {
  if (patches == 0) return 0;
  return 16 + (patches < kBitmapFrom ? 8 * patches : size) + patches * width;
}

// What is above the low `width` bits of a number that has the body `plan`.
bool is_patched(const BlockPlan& plan, uint64_t number) {
  if (plan.unary) return number >> plan.width >= kLongestUnary;
  return plan.width < 64 && number >> plan.width != 0;
}

// Improves `best` by what is shorter for the same residuals as `numbers`.
void try_numbers(std::span<const uint64_t> numbers, uint64_t base, bool zigzag, BlockPlan& best) {
  const size_t size = numbers.size();
  std::array<uint32_t, 65> widths{};
  for (const uint64_t n : numbers) ++widths[static_cast<size_t>(std::bit_width(n))];
  unsigned widest = 64;
  while (widest > 0 && widths[widest] == 0) --widest;
  size_t patches = 0;
  for (unsigned width = widest;; --width) {
    const uint64_t bits = size * width + patch_bits(patches, size, widest);
    if (bits < best.bits) best = {bits, base, zigzag, false, static_cast<uint8_t>(width)};
    patches += widths[width];
    if (width == 0) break;
  }
  unsigned middle = 0;
  for (size_t below = widths[0]; below <= size / 2; below += widths[++middle]) {
  }
  for (unsigned k = middle < 2 ? 0 : middle - 2; k <= middle && k <= 62; ++k) {
    uint64_t bits = size * (k + 1);
    patches = 0;
    for (const uint64_t n : numbers) {
      const uint64_t above = n >> k;
      bits += above < kLongestUnary ? above : 0;
      patches += above < kLongestUnary ? 0 : 1;
    }
    bits += patch_bits(patches, size, widest);
    if (bits < best.bits) best = {bits, base, zigzag, true, static_cast<uint8_t>(k)};
  }
}

void put_patches(std::string& out, const BlockPlan& plan, std::span<const uint64_t> numbers) {
  std::array<uint8_t, kBlock> places;
  size_t count = 0;
  uint64_t any = 0;
  for (size_t i = 0; i < numbers.size(); ++i) {
    if (is_patched(plan, numbers[i])) places[count++] = static_cast<uint8_t>(i), any |= numbers[i];
  }
  if (count == 0) return;
  const auto width = static_cast<unsigned>(std::bit_width(any));
  out.push_back(static_cast<char>(count));
  out.push_back(static_cast<char>(width));
  if (count < kBitmapFrom) {
    out.append(reinterpret_cast<const char*>(places.data()), count);
  } else {
    BitWriter bitmap(out);
    for (const uint64_t n : numbers) bitmap.put(is_patched(plan, n) ? 1 : 0, 1);
  }
  BitWriter values(out);
  for (size_t i = 0; i < count; ++i) values.put(numbers[places[i]], width);
}

bool read_places(ByteReader& in, size_t count, size_t size, std::array<uint8_t, kBlock>& places) {
  if (count < kBitmapFrom) {
    const std::string_view bytes = in.take(count);
    for (size_t i = 0; i < bytes.size(); ++i) {
      places[i] = static_cast<uint8_t>(bytes[i]);
      if (places[i] >= size) return false;
    }
    return in.ok();
  }
  const std::string_view bytes = in.take(bytes_for(size));
  size_t found = 0;
  for (size_t i = 0; i < size && i / 8 < bytes.size(); ++i) {
    if ((static_cast<uint8_t>(bytes[i / 8]) >> (i % 8) & 1) == 0) continue;
    if (found == count) return false;
    places[found++] = static_cast<uint8_t>(i);
  }
  return found == count;
}

bool read_patches(ByteReader& in, std::span<uint64_t> numbers) {
  const size_t count = in.byte();
  const unsigned width = in.byte();
  std::array<uint8_t, kBlock> places;
  if (count == 0 || count > numbers.size() || width > 64 || !read_places(in, count, numbers.size(), places))
    return false;
  const std::string_view bytes = in.take(bytes_for(count * width));
  if (!in.ok()) return false;
  Numbers values;
  unpack(bytes, width, {values.data(), count});
  for (size_t i = 0; i < count; ++i) numbers[places[i]] = values[i];
  return true;
}

bool read_body(ByteReader& in, unsigned mode, std::span<uint64_t> numbers) {
  const unsigned width = mode < kUnary ? mode : mode - kUnary;
  const std::string_view packed = in.take(bytes_for(numbers.size() * width));
  if (!in.ok()) return false;
  unpack(packed, width, numbers);
  if (mode < kUnary) return true;
  const size_t taken = add_unary(in.rest(), width, numbers);
  in.take(taken);
  return taken > 0;
}

}  // namespace

BlockPlan plan_block(std::span<const uint64_t> residuals) {
  const auto as_signed = [](uint64_t n) { return static_cast<int64_t>(n); };
  Numbers sorted;
  std::copy(residuals.begin(), residuals.end(), sorted.begin());
  const auto middle = sorted.begin() + static_cast<ptrdiff_t>(residuals.size() / 2);
  const auto end = sorted.begin() + static_cast<ptrdiff_t>(residuals.size());
  const auto less = [&](uint64_t a, uint64_t b) { return as_signed(a) < as_signed(b); };
  std::nth_element(sorted.begin(), middle, end, less);
  const uint64_t median = *middle;
  const uint64_t least = *std::min_element(sorted.begin(), middle + 1, less);

  BlockPlan best{.bits = UINT64_MAX};
  Numbers numbers;
  const auto attempt = [&](uint64_t base, bool zigzag) {
    for (size_t i = 0; i < residuals.size(); ++i) numbers[i] = number_of(residuals[i], base, zigzag);
    try_numbers({numbers.data(), residuals.size()}, base, zigzag, best);
  };
  attempt(least, false);
  if (as_signed(least) < 0 && as_signed(median) >= 0) attempt(0, false);
  attempt(median, true);
  return best;
}

void append_block(std::string& out, const BlockPlan& wanted, std::span<const uint64_t> residuals, uint64_t& base) {
  BlockPlan plan = wanted;
  uint64_t change = zigzag_of(static_cast<int64_t>(plan.base - base));
  // One bit of the shift says something else. Changes that need all 64 are for numbers as wide as that anyhow.
  if (change > UINT64_MAX >> 1) change = 0, plan = {.base = base, .width = 64};
  Numbers numbers;
  bool patched = false;
  for (size_t i = 0; i < residuals.size(); ++i) {
    numbers[i] = number_of(residuals[i], plan.base, plan.zigzag);
    patched |= is_patched(plan, numbers[i]);
  }
  out.push_back(static_cast<char>(plan.width + (plan.unary ? kUnary : 0) + (patched ? kPatched : 0)));
  put_varint(out, change << 1 | (plan.zigzag ? 1 : 0));
  base = plan.base;
  const std::span<const uint64_t> all(numbers.data(), residuals.size());
  {
    BitWriter low(out);
    for (const uint64_t n : all) low.put(is_patched(plan, n) ? 0 : n & low_mask(plan.width), plan.width);
  }
  if (plan.unary) {
    BitWriter rest(out);
    for (const uint64_t n : all) rest.unary(is_patched(plan, n) ? 0 : n >> plan.width);
  }
  if (patched) put_patches(out, plan, all);
}

bool read_block(ByteReader& in, std::span<uint64_t> residuals, uint64_t& base) {
  const uint8_t mode = in.byte();
  const uint64_t shift = in.varint();
  if (!in.ok() || !read_body(in, mode % kPatched, residuals)) return false;
  if (mode >= kPatched && !read_patches(in, residuals)) return false;
  base += static_cast<uint64_t>(signed_of(shift >> 1));
  if ((shift & 1) == 0) {
    for (uint64_t& n : residuals) n += base;
  } else {
    for (uint64_t& n : residuals) n = base + static_cast<uint64_t>(signed_of(n));
  }
  return true;
}

}  // namespace narthex::storage::codec
