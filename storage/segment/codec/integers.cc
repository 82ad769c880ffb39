#include "storage/segment/codec/integers.h"

#include <algorithm>
#include <array>
#include <bit>
#include <numeric>
#include <vector>

#include "storage/segment/codec/block.h"

namespace narthex::storage::codec {
namespace {

constexpr uint8_t kScaled = 4;

uint64_t amount_of(uint64_t n) { return static_cast<int64_t>(n) < 0 ? 0 - n : n; }

// A column's numbers as levels: ( x(i) - x(0) ) / scale.
class Levels {
 public:
  explicit Levels(std::span<const uint64_t> numbers) : levels_(numbers.size()) {
    for (size_t i = 0; i < numbers.size(); ++i) levels_[i] = numbers[i] - numbers[0];
    reduce();
    if (size() > 1) step_ = middle_of(size() - 1, [&](size_t i) { return levels_[i + 1] - levels_[i]; });
    if (size() > kWay) slope_ = slope();
  }

  size_t size() const { return levels_.size(); }
  uint64_t scale() const { return scale_; }
  // The level before the first, and the slope that the reader begins with.
  uint64_t before(Prediction p) const {
    return p == Prediction::kDelta || p == Prediction::kDeltaOfDelta ? 0 - step_ : 0;
  }
  uint64_t slope(Prediction p) const { return p == Prediction::kLine ? slope_ : step_; }

  // What the prediction leaves of the levels from `from` on.
  std::span<const uint64_t> residuals(Prediction prediction, size_t from, std::array<uint64_t, kBlock>& out) const {
    const size_t count = std::min(kBlock, size() - from);
    const auto level = [&](size_t i) { return levels_[from + i]; };
    switch (prediction) {
      case Prediction::kLevel:
        for (size_t i = 0; i < count; ++i) out[i] = level(i);
        break;
      case Prediction::kDelta:
        out[0] = from == 0 ? step_ : level(0) - levels_[from - 1];
        for (size_t i = 1; i < count; ++i) out[i] = level(i) - level(i - 1);
        break;
      case Prediction::kDeltaOfDelta: {
        uint64_t delta = from < 2 ? step_ : levels_[from - 1] - levels_[from - 2];
        for (size_t i = 0; i < count; ++i) {
          const uint64_t now = from + i == 0 ? step_ : level(i) - levels_[from + i - 1];
          out[i] = now - delta;
          delta = now;
        }
        break;
      }
      case Prediction::kLine:
        for (size_t i = 0; i < count; ++i) out[i] = level(i) - slope_ * (from + i);
        break;
    }
    return {out.data(), count};
  }

  // The prediction whose residuals of a few blocks have the fewest significant bits.
  Prediction choose() const {
    constexpr uint64_t kSlopeBits = 16;
    Prediction best = Prediction::kDelta;
    uint64_t least = UINT64_MAX;
    for (const Prediction p : {Prediction::kDelta, Prediction::kLevel, Prediction::kLine, Prediction::kDeltaOfDelta}) {
      if (p == Prediction::kLine && slope_ == 0) continue;
      const uint64_t bits = estimate(p) + (p >= Prediction::kDeltaOfDelta ? kSlopeBits : 0);
      if (bits < least) least = bits, best = p;
    }
    return best;
  }

 private:
  static constexpr size_t kWay = 16;

  // Takes out what all levels are multiples of.
  void reduce() {
    uint64_t common = 0;
    for (const uint64_t level : levels_) {
      const uint64_t amount = amount_of(level);
      if (common == 0 || amount % common != 0) common = std::gcd(common, amount);
      if (common == 1) return;
    }
    // 2^63 is no amount of a signed number.
    if (common == 0 || common > INT64_MAX) return;
    scale_ = common;
    for (uint64_t& n : levels_) n = static_cast<uint64_t>(static_cast<int64_t>(n) / static_cast<int64_t>(common));
  }

  // The step that most of the way goes by, where it is straight.
  uint64_t slope() const {
    const uint64_t way = middle_of(size() - kWay, [&](size_t i) { return levels_[i + kWay] - levels_[i]; });
    const auto steps = static_cast<int64_t>(way);
    const int64_t rest = steps % int64_t{kWay};
    return static_cast<uint64_t>(steps / int64_t{kWay} + (rest >= 8 ? 1 : 0) - (rest <= -8 ? 1 : 0));
  }

  uint64_t estimate(Prediction prediction) const {
    const size_t blocks = (size() + kBlock - 1) / kBlock;
    std::array<uint64_t, kBlock> residuals_of_block;
    uint64_t bits = 0;
    for (size_t block = 0; block < blocks; block += std::max<size_t>(1, (blocks - 1) / 2)) {
      const auto all = residuals(prediction, block * kBlock, residuals_of_block);
      const auto some = all.first(std::min(all.size(), kBlock / 2));
      const uint64_t base = middle_of(some.size(), [&](size_t i) { return some[i]; });
      for (const uint64_t n : some) {
        bits += static_cast<uint64_t>(std::bit_width(zigzag_of(static_cast<int64_t>(n - base))));
      }
    }
    return bits;
  }

  std::vector<uint64_t> levels_;
  uint64_t scale_ = 1;
  uint64_t step_ = 0;   // a usual one
  uint64_t slope_ = 0;  // of the line
};

}  // namespace

void append_integers(std::string& out, std::span<const uint64_t> numbers) {
  const Levels levels(numbers);
  const Prediction chosen = levels.choose();
  const bool scaled = levels.scale() != 1;
  out.push_back(static_cast<char>(static_cast<uint8_t>(chosen) + (scaled ? kScaled : 0)));
  put_signed(out, static_cast<int64_t>(numbers[0] + levels.scale() * levels.before(chosen)));
  if (scaled) put_varint(out, levels.scale());
  if (chosen >= Prediction::kDeltaOfDelta) put_signed(out, static_cast<int64_t>(levels.slope(chosen)));
  uint64_t base = 0;
  std::array<uint64_t, kBlock> block;
  for (size_t at = 0; at < numbers.size(); at += kBlock) {
    const auto residuals = levels.residuals(chosen, at, block);
    append_block(out, plan_block(residuals), residuals, base);
  }
}

IntegerReader::IntegerReader(ByteReader& in, size_t count) : in_(in), left_(count) {
  const uint8_t head = in.byte();
  if (head >= 2 * kScaled) {
    in.fail();
    return;
  }
  prediction_ = static_cast<Prediction>(head % kScaled);
  value_ = static_cast<uint64_t>(in.signed_varint());
  if (head >= kScaled) scale_ = in.varint();
  if (prediction_ >= Prediction::kDeltaOfDelta) slope_ = static_cast<uint64_t>(in.signed_varint());
}

std::span<const uint64_t> IntegerReader::next() {
  const size_t size = left_ < kBlock ? left_ : kBlock;
  if (size == 0 || !in_.ok()) return {};
  const std::span<uint64_t> numbers(numbers_.data(), size);
  if (!read_block(in_, numbers, base_)) return in_.fail(), std::span<const uint64_t>();
  integrate(size);
  left_ -= size;
  return numbers;
}

void IntegerReader::integrate(size_t size) {
  const uint64_t scale = scale_;
  uint64_t value = value_;
  switch (prediction_) {
    case Prediction::kLevel:
      for (size_t i = 0; i < size; ++i) numbers_[i] = value + scale * numbers_[i];
      break;
    case Prediction::kDelta:
      for (size_t i = 0; i < size; ++i) numbers_[i] = value += scale * numbers_[i];
      break;
    case Prediction::kDeltaOfDelta:
      for (size_t i = 0; i < size; ++i) numbers_[i] = value += scale * (slope_ += numbers_[i]);
      break;
    case Prediction::kLine:
      for (size_t i = 0; i < size; ++i, value += scale * slope_) numbers_[i] = value + scale * numbers_[i];
      break;
  }
  value_ = value;
}

}  // namespace narthex::storage::codec
