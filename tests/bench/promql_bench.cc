// What a query costs per sample it reads, over a store that only copies columns: 1000 series, an hour at 15 s.
#include <benchmark/benchmark.h>

#include "promql/engine.h"

namespace narthex {
namespace {

constexpr int64_t kInterval = 15'000;
constexpr int64_t kHour = 3'600'000;

struct StoredSeries {
  Labels labels;
  storage::Column column;
};

class FixedSet final : public storage::SeriesSet {
 public:
  explicit FixedSet(const std::vector<StoredSeries>& series) : series_(series) {}
  size_t size() const override { return series_.size(); }
  Labels labels(size_t i) const override { return series_[i].labels; }
  std::string_view label(size_t i, std::string_view name) const override { return series_[i].labels.get(name); }
  Result<> read(size_t i, Timestamp from, Timestamp to, storage::Column& out) const override {
    const storage::Column& column = series_[i].column;
    const auto& times = column.timestamps;
    const auto first = std::lower_bound(times.begin(), times.end(), from) - times.begin();
    const auto last = std::upper_bound(times.begin(), times.end(), to) - times.begin();
    out.timestamps.insert(out.timestamps.end(), times.begin() + first, times.begin() + last);
    out.values.insert(out.values.end(), column.values.begin() + first, column.values.begin() + last);
    return {};
  }

 private:
  const std::vector<StoredSeries>& series_;
};

class FixedView final : public storage::View {
 public:
  explicit FixedView(int instances) {
    for (int i = 0; i < instances; ++i) {
      for (int mode = 0; mode < 10; ++mode) {
        StoredSeries s{
            Labels{{"__name__", "x_total"}, {"instance", "host" + std::to_string(i)}, {"mode", std::to_string(mode)}},
            {}};
        for (Timestamp t = 0; t <= 2 * kHour; t += kInterval)
          s.column.push(t, static_cast<double>(t / kInterval * (mode + 1)));
        series_.push_back(std::move(s));
      }
    }
  }
  Result<std::shared_ptr<const storage::SeriesSet>> select(std::span<const Matcher>, Timestamp,
                                                           Timestamp) const override {
    return std::make_shared<const FixedSet>(series_);
  }
  Result<std::vector<std::string>> label_names(std::span<const Matcher>, Timestamp, Timestamp) const override {
    return std::vector<std::string>();
  }
  Result<std::vector<std::string>> label_values(std::string_view, std::span<const Matcher>, Timestamp,
                                                Timestamp) const override {
    return std::vector<std::string>();
  }

 private:
  std::vector<StoredSeries> series_;
};

void run(benchmark::State& state, const char* text, int64_t step) {
  const FixedView view(100);
  const promql::Engine engine({});
  promql::Query query;
  query.text = text;
  query.start = step == 0 ? 2 * kHour : kHour;
  query.end = 2 * kHour;
  query.step_ms = step;
  int64_t samples = 0;
  for (auto _ : state) {
    const auto result = step == 0 ? engine.instant(view, query) : engine.range(view, query);
    if (!result) return state.SkipWithError(result.error().message.c_str());
    samples = result->samples_read;
    benchmark::DoNotOptimize(result->value);
  }
  state.counters["samples"] = static_cast<double>(samples);
  state.counters["per_sample"] =
      benchmark::Counter(static_cast<double>(samples) * static_cast<double>(state.iterations()),
                         benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

BENCHMARK_CAPTURE(run, sum_rate_by_instance, "sum by (instance) (rate(x_total[5m]))", 60'000)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(run, rate, "rate(x_total[5m])", 60'000)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(run, sum_by_instance, "sum by (instance) (x_total)", 60'000)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(run, instant_sum_rate, "sum by (instance) (rate(x_total[5m]))", 0)->Unit(benchmark::kMillisecond);

void parse(benchmark::State& state) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(promql::parse_expr(
        "sum by (job, instance) (rate(http_requests_total{code=~\"5..\", job!=\"x\"}[5m])) / 100 > bool 0.5", {}));
  }
}
BENCHMARK(parse)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace narthex

BENCHMARK_MAIN();
