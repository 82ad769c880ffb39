// How long an entry of a protobuf body takes: walking it, and matching it against the scrape before.
//
//   protobuf_bench [benchmark flags] [body...]      bodies as targets send them, besides the made-up ones
//
// Made-up bodies: counters with three labels; classic histograms of twelve buckets; native histograms of 40 buckets;
// and both in one. `s/sample` counts series and histograms, but no metadata. `allocations` are those of one scrape.

#include <benchmark/benchmark.h>

#include <atomic>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <new>
#include <string>
#include <vector>

#include "exposition/protobuf.h"
#include "scrape/protobuf_matcher.h"
#include "tests/support/protobuf_bodies.h"

static std::atomic<size_t> allocations;

void* operator new(size_t size) {
  ++allocations;
  if (void* const block = std::malloc(size)) return block;
  std::abort();
}
void operator delete(void* block) noexcept { std::free(block); }
void operator delete(void* block, size_t) noexcept { std::free(block); }

namespace narthex {
namespace {

namespace pb = exposition::pb;
using exposition::ProtobufOptions;

struct Body {
  std::string name;
  std::string bytes;
  ProtobufOptions options = {};
};

// What a scrape loop does with a sample: it sets a slot of its scratch. Histograms are copied when they are stored,
// which is not measured here.
struct Sink {
  std::vector<double> values;
  size_t samples = 0;

  void on_help(std::string_view, std::string_view) {}
  void on_unit(std::string_view, std::string_view) {}
  void on_type(std::string_view, exposition::MetricType) {}
  void on_series(const exposition::SeriesLine& line) {
    ++samples;
    benchmark::DoNotOptimize(line.value);
  }
  void on_histogram(const exposition::HistogramLine& line) {
    ++samples;
    benchmark::DoNotOptimize(&line.histogram);
  }
};

struct MatchSink {
  std::vector<double> values;
  storage::Slot slots = 0;

  void on_known(storage::Slot slot, double value, std::optional<Timestamp>, bool) { values[slot] = value; }
  void on_extras(storage::Slot, const exposition::SeriesLine&) {}
  bool on_known_histogram(storage::Slot slot, const exposition::HistogramLine& line, bool) {
    values[slot] = line.histogram.sum;
    return true;
  }
  scrape::Verdict on_unknown(const exposition::SeriesLine&, exposition::MetricType) { return add(); }
  scrape::Verdict on_unknown_histogram(const exposition::HistogramLine&) { return add(); }
  scrape::Verdict add() {
    values.resize(slots + 1);
    return scrape::Verdict::stored(slots++);
  }
  uint32_t on_type(std::string_view, exposition::MetricType) { return 0; }
  uint32_t on_help(std::string_view, std::string_view) { return 0; }
  uint32_t on_unit(std::string_view, std::string_view) { return 0; }
  void on_metadata_seen(uint32_t) {}
};

void add_classic(pb::Histogram& out, int i) {
  for (int bucket = 0; bucket < 12; ++bucket) {
    out.add_bucket()->set_upper_bound(bucket == 11 ? HUGE_VAL : 0.005 * (1 << bucket));
    out.mutable_bucket(bucket)->set_cumulative_count(static_cast<uint64_t>(i + bucket * 77));
  }
  out.set_sample_count(out.bucket(11).cumulative_count());
}

void add_native(pb::Histogram& out) {
  out.set_schema(3);
  out.set_zero_threshold(1e-128);
  for (int span = 0; span < 5; ++span) {
    out.add_positive_span()->set_offset(span == 0 ? -11 : 3);
    out.mutable_positive_span(span)->set_length(8);
    for (int i = 0; i < 8; ++i) out.add_positive_delta(i % 2 == 0 ? 60 + span : -50);
  }
}

std::string made_up(bool classic, bool native) {
  std::string out;
  for (int f = 0; f < 100; ++f) {
    pb::MetricFamily family;
    family.set_name("app_http_requests_" + std::to_string(f) + "_total");
    family.set_help("Requests that were answered, by code and handler.");
    if (classic || native) family.set_type(pb::HISTOGRAM);
    for (int i = 0; i < 20; ++i) {
      pb::Metric& metric = *family.add_metric();
      const std::pair<const char*, std::string> labels[] = {
          {"code", std::to_string(200 + i)}, {"handler", "/api/v1/things"}, {"method", "get"}};
      for (const auto& [name, value] : labels) {
        metric.add_label()->set_name(name);
        metric.mutable_label(metric.label_size() - 1)->set_value(value);
      }
      if (!classic && !native) {
        metric.mutable_counter()->set_value(i * 1000003 + f);
        continue;
      }
      metric.mutable_histogram()->set_sample_sum(12.5 * i);
      if (classic) add_classic(*metric.mutable_histogram(), i);
      if (native) add_native(*metric.mutable_histogram());
    }
    out += exposition::delimited(family.SerializeAsString());
  }
  return out;
}

size_t walk_once(const Body& body) {
  Sink sink;
  exposition::ProtobufWalker walker(body.bytes, body.options);
  while (!walker.done()) {
    if (walker.walk_entry(sink)) return 0;
  }
  return sink.samples;
}

bool match_once(scrape::LineTable& table, MatchSink& sink, const Body& body) {
  scrape::ProtobufMatcher matcher(table, body.bytes, body.options);
  if (matcher.match(sink)) return false;
  matcher.commit();
  return true;
}

void report(benchmark::State& state, const Body& body, size_t allocated) {
  const size_t samples = walk_once(body);
  if (samples == 0) state.SkipWithError("parse error");
  using benchmark::Counter;
  state.counters["s/sample"] = Counter(static_cast<double>(state.iterations()) * static_cast<double>(samples),
                                       Counter::Flags(Counter::kIsRate | Counter::kInvert));
  state.counters["bytes/sample"] = static_cast<double>(body.bytes.size()) / static_cast<double>(samples);
  state.counters["samples"] = static_cast<double>(samples);
  state.counters["allocations"] = static_cast<double>(allocated);
}

void walk(benchmark::State& state, const Body& body) {
  size_t before = 0;
  for (auto _ : state) {
    before = allocations;
    benchmark::DoNotOptimize(walk_once(body));
  }
  report(state, body, allocations - before);
}

void match(benchmark::State& state, const Body& body) {
  const scrape::LineSecret secret(7);
  scrape::LineTable table(secret);
  MatchSink sink;
  for (int i = 0; i < 10; ++i) match_once(table, sink, body);
  size_t before = 0;
  for (auto _ : state) {
    before = allocations;
    if (!match_once(table, sink, body)) state.SkipWithError("parse error");
  }
  report(state, body, allocations - before);
}

void match_first(benchmark::State& state, const Body& body) {
  const scrape::LineSecret secret(7);
  size_t before = 0;
  for (auto _ : state) {
    before = allocations;
    scrape::LineTable table(secret);
    MatchSink sink;
    if (!match_once(table, sink, body)) state.SkipWithError("parse error");
  }
  report(state, body, allocations - before);
}

std::vector<Body> bodies(int count, char** names) {
  const ProtobufOptions native{.native_histograms = true};
  std::vector<Body> out = {
      {"counters", made_up(false, false)},
      {"classic", made_up(true, false)},
      {"native", made_up(false, true), native},
      {"native+classic", made_up(true, true), {.native_histograms = true, .always_classic = true}},
      {"converted", made_up(true, false), {.convert_classic = true}},
  };
  for (int i = 1; i < count; ++i) {
    std::ifstream in(names[i], std::ios::binary);
    const std::string name = names[i];
    out.push_back({name.substr(name.rfind('/') + 1), std::string(std::istreambuf_iterator<char>(in), {}), native});
  }
  return out;
}

}  // namespace
}  // namespace narthex

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  static const std::vector<narthex::Body> all = narthex::bodies(argc, argv);
  for (const auto& body : all) {
    const std::pair<const char*, void (*)(benchmark::State&, const narthex::Body&)> kinds[] = {
        {"walk/", narthex::walk}, {"match/", narthex::match}, {"match_first/", narthex::match_first}};
    for (const auto& [prefix, run] : kinds) {
      benchmark::RegisterBenchmark((prefix + body.name).c_str(),
                                   [run = run, &body](benchmark::State& state) { run(state, body); });
    }
  }
  benchmark::RunSpecifiedBenchmarks();
}
