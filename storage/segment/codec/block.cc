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
constexpr size_t kGapsFrom = 4;
// A number whose unary part were as long is patched.
constexpr uint64_t kLongestUnary = 20;
// 62 would have a mode, but no number whose unary part is as long.
constexpr unsigned kWidestUnary = 59;

// Among patches themselves: how many bits more than the median they may have to be worth a try as unary numbers.
constexpr unsigned kNotPatched = 5;

using Numbers = std::array<uint64_t, kBlock>;

uint64_t number_of(uint64_t residual, uint64_t base, bool zigzag) {
  return zigzag ? zigzag_of(static_cast<int64_t>(residual - base)) : residual - base;
}

// From this number on a body has patches; 0: never.
uint64_t first_patched(unsigned mode) {
  if (mode < kUnary) return mode < 64 ? uint64_t{1} << mode : 0;
  return kLongestUnary << (mode - kUnary);
}

// Low bits of the gaps between so many places: about a third of the gaps are longer than what these say.
unsigned gap_width(size_t count, size_t size) {
  const size_t gap = (size - count) / count;
  return gap == 0 ? 0 : static_cast<unsigned>(std::bit_width(gap)) - 1;
}

// An estimate, if the patched numbers have `bits` significant bits together and `widest` at most.
uint64_t patch_bits(size_t count, size_t size, uint64_t bits, unsigned widest) {
  if (count == 0) return 0;
  uint64_t sum = 24 + std::min<uint64_t>(count * widest, bits + count);
  if (count < kGapsFrom) return sum + 8 * count;
  const unsigned width = gap_width(count, size);
  return sum + count * (width + 1) + ((size - count) >> width);
}

// How many numbers have so many significant bits.
struct Widths {
  std::array<uint32_t, 65> counts{};
  unsigned widest = 0;
  unsigned middle = 0;  // of the median
  size_t size;
  uint64_t bits = 0;  // of all together

  explicit Widths(std::span<const uint64_t> numbers) : size(numbers.size()) {
    for (const uint64_t n : numbers) ++counts[static_cast<size_t>(std::bit_width(n))];
    for (unsigned width = 0; width <= 64; ++width) bits += counts[width] * width;
    for (widest = 64; widest > 0 && counts[widest] == 0;) --widest;
    for (size_t below = counts[0]; below <= numbers.size() / 2 && middle < 64; below += counts[++middle]) {
    }
  }
};

void try_packed(std::span<const uint64_t> numbers, const Widths& widths, BlockPlan& best) {
  size_t patches = 0;
  uint64_t patched = 0;
  for (unsigned width = widths.widest;; --width) {
    const uint64_t bits = numbers.size() * width + patch_bits(patches, numbers.size(), patched, widths.widest);
    if (bits < best.bits) best.bits = bits, best.unary = false, best.width = static_cast<uint8_t>(width);
    if (width == 0) return;
    patches += widths.counts[width];
    patched += widths.counts[width] * width;
  }
}

// Low bits about as many as the median has: of those the best have fewer by one or two, or as many. Numbers whose
// unary part is `longest` are patched.
void try_unary(std::span<const uint64_t> numbers, const Widths& widths, uint64_t longest, BlockPlan& best) {
  for (unsigned k = widths.middle < 2 ? 0 : widths.middle - 2; k <= widths.middle && k <= kWidestUnary; ++k) {
    uint64_t above = 0;
    uint64_t patches = 0;
    for (const uint64_t n : numbers) {
      const uint64_t length = n >> k;
      above += length < longest ? length : 0;
      patches += length < longest ? 0 : 1;
    }
    const uint64_t bits =
        numbers.size() * (k + 1) + above + patch_bits(patches, numbers.size(), patches * widths.widest, widths.widest);
    if (bits < best.bits) best.bits = bits, best.unary = true, best.width = static_cast<uint8_t>(k);
  }
}

uint8_t mode_of(const BlockPlan& plan) { return static_cast<uint8_t>(plan.width + (plan.unary ? kUnary : 0)); }

// `first`: from here on numbers are patched, and count as 0; 0: none is.
void put_body(std::string& out, const BlockPlan& plan, std::span<const uint64_t> numbers, uint64_t first) {
  const uint64_t last = first - 1;
  const uint64_t mask = low_mask(plan.width);
  {
    BitWriter low(out);
    for (const uint64_t n : numbers) low.put(n > last ? 0 : n & mask, plan.width);
  }
  if (!plan.unary) return;
  BitWriter rest(out);
  for (const uint64_t n : numbers) rest.unary(n > last ? 0 : n >> plan.width);
}

void put_patches(std::string& out, std::span<const uint64_t> numbers, uint64_t first) {
  std::array<uint8_t, kBlock> places;
  Numbers gaps;
  Numbers values;
  size_t count = 0;
  for (size_t i = 0; i < numbers.size(); ++i) {
    if (numbers[i] < first) continue;
    gaps[count] = count == 0 ? i : i - places[count - 1] - 1u;
    values[count] = numbers[i] - first;
    places[count++] = static_cast<uint8_t>(i);
  }
  BlockPlan body{.bits = UINT64_MAX};
  const std::span<const uint64_t> patched(values.data(), count);
  const Widths widths(patched);
  body.width = static_cast<uint8_t>(widths.widest);
  body.bits = count * widths.widest;
  if (widths.widest < widths.middle + kNotPatched) try_unary(patched, widths, UINT64_MAX, body);
  out.push_back(static_cast<char>(count));
  out.push_back(static_cast<char>(mode_of(body)));
  if (count < kGapsFrom) {
    out.append(reinterpret_cast<const char*>(places.data()), count);
  } else {
    const auto width = static_cast<uint8_t>(gap_width(count, numbers.size()));
    put_body(out, {.unary = true, .width = width}, {gaps.data(), count}, 0);
  }
  put_body(out, body, patched, 0);
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

bool read_places(ByteReader& in, size_t size, std::span<uint64_t> places) {
  if (places.size() < kGapsFrom) {
    for (uint64_t& place : places) place = in.byte();
  } else {
    if (!read_body(in, kUnary + gap_width(places.size(), size), places)) return false;
    for (size_t i = 1; i < places.size(); ++i) places[i] += places[i - 1] + 1;
  }
  for (const uint64_t place : places) {
    if (place >= size) return false;
  }
  return in.ok();
}

bool read_patches(ByteReader& in, std::span<uint64_t> numbers, uint64_t first) {
  const size_t count = in.byte();
  const unsigned mode = in.byte();
  if (count == 0 || count > numbers.size() || mode >= kPatched) return false;
  Numbers places;
  Numbers values;
  if (!read_places(in, numbers.size(), {places.data(), count}) || !read_body(in, mode, {values.data(), count}))
    return false;
  for (size_t i = 0; i < count; ++i) numbers[places[i]] = values[i] + first;
  return true;
}

// Residuals as numbers.
struct Attempt {
  Numbers numbers;
  uint64_t base;
  bool zigzag;
  Widths widths;

  Attempt(std::span<const uint64_t> residuals, uint64_t the_base, bool with_zigzag)
      : base(the_base), zigzag(with_zigzag), widths(fill(residuals)) {}

  std::span<const uint64_t> fill(std::span<const uint64_t> residuals) {
    for (size_t i = 0; i < residuals.size(); ++i) numbers[i] = number_of(residuals[i], base, zigzag);
    return {numbers.data(), residuals.size()};
  }
  BlockPlan plan() const {
    BlockPlan best{.bits = UINT64_MAX, .base = base, .zigzag = zigzag};
    const std::span<const uint64_t> all(numbers.data(), widths.size);
    try_packed(all, widths, best);
    try_unary(all, widths, kLongestUnary, best);
    return best;
  }
};

}  // namespace

BlockPlan plan_block(std::span<const uint64_t> residuals) {
  const auto least =
      static_cast<uint64_t>(*std::min_element(residuals.begin(), residuals.end(), [](uint64_t a, uint64_t b) {
        return static_cast<int64_t>(a) < static_cast<int64_t>(b);
      }));
  const uint64_t median = middle_of(residuals.size(), [&](size_t i) { return residuals[i]; });
  const Attempt upward(residuals, least, false);
  const Attempt around(residuals, median, true);
  // A counter's reset hides that all other steps go up.
  const bool reset = static_cast<int64_t>(least) < 0 && static_cast<int64_t>(median) >= 0;
  if (!reset) return (upward.widths.bits <= around.widths.bits ? upward : around).plan();
  const Attempt from_zero(residuals, 0, false);
  return (from_zero.widths.bits <= around.widths.bits ? from_zero : around).plan();
}

void append_block(std::string& out, const BlockPlan& wanted, std::span<const uint64_t> residuals, uint64_t& base) {
  BlockPlan plan = wanted;
  uint64_t change = zigzag_of(static_cast<int64_t>(plan.base - base));
  // One bit of the shift says something else. Changes that need all 64 are for numbers as wide as that anyhow.
  if (change > UINT64_MAX >> 1) change = 0, plan = {.base = base, .width = 64};
  base = plan.base;
  const uint64_t first = first_patched(mode_of(plan));
  Numbers numbers;
  bool patched = false;
  for (size_t i = 0; i < residuals.size(); ++i) {
    numbers[i] = number_of(residuals[i], base, plan.zigzag);
    patched |= numbers[i] > first - 1;
  }
  out.push_back(static_cast<char>(mode_of(plan) + (patched ? kPatched : 0)));
  put_varint(out, change << 1 | (plan.zigzag ? 1 : 0));
  const std::span<const uint64_t> all(numbers.data(), residuals.size());
  put_body(out, plan, all, first);
  if (patched) put_patches(out, all, first);
}

bool read_block(ByteReader& in, std::span<uint64_t> residuals, uint64_t& base) {
  const unsigned head = in.byte();
  const unsigned mode = head % kPatched;
  const uint64_t shift = in.varint();
  if (!in.ok() || !read_body(in, mode, residuals)) return false;
  if (head >= kPatched && !read_patches(in, residuals, first_patched(mode))) return false;
  base += static_cast<uint64_t>(signed_of(shift >> 1));
  if ((shift & 1) == 0) {
    for (uint64_t& n : residuals) n += base;
  } else {
    for (uint64_t& n : residuals) n = base + static_cast<uint64_t>(signed_of(n));
  }
  return true;
}

}  // namespace narthex::storage::codec
