// What a sample costs on its way into an answer.
#include <benchmark/benchmark.h>

#include <random>

#include "web/api/result_json.h"

namespace narthex::web {
namespace {

constexpr int kSeries = 1000;
constexpr int kSamplesPerSeries = 1000;

// A million samples as dashboards ask for them: counters, rates, gauges.
promql::Matrix make_matrix() {
  std::mt19937_64 random(1);
  promql::Matrix matrix;
  for (int i = 0; i < kSeries; ++i) {
    promql::Series series{Labels{{"__name__", "http_requests_total"}, {"instance", "10.0.0.1:9100"}}, {}};
    double value = 0;
    for (int t = 0; t < kSamplesPerSeries; ++t) {
      value += static_cast<double>(random() % 100);
      const double shown = i % 3 == 0 ? value / 300 : i % 3 == 1 ? value : value * 1e6;
      series.samples.push_back({1'700'000'000'000 + t * 15'000, shown});
    }
    matrix.series.push_back(std::move(series));
  }
  return matrix;
}

void matrix_to_json(benchmark::State& state) {
  const promql::Matrix matrix = make_matrix();
  size_t bytes = 0;
  for (auto _ : state) {
    state.PauseTiming();
    promql::QueryResult result;
    result.value = matrix;
    state.ResumeTiming();
    ApiData data = result_data(std::move(result), "");
    bytes = data.data.size();
    for (bool more = static_cast<bool>(data.more); more;) {
      std::string piece;
      more = data.more(piece);
      bytes += piece.size();
    }
  }
  state.SetItemsProcessed(state.iterations() * kSeries * kSamplesPerSeries);
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(bytes));
}
BENCHMARK(matrix_to_json)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace narthex::web

BENCHMARK_MAIN();
