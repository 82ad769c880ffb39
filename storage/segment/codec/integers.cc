#include "storage/segment/codec/integers.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "storage/segment/codec/block.h"

namespace narthex::storage::codec {
namespace {

constexpr uint8_t kScaled = 4;

// The steps between numbers, and what they are multiples of.
struct Steps {
  uint64_t scale = 1;
  std::vector<uint64_t> levels;  // ( x(i) - x(0) ) / scale
};

Steps steps_of(std::span<const uint64_t> numbers) {
  Steps steps;
  steps.levels.resize(numbers.size());
  uint64_t common = 0;
  for (size_t i = 0; i < numbers.size(); ++i) {
    steps.levels[i] = numbers[i] - numbers[0];
    const auto amount = static_cast<int64_t>(steps.levels[i]);
    if (common != 1) common = std::gcd(common, amount < 0 ? 0 - steps.levels[i] : steps.levels[i]);
  }
  // 2^63 is no amount of a signed number.
  if (common <= 1 || common > INT64_MAX) return steps;
  steps.scale = common;
  for (uint64_t& n : steps.levels) n = static_cast<uint64_t>(static_cast<int64_t>(n) / static_cast<int64_t>(common));
  return steps;
}

// The step that most of the way goes by, where it is straight: the median of steps over 16 numbers.
uint64_t slope_of(std::span<const uint64_t> levels) {
  constexpr size_t kWay = 16;
  if (levels.size() <= kWay) return 0;
  std::vector<int64_t> ways(levels.size() - kWay);
  for (size_t i = 0; i < ways.size(); ++i) ways[i] = static_cast<int64_t>(levels[i + kWay] - levels[i]);
  const auto middle = ways.begin() + static_cast<ptrdiff_t>(ways.size() / 2);
  std::nth_element(ways.begin(), middle, ways.end());
  return static_cast<uint64_t>(*middle >= 0 ? (*middle + 8) / 16 : (*middle - 8) / 16);
}

// What a prediction leaves of the levels, and what it starts from.
struct Predicted {
  uint64_t before = 0;  // level before the first
  uint64_t slope = 0;
  std::vector<uint64_t> residuals;
};

Predicted predict(Prediction prediction, std::span<const uint64_t> levels) {
  Predicted p;
  p.residuals.resize(levels.size());
  const uint64_t first_step = levels.size() > 1 ? levels[1] - levels[0] : 0;
  switch (prediction) {
    case Prediction::kLevel:
      std::copy(levels.begin(), levels.end(), p.residuals.begin());
      break;
    case Prediction::kDelta:
      p.before = levels[0] - first_step;
      for (size_t i = 0; i < levels.size(); ++i) p.residuals[i] = levels[i] - (i == 0 ? p.before : levels[i - 1]);
      break;
    case Prediction::kDeltaOfDelta: {
      p.before = levels[0] - first_step;
      p.slope = first_step;
      uint64_t last = p.before;
      uint64_t delta = p.slope;
      for (size_t i = 0; i < levels.size(); ++i) {
        const uint64_t now = levels[i] - last;
        p.residuals[i] = now - delta;
        delta = now;
        last = levels[i];
      }
      break;
    }
    case Prediction::kLine:
      p.slope = slope_of(levels);
      for (size_t i = 0; i < levels.size(); ++i) p.residuals[i] = levels[i] - p.slope * i;
      break;
  }
  return p;
}

template <class Sink>
void each_block(std::span<const uint64_t> residuals, Sink sink) {
  for (size_t at = 0; at < residuals.size(); at += kBlock) {
    sink(residuals.subspan(at, std::min(kBlock, residuals.size() - at)));
  }
}

// Bits of the blocks, from a few of them.
uint64_t cost_of(std::span<const uint64_t> residuals) {
  uint64_t bits = 0;
  const size_t blocks = (residuals.size() + kBlock - 1) / kBlock;
  const size_t stride = std::max<size_t>(1, blocks / 3);
  size_t number = 0;
  each_block(residuals, [&](std::span<const uint64_t> block) {
    if (number++ % stride == 0) bits += plan_block(block).bits;
  });
  return bits;
}

}  // namespace

void append_integers(std::string& out, std::span<const uint64_t> numbers) {
  const Steps steps = steps_of(numbers);
  Prediction chosen = Prediction::kDelta;
  Predicted best = predict(chosen, steps.levels);
  uint64_t least = cost_of(best.residuals);
  for (const Prediction other : {Prediction::kLevel, Prediction::kDeltaOfDelta, Prediction::kLine}) {
    Predicted tried = predict(other, steps.levels);
    if (other == Prediction::kLine && tried.slope == 0) continue;
    const uint64_t bits = cost_of(tried.residuals);
    if (bits < least) least = bits, chosen = other, best = std::move(tried);
  }
  out.push_back(static_cast<char>(static_cast<uint8_t>(chosen) + (steps.scale != 1 ? kScaled : 0)));
  put_signed(out, static_cast<int64_t>(numbers[0] + steps.scale * best.before));
  if (steps.scale != 1) put_varint(out, steps.scale);
  if (chosen >= Prediction::kDeltaOfDelta) put_signed(out, static_cast<int64_t>(best.slope));
  uint64_t base = 0;
  each_block(best.residuals,
             [&](std::span<const uint64_t> block) { append_block(out, plan_block(block), block, base); });
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
