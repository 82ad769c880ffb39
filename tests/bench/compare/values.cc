#include "tests/bench/compare/values.h"

#include <algorithm>
#include <cmath>

namespace narthex::bench {
namespace {

constexpr int kRareOnceIn = 200;
constexpr int64_t kPage = 4096;

}  // namespace

Values::Values(const Catalogue& catalogue, uint64_t seed)
    : catalogue_(&catalogue), random_(seed), values_(catalogue.size()) {
  for (uint32_t i = 0; i < catalogue.size(); ++i) begin(i);
}

void Values::begin(uint32_t series) {
  using enum Behaviour;
  const SeriesShape& shape = (*catalogue_)[series];
  if (shape.behaviour == kFollows) return;
  const bool counts = shape.behaviour == kCounter || shape.behaviour == kSeconds;
  // Counters have been running for a while, each at a rate of its own.
  const int64_t scale = counts ? 1 + random_.below(shape.scale) : shape.scale;
  const int64_t units = random_.below(shape.scale + 1) * (counts ? 1 + random_.below(40'000) : 1);
  const double divisor = std::pow(10, shape.decimals);
  values_[series] = static_cast<double>(units) * (shape.behaviour == kBytes ? kPage : 1) / divisor;
  if (shape.behaviour == kHistogram) begin_histogram(series, shape);
  if (shape.behaviour == kFull) values_[series] = random_.unit();
  const bool idle = shape.behaviour == kConstant || random_.chance(shape.idle_percent);
  if (!idle) active_.push_back({series, shape.behaviour, units, scale, divisor});
}

void Values::begin_histogram(uint32_t first, const SeriesShape& shape) {
  const auto buckets = static_cast<uint32_t>(shape.buckets);
  int64_t cumulative = 0;
  for (uint32_t i = 0; i < buckets; ++i) {
    cumulative += random_.below(shape.scale * 100);
    values_[first + i] = static_cast<double>(cumulative);
  }
  values_[first + buckets] = random_.unit() * static_cast<double>(cumulative);
  values_[first + buckets + 1] = static_cast<double>(cumulative);
}

void Values::set(uint32_t series, double value) {
  if (values_[series] == value) return;
  values_[series] = value;
  changed_.push_back(series);
}

void Values::step() {
  changed_.clear();
  for (Active& active : active_) {
    if (active.behaviour == Behaviour::kHistogram) {
      advance_histogram(active);
    } else if (active.behaviour == Behaviour::kFull) {
      set(active.series, random_.unit());
    } else if (advance(active)) {
      const int64_t unit = active.behaviour == Behaviour::kBytes ? kPage : 1;
      set(active.series, static_cast<double>(active.units * unit) / active.divisor);
    }
  }
}

bool Values::advance(Active& active) {
  using enum Behaviour;
  switch (active.behaviour) {
    case kRare:
      if (random_.below(kRareOnceIn) != 0) return false;
      active.units = random_.below(active.scale + 1);
      return true;
    case kCounter:
    case kSeconds:
      active.units += active.scale - active.scale / 8 + random_.below(active.scale / 4 + 2);
      return true;
    case kBytes:
      if (random_.below(3) == 0) return false;
      active.units = std::max<int64_t>(0, active.units + random_.below(257) - 128);
      return true;
    default: {  // kDecimal: a walk whose step is a tenth of its usual size
      const int64_t reach = active.scale / 10 + 1;
      active.units = std::clamp<int64_t>(active.units + random_.below(2 * reach + 1) - reach, 0, 2 * active.scale);
      return true;
    }
  }
}

void Values::advance_histogram(const Active& first) {
  const auto buckets = static_cast<uint32_t>((*catalogue_)[first.series].buckets);
  const uint32_t sum = first.series + buckets;
  int64_t added[64] = {};
  double seconds = 0;
  // Most observations are quick: the bucket is the smaller one of two throws.
  for (int64_t n = random_.below(first.scale); n > 0; --n) {
    const int64_t bucket = std::min(random_.below(buckets), random_.below(buckets));
    ++added[bucket];
    seconds += random_.unit() * 0.01 * static_cast<double>(1 << bucket);
  }
  int64_t cumulative = 0;
  for (uint32_t i = 0; i < buckets; ++i) {
    cumulative += added[i];
    set(first.series + i, values_[first.series + i] + static_cast<double>(cumulative));
  }
  set(sum, values_[sum] + seconds);
  set(sum + 1, values_[sum + 1] + static_cast<double>(cumulative));
}

}  // namespace narthex::bench
