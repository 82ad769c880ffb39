#include "tests/support/column_shapes.h"

#include <cmath>

#include "model/sample.h"

namespace narthex::testing {
namespace {

using Random = std::mt19937_64;

double uniform(Random& random, double from, double to) { return std::uniform_real_distribution<>(from, to)(random); }
double normal(Random& random, double deviation) { return std::normal_distribution<>(0, deviation)(random); }
double poisson(Random& random, double mean) {
  return mean <= 0 ? 0 : static_cast<double>(std::poisson_distribution<int64_t>(mean)(random));
}
double rounded(double value, double steps) { return std::round(value * steps) / steps; }
bool chance(Random& random, double p) { return uniform(random, 0, 1) < p; }

// Series by series, `start` says how one begins and returns what gives its samples.
template <class Start>
std::vector<ColumnValues> each(size_t series, size_t samples, Start start) {
  std::vector<ColumnValues> out(series);
  for (ColumnValues& column : out) {
    auto next = start();
    for (size_t i = 0; i < samples; ++i) column.push_back(next(i));
  }
  return out;
}

// Counters of events at a mean rate per scrape between the two.
template <int kFrom, int kTo>
std::vector<ColumnValues> poisson_counter(size_t series, size_t samples, Random& random) {
  return each(series, samples, [&] {
    const double rate = std::exp(uniform(random, std::log(kFrom / 100.0), std::log(kTo / 100.0)));
    double value = poisson(random, rate * 1e4);
    return [&random, rate, value](size_t) mutable { return value += poisson(random, rate); };
  });
}

// As much per second, at scrapes that come up to 4 ms late.
std::vector<ColumnValues> jittered_counter(size_t series, size_t samples, Random& random) {
  return each(series, samples, [&] {
    const double rate = uniform(random, 1e3, 1e5);
    const double first = uniform(random, 1e6, 1e9);
    return [&random, rate, first](size_t i) {
      return std::floor(first + rate * (15.0 * static_cast<double>(i) + uniform(random, 0, 0.004)));
    };
  });
}

std::vector<ColumnValues> bursty_counter(size_t series, size_t samples, Random& random) {
  return each(series, samples, [&] {
    double value = 0;
    bool busy = false;
    return [&random, value, busy](size_t) mutable {
      if (chance(random, 0.05)) busy = !busy;
      return value += busy ? std::floor(std::exp(uniform(random, 3, 10))) : 0;
    };
  });
}

std::vector<ColumnValues> reset_counter(size_t series, size_t samples, Random& random) {
  return each(series, samples, [&] {
    double value = 1e6;
    return [&random, value](size_t) mutable {
      if (chance(random, 0.003)) value = 0;
      return value += poisson(random, 40);
    };
  });
}

std::vector<ColumnValues> mostly_zero(size_t series, size_t samples, Random& random) {
  return each(series, samples, [&] {
    double value = 0;
    return [&random, value](size_t) mutable { return value += chance(random, 0.01) ? 1 + poisson(random, 1) : 0; };
  });
}

// Seconds of processor time, in hundredths: node_cpu_seconds_total.
std::vector<ColumnValues> cpu_seconds(size_t series, size_t samples, Random& random) {
  return each(series, samples, [&] {
    const double load = uniform(random, 0.02, 0.9);
    double ticks = std::floor(uniform(random, 1e5, 1e8));
    return [&random, load, ticks](size_t) mutable {
      ticks += std::round(std::max(0.0, 1500 * load + normal(random, 60 * load)));
      return ticks / 100;
    };
  });
}

template <int kSteps>
std::vector<ColumnValues> noisy_gauge(size_t series, size_t samples, Random& random) {
  return each(series, samples, [&] {
    const double level = uniform(random, 1, 100);
    return [&random, level](size_t) { return rounded(level + normal(random, level / 10), kSteps); };
  });
}

std::vector<ColumnValues> temperature(size_t series, size_t samples, Random& random) {
  return each(series, samples, [&] {
    double value = uniform(random, -5, 60);
    return [&random, value](size_t) mutable { return rounded(value += normal(random, 0.15), 10); };
  });
}

std::vector<ColumnValues> memory_bytes(size_t series, size_t samples, Random& random) {
  return each(series, samples, [&] {
    double pages = std::floor(uniform(random, 1e4, 1e6));
    return [&random, pages](size_t) mutable {
      if (chance(random, 0.7)) pages += std::round(normal(random, 300));
      return pages * 4096;
    };
  });
}

std::vector<ColumnValues> ratio(size_t series, size_t samples, Random& random) {
  return each(series, samples, [&] {
    double level = uniform(random, 0.2, 0.8);
    return [&random, level](size_t) mutable {
      level = std::min(0.999, std::max(0.001, level + normal(random, 0.002)));
      return std::floor(1e7 * level) / (1e7 + poisson(random, 1000));
    };
  });
}

// A sum of durations: mantissas fill up.
std::vector<ColumnValues> duration_sum(size_t series, size_t samples, Random& random) {
  return each(series, samples, [&] {
    const double rate = uniform(random, 0, 5);
    double sum = uniform(random, 0, 1000);
    return [&random, rate, sum](size_t) mutable {
      for (double n = poisson(random, rate); n > 0; --n) sum += std::exp(normal(random, 1)) / 100;
      return sum;
    };
  });
}

std::vector<ColumnValues> idle_ratio(size_t series, size_t samples, Random& random) {
  return each(series, samples,
              [&] { return [&random](size_t) { return chance(random, 0.6) ? 0.0 : uniform(random, 0, 1); }; });
}

// Measured once a minute, as a float of 32 bits.
std::vector<ColumnValues> slow_float(size_t series, size_t samples, Random& random) {
  return each(series, samples, [&] {
    double value = 230;
    return [&random, value](size_t i) mutable {
      if (i % 4 == 0) value = static_cast<double>(static_cast<float>(230 + normal(random, 2)));
      return value;
    };
  });
}

// When something happened last, in seconds with milliseconds.
std::vector<ColumnValues> last_time(size_t series, size_t samples, Random& random) {
  return each(series, samples, [&] {
    const double first = 1.7e9 + std::floor(uniform(random, 0, 1e6));
    double last = first;
    return [&random, first, last](size_t i) mutable {
      if (chance(random, 0.5)) last = rounded(first + 15 * static_cast<double>(i) - uniform(random, 0, 15), 1000);
      return last;
    };
  });
}

std::vector<ColumnValues> start_time(size_t series, size_t samples, Random& random) {
  return each(series, samples, [&] {
    double value = rounded(1.7e9 + uniform(random, 0, 1e6), 100);
    return [&random, value](size_t i) mutable {
      if (chance(random, 0.0005)) value = rounded(1.701e9 + 15 * static_cast<double>(i), 100);
      return value;
    };
  });
}

std::vector<ColumnValues> rare_changes(size_t series, size_t samples, Random& random) {
  return each(series, samples, [&] {
    double value = std::floor(uniform(random, 0, 1000));
    return [&random, value](size_t) mutable {
      if (chance(random, 0.01)) value = std::floor(uniform(random, 0, 1000));
      return value;
    };
  });
}

// Buckets of histograms, 16 to one, cumulative.
std::vector<ColumnValues> buckets(size_t series, size_t samples, Random& random) {
  constexpr size_t kBuckets = 16;
  std::vector<ColumnValues> out(series);
  for (size_t first = 0; first < series; first += kBuckets) {
    const size_t count = std::min(kBuckets, series - first);
    std::vector<double> sums(count, 0);
    const double rate = std::exp(uniform(random, 0, 5));
    for (size_t i = 0; i < samples; ++i) {
      double below = 0;
      for (size_t b = 0; b < count; ++b) {
        const double way = (static_cast<double>(b) - 5) / 2;
        below += poisson(random, rate * std::exp(-way * way) / 3.5);
        out[first + b].push_back(sums[b] += below);
      }
    }
  }
  return out;
}

// A gauge that comes and goes, with a stale marker each time.
std::vector<ColumnValues> with_markers(size_t series, size_t samples, Random& random) {
  return each(series, samples, [&] {
    return [&random](size_t) { return chance(random, 0.02) ? kStaleMarker : rounded(20 + normal(random, 3), 100); };
  });
}

constexpr ColumnShape kShapes[] = {
    {"counter slow", poisson_counter<2, 50>},
    {"counter 1-30", poisson_counter<100, 3000>},
    {"counter fast", poisson_counter<30000, 3000000>},
    {"counter jitter", jittered_counter},
    {"counter bursty", bursty_counter},
    {"counter resets", reset_counter},
    {"counter mostly 0", mostly_zero},
    {"buckets", buckets},
    {"cpu seconds", cpu_seconds},
    {"gauge .1", noisy_gauge<10>},
    {"gauge .001", noisy_gauge<1000>},
    {"gauge markers", with_markers},
    {"temperature", temperature},
    {"memory", memory_bytes},
    {"time of last", last_time},
    {"time of start", start_time},
    {"rare changes", rare_changes},
    {"ratio", ratio},
    {"duration sum", duration_sum},
    {"idle ratio", idle_ratio},
    {"slow float32", slow_float},
};

}  // namespace

std::span<const ColumnShape> column_shapes() { return kShapes; }

}  // namespace narthex::testing
