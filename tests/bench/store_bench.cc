// What the store costs: resident bytes per series at minute 59 of a window, CPU per sample, log bytes, replay time.
//
//   store_bench [targets] [series per target] [minutes] [kind]        default: 1000 1000 59 numbers, a scrape each 15 s
//
// Kinds: numbers; starts (numbers with a start timestamp, which changes once in 200 scrapes); histograms (native ones
// with 20 buckets, of which half never change and the others observe in some buckets on each scrape).
//
// Of every target's series half are constant; of the others 70 % are counters (a fifth of their steps is 0), 20 %
// gauges with two decimals, 10 % true doubles. Values follow from (series, step), so the driver keeps nothing.
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>

#include "base/clock.h"
#include "base/log.h"
#include "storage/store.h"

namespace narthex::storage {
namespace {

uint64_t mix(uint64_t x) {
  x ^= x >> 33, x *= 0xff51afd7ed558ccdull, x ^= x >> 33, x *= 0xc4ceb9fe1a85ec53ull;
  return x ^ x >> 33;
}

double value_of(uint64_t series, uint64_t step) {
  const uint64_t kind = series % 20;
  const uint64_t rate = mix(series) % 300;
  if (kind < 10) return static_cast<double>(rate);
  const uint64_t noise = mix(series << 20 ^ step);
  if (kind < 17) {
    const uint64_t moving = noise % 5 == 0 && step > 0 ? step - 1 : step;
    return static_cast<double>(moving * rate +
                               (noise % 5 == 0 && step > 0 ? mix(series << 20 ^ (step - 1)) : noise) % 16);
  }
  if (kind < 19) return static_cast<double>(noise % 10000) / 100;
  return std::sqrt(static_cast<double>(noise));
}

Histogram histogram_of(uint64_t series, uint64_t step) {
  Histogram h;
  h.schema = 3;
  h.zero_threshold = 1e-128;
  h.positive.spans = {{-5, 12}, {3, 8}};
  const uint64_t observed = series % 2 == 0 ? 0 : step;
  for (uint64_t i = 0; i < 20; ++i) {
    h.positive.integers.push_back(static_cast<int64_t>(mix(series * 20 + i) % 1000 + observed * (i % 4 == 0 ? 3 : 0)));
    h.count += static_cast<uint64_t>(h.positive.integers.back());
  }
  h.sum = static_cast<double>(h.count) * 0.37;
  return h;
}

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double resident_bytes() {
  std::ifstream in("/proc/self/statm");
  uint64_t total = 0;
  uint64_t resident = 0;
  in >> total >> resident;
  return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE));
}

enum class Kind { kNumbers, kStarts, kHistograms };

struct Load {
  uint64_t targets;
  uint64_t series;
  uint64_t steps;
  Kind kind;
  double samples() const { return static_cast<double>(targets * series * steps); }
};

Labels target_labels(uint64_t target) {
  return Labels{{"instance", fmt::format("10.0.{}.{}:9100", target / 256, target % 256)}, {"job", "node"}};
}

double generator_seconds(const Load& load) {
  const double began = cpu_seconds();
  [[maybe_unused]] volatile double sink = 0;
  for (uint64_t step = 0; step < load.steps; step += 16) {
    for (uint64_t s = 0; s < load.targets * load.series; ++s) {
      sink = load.kind == Kind::kHistograms ? histogram_of(s, step).sum : value_of(s, step);
    }
  }
  return (cpu_seconds() - began) * static_cast<double>(load.steps) / static_cast<double>((load.steps + 15) / 16);
}

class Driver {
 public:
  Driver(Store& store, const Load& load) : load_(load) {
    for (uint64_t t = 0; t < load.targets; ++t) appenders_.push_back(store.open_target(target_labels(t)));
  }

  void round(uint64_t step, Timestamp at) {
    std::atomic<uint64_t> left{load_.targets};
    std::promise<void> all;
    for (uint64_t t = 0; t < load_.targets; ++t) {
      auto scratch = appenders_[t]->begin(at + static_cast<int64_t>(t) % 1000, at + 1000);
      if (step == 0) resolve(t, *scratch);
      fill(*scratch, t, step);
      appenders_[t]->commit(std::move(scratch), [&](CommitResult result) {
        if (!result.status) std::fprintf(stderr, "%s\n", result.status.error().str().c_str()), std::abort();
        if (--left == 0) all.set_value();
      });
    }
    all.get_future().wait();
  }

 private:
  void fill(Scratch& scratch, uint64_t target, uint64_t step) {
    for (uint64_t s = 0; s < load_.series; ++s) {
      const auto slot = static_cast<Slot>(s);
      const uint64_t series = target * load_.series + s;
      if (load_.kind == Kind::kHistograms) {
        scratch.set_histogram(slot, histogram_of(series, step));
        continue;
      }
      scratch.set(slot, value_of(series, step));
      if (load_.kind == Kind::kStarts)
        scratch.set_start(slot, static_cast<Timestamp>(1'700'000'000'000 + (series + step) / 200));
    }
  }

  void resolve(uint64_t target, Scratch& scratch) {
    const Labels base = target_labels(target);
    for (uint64_t s = 0; s < load_.series; ++s) {
      std::vector<Label> labels(base.begin(), base.end());
      labels.push_back({"__name__", fmt::format("node_metric_{}_total", s / 8)});
      labels.push_back({"device", fmt::format("dev{}", s % 8)});
      const auto slot = appenders_[target]->resolve(scratch, Labels(std::move(labels)));
      if (!slot || *slot != s) std::abort();
    }
  }

  const Load load_;
  std::vector<std::shared_ptr<TargetAppender>> appenders_;
};

void report(const char* what, double value, const char* unit) { std::printf("%-34s %10.1f %s\n", what, value, unit); }

void query_once(Store& store, const Load& load, Timestamp start) {
  auto began = std::chrono::steady_clock::now();
  const auto view = store.view();
  const Matcher one[] = {Matcher::equal("__name__", "node_metric_7_total"), Matcher::equal("device", "dev3")};
  auto found = view->select(one, start, kMaxTime);
  Column column;
  for (size_t i = 0; i < (*found)->size(); ++i) (void)(*found)->read(i, start, kMaxTime, column);
  report("select and read of one per target",
         std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count() * 1e6 /
             static_cast<double>(load.targets),
         "us/series");
}

void run(const Load& load, const std::filesystem::path& folder) {
  const double generator = generator_seconds(load);
  Options options;
  options.path = folder;
  auto store = Store::open(options, system_clock(), null_log());
  if (!store) std::fprintf(stderr, "%s\n", store.error().str().c_str()), std::abort();
  const double base = resident_bytes();
  const double series = static_cast<double>(load.targets * load.series);
  const Timestamp start = 1'700'000'000'000 / options.window_ms * options.window_ms;
  {
    Driver driver(**store, load);
    double began = cpu_seconds();
    driver.round(0, start);
    report("first scrape, CPU", (cpu_seconds() - began) * 1e9 / series, "ns/series");
    began = cpu_seconds();
    const auto wall = std::chrono::steady_clock::now();
    for (uint64_t step = 1; step < load.steps; ++step) driver.round(step, start + static_cast<int64_t>(step) * 15'000);
    report("CPU with the driver", (cpu_seconds() - began) * 1e9 / load.samples(), "ns/sample");
    report("  of it the driver's values", generator * 1e9 / load.samples(), "ns/sample");
    report("wall", std::chrono::duration<double>(std::chrono::steady_clock::now() - wall).count(), "s");
    report("resident, over the empty store", (resident_bytes() - base) / series, "B/series");
    const Stats stats = (*store)->stats();
    report("  columns", static_cast<double>(stats.column_bytes) / series, "B/series");
    report("  identity and slots", static_cast<double>(stats.index_bytes) / series, "B/series");
    report("log on disk", static_cast<double>(stats.log_bytes) / load.samples(), "B/sample");
  }
  query_once(**store, load, start);
  store->reset();
  const auto began = std::chrono::steady_clock::now();
  const double cpu = cpu_seconds();
  store = Store::open(options, system_clock(), null_log());
  report("reopening", std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count() * 1e6 / series,
         "s per million series");
  report("  CPU", (cpu_seconds() - cpu) * 1e6 / series, "s per million series");
}

}  // namespace
}  // namespace narthex::storage

int main(int argc, char** argv) {
  const auto argument = [&](int i, uint64_t otherwise) {
    return argc > i ? std::strtoull(argv[i], nullptr, 10) : otherwise;
  };
  const std::string name = argc > 4 ? argv[4] : "numbers";
  using narthex::storage::Kind;
  const Kind kind = name == "histograms" ? Kind::kHistograms : name == "starts" ? Kind::kStarts : Kind::kNumbers;
  const narthex::storage::Load load{argument(1, 1000), argument(2, 1000), argument(3, 59) * 4, kind};
  const auto folder = std::filesystem::temp_directory_path() / fmt::format("store-bench-{}", getpid());
  std::filesystem::remove_all(folder);
  narthex::storage::run(load, folder);
  std::filesystem::remove_all(folder);
}
