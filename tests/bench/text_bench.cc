// How long a line of a scraped body takes: walking it, and matching it against the scrape before.
//
//   text_bench [benchmark flags] [body...]      bodies of real targets; without any, or with none readable, a made-up
//   one
//
// Of each body there are eight versions in which 40 % of the values differ from version to version. `ns/line` counts
// all lines, TYPE and HELP too; `ns/sample` only samples. Bodies in Prometheus text are also run as OpenMetrics, with
// the same lines but for comments ("openmetrics/..."); those named *.om.txt only so.

#include <benchmark/benchmark.h>

#include <cstdio>
#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "scrape/line_matcher.h"

namespace narthex {
namespace {

struct Body {
  std::string name;
  bool openmetrics = false;
  std::vector<std::string> versions;
  size_t lines = 0;
  size_t samples = 0;
};

// Lines as most exporters write them.
std::string made_up() {
  std::string out;
  for (int family = 0; family < 100; ++family) {
    const std::string name = "app_http_requests_" + std::to_string(family) + "_total";
    out += "# HELP " + name + " Requests that were answered, by code and handler.\n# TYPE " + name + " counter\n";
    for (int i = 0; i < 20; ++i) {
      out += name + "{code=\"" + std::to_string(200 + i) + "\",handler=\"/api/v1/things\",method=\"get\"} ";
      out += std::to_string(i % 5 == 0 ? i * 1000003 + family : i) + (i % 7 == 0 ? ".25\n" : "\n");
    }
  }
  return out;
}

// The same lines in OpenMetrics.
std::string as_openmetrics(const std::string& body) {
  std::istringstream lines(body);
  std::string out;
  for (std::string line; std::getline(lines, line);) {
    const bool metadata = line.starts_with("# HELP ") || line.starts_with("# TYPE ");
    if (line.empty() || (line[0] == '#' && !metadata)) continue;
    if (line.starts_with("# TYPE ") && line.ends_with(" untyped")) line.replace(line.size() - 7, 7, "unknown");
    out += line + "\n";
  }
  return out + "# EOF\n";
}

// Another value of the same kind: its last digit differs.
std::string next_version(const std::string& body, std::mt19937& random) {
  std::istringstream lines(body);
  std::string out, line;
  while (std::getline(lines, line)) {
    const bool sample = !line.empty() && line[0] != '#';
    if (sample && random() % 10 < 4 && line.back() >= '0' && line.back() <= '9') {
      line.back() = static_cast<char>('0' + (line.back() - '0' + 1) % 10);
    }
    out += line + "\n";
  }
  return out;
}

Body make_body(std::string name, std::string text, bool openmetrics = false) {
  Body body;
  body.openmetrics = openmetrics;
  body.name = (body.openmetrics ? "openmetrics/" : "") + name;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line); ++body.lines) body.samples += !line.empty() && line[0] != '#';
  std::mt19937 random(1);
  for (int i = 0; i < 8; ++i) {
    body.versions.push_back(text);
    text = next_version(text, random);
  }
  return body;
}

// What a scrape loop does with a sample: it sets a slot of its scratch.
struct Sink {
  std::vector<double> values;
  std::vector<uint64_t> seen;
  uint64_t metadata = 0;
  storage::Slot slots = 0;

  void on_series(const exposition::SeriesLine& line) { benchmark::DoNotOptimize(line.value); }
  void on_comment(std::string_view) {}
  void on_known(storage::Slot slot, double value, std::optional<Timestamp>, bool) {
    uint64_t& word = seen[slot >> 6];
    const uint64_t bit = uint64_t{1} << (slot & 63);
    if (word & bit) return;
    word |= bit;
    values[slot] = value;
  }
  scrape::Verdict on_unknown(const exposition::SeriesLine&, exposition::MetricType) {
    values.resize(slots + 1);
    seen.resize(slots / 64 + 1);
    return scrape::Verdict::stored(slots++);
  }
  uint32_t on_type(std::string_view, exposition::MetricType) { return 0; }
  uint32_t on_help(std::string_view, std::string_view) { return 0; }
  uint32_t on_unit(std::string_view, std::string_view) { return 0; }
  void on_metadata_seen(uint32_t) { ++metadata; }
  void on_extras(storage::Slot, const exposition::SeriesLine&) {}
};

void report(benchmark::State& state, const Body& body) {
  const auto rounds = static_cast<double>(state.iterations());
  using benchmark::Counter;
  const Counter::Flags per_item = Counter::Flags(Counter::kIsRate | Counter::kInvert);
  state.counters["s/line"] = Counter(rounds * static_cast<double>(body.lines), per_item);
  state.counters["s/sample"] = Counter(rounds * static_cast<double>(body.samples), per_item);
  state.counters["bytes/line"] = static_cast<double>(body.versions[0].size()) / static_cast<double>(body.lines);
}

template <class Lines>
void walk(benchmark::State& state, const Body& body) {
  size_t version = 0;
  Sink sink;
  for (auto _ : state) {
    auto walker = Lines::make_walker(body.versions[version++ % body.versions.size()], {});
    while (!walker.done()) {
      if (!walker.walk_line(sink)) continue;
      state.SkipWithError("parse error");
      return;
    }
  }
  report(state, body);
}

template <class Lines>
void label(benchmark::State& state, const Body& body) {
  std::vector<std::string_view> keys;
  struct Keys : Sink {
    std::vector<std::string_view>* out;
    void on_series(const exposition::SeriesLine& line) { out->push_back(line.key); }
  } sink;
  sink.out = &keys;
  auto walker = Lines::make_walker(body.versions[0], {});
  while (!walker.done()) {
    if (!walker.walk_line(sink)) continue;
    state.SkipWithError("parse error");
    return;
  }
  exposition::SeriesLabels labels;
  for (auto _ : state) {
    for (const auto key : keys) {
      benchmark::DoNotOptimize(exposition::parse_series(key, exposition::MetricType::kHistogram, labels));
    }
  }
  report(state, body);
}

template <class Lines>
void match_once(benchmark::State& state, scrape::LineTable& table, const std::string& text, Sink& sink) {
  std::fill(sink.seen.begin(), sink.seen.end(), 0);
  scrape::BasicLineMatcher<Lines> matcher(table, text);
  if (matcher.match(sink)) return state.SkipWithError("parse error");
  matcher.commit();
}

template <class Lines>
void match(benchmark::State& state, const Body& body) {
  const scrape::LineSecret secret(7);
  scrape::LineTable table(secret);
  Sink sink;
  size_t version = 0;
  for (auto _ : state) match_once<Lines>(state, table, body.versions[version++ % body.versions.size()], sink);
  report(state, body);
  state.counters["table B/line"] = static_cast<double>(table.memory_bytes()) / static_cast<double>(table.size());
}

// Many targets in turn, as in a server: no table is in the cache when its scrape comes.
template <class Lines>
void match_many(benchmark::State& state, const Body& body) {
  constexpr size_t kTableBytes = 64 << 20;
  const scrape::LineSecret secret(7);
  std::vector<scrape::LineTable> tables(kTableBytes / (24 * body.lines) + 1, scrape::LineTable(secret));
  std::vector<Sink> sinks(tables.size());
  size_t round = 0;
  for (size_t i = 0; i < tables.size(); ++i) match_once<Lines>(state, tables[i], body.versions[0], sinks[i]);
  for (auto _ : state) {
    const size_t target = round % tables.size();
    match_once<Lines>(state, tables[target], body.versions[round++ % body.versions.size()], sinks[target]);
  }
  report(state, body);
  state.counters["targets"] = static_cast<double>(tables.size());
}

template <class Lines>
void first_match(benchmark::State& state, const Body& body) {
  const scrape::LineSecret secret(7);
  for (auto _ : state) {
    scrape::LineTable table(secret);
    Sink sink;
    match_once<Lines>(state, table, body.versions[0], sink);
  }
  report(state, body);
}

// Each scrape lists the lines in another order.
template <class Lines>
void shuffled_match(benchmark::State& state, const Body& body) {
  Body shuffled = body;
  shuffled.versions.clear();
  std::mt19937 random(3);
  for (const std::string& text : body.versions) {
    std::vector<std::string> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) {
      if (line != "# EOF") lines.push_back(line);
    }
    std::shuffle(lines.begin(), lines.end(), random);
    std::string out;
    for (const auto& line : lines) out += line + "\n";
    if (body.openmetrics) out += "# EOF\n";
    shuffled.versions.push_back(std::move(out));
  }
  match<Lines>(state, shuffled);
}

std::vector<Body> bodies(int count, char** names) {
  std::vector<Body> out;
  for (int i = 1; i < count; ++i) {
    std::ifstream in(names[i], std::ios::binary);
    if (!in) {
      std::fprintf(stderr, "%s: not readable\n", names[i]);
      continue;
    }
    const std::string name = names[i];
    std::string text(std::istreambuf_iterator<char>(in), {});
    out.push_back(make_body(name.substr(name.rfind('/') + 1), std::move(text), name.ends_with(".om.txt")));
  }
  if (out.empty()) out.push_back(make_body("made-up", made_up()));
  const size_t given = out.size();
  for (size_t i = 0; i < given; ++i) {
    if (!out[i].openmetrics) out.push_back(make_body(out[i].name, as_openmetrics(out[i].versions[0]), true));
  }
  return out;
}

template <class Lines>
void add_benchmarks(const Body& body) {
  const std::pair<const char*, void (*)(benchmark::State&, const Body&)> kinds[] = {
      {"walk/", walk<Lines>},
      {"parse_series/", label<Lines>},
      {"match/", match<Lines>},
      {"match_many/", match_many<Lines>},
      {"match_first/", first_match<Lines>},
      {"match_shuffled/", shuffled_match<Lines>},
  };
  for (const auto& [prefix, run] : kinds) {
    benchmark::RegisterBenchmark((prefix + body.name).c_str(),
                                 [run = run, &body](benchmark::State& state) { run(state, body); });
  }
}

}  // namespace
}  // namespace narthex

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  static const std::vector<narthex::Body> all = narthex::bodies(argc, argv);
  for (const auto& body : all) {
    if (body.openmetrics) {
      narthex::add_benchmarks<narthex::scrape::OpenMetricsLines>(body);
    } else {
      narthex::add_benchmarks<narthex::scrape::TextLines>(body);
    }
  }
  benchmark::RunSpecifiedBenchmarks();
}
