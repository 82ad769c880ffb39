// What a segment costs: time to write and read a sample, bytes per sample and per constant series, time to select.
//
//   segment_bench [series] [samples per series] [targets] [kind]       default: 100000 240 1000 mixed; 10000 5760 for a
//   day
//
// Kinds: mixed (half constant; of the others 70 % counters, 20 % gauges with two decimals, 10 % true doubles; targets
// are scraped a few ms late now and then); constant.
#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>

#include "storage/segment/builder.h"
#include "storage/segment/segment.h"

namespace narthex::storage {
namespace {

uint64_t mix(uint64_t x) {
  x ^= x >> 33, x *= 0xff51afd7ed558ccdull, x ^= x >> 33, x *= 0xc4ceb9fe1a85ec53ull;
  return x ^ x >> 33;
}

struct Load {
  uint64_t series;
  uint64_t samples;
  uint64_t targets;
  bool constant;
  uint64_t metrics() const { return series / targets; }
};

void fill(const Load& load, uint64_t series, Column& column) {
  const uint64_t kind = load.constant ? 0 : series % 20;
  const uint64_t rate = mix(series) % 300;
  double counter = static_cast<double>(rate * 1000);
  column.values.resize(load.samples);
  for (uint64_t i = 0; i < load.samples; ++i) {
    const uint64_t noise = mix(series << 20 ^ i);
    if (kind < 10) {
      column.values[i] = static_cast<double>(rate);
    } else if (kind < 17) {
      counter += noise % 5 == 0 ? 0 : static_cast<double>(rate + noise % 16);
      column.values[i] = counter;
    } else if (kind < 19) {
      column.values[i] = static_cast<double>(noise % 10000) / 100;
    } else {
      column.values[i] = std::sqrt(static_cast<double>(noise));
    }
  }
}

class MemoryPages final : public PageSink, public PageSource {
 public:
  Result<> put(PageKind kind, uint64_t number, std::string_view bytes) override {
    pages_[{kind, number}] = bytes;
    of_kind[kind] += bytes.size();
    return {};
  }
  Result<> get(PageKind kind, uint64_t number, std::string& out) const override {
    out = pages_.at({kind, number});
    return {};
  }
  std::map<PageKind, size_t> of_kind;
  size_t bytes() const {
    size_t sum = 0;
    for (const auto& [kind, bytes] : of_kind) sum += bytes;
    return sum;
  }
  size_t pages() const { return pages_.size(); }

 private:
  std::map<std::pair<PageKind, uint64_t>, std::string> pages_;
};

double seconds() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

void report(const std::string& what, double value, const char* unit) {
  std::printf("%-44s %12.3f %s\n", what.c_str(), value, unit);
}

std::vector<std::vector<Timestamp>> times_of_targets(const Load& load) {
  std::vector<std::vector<Timestamp>> times(load.targets);
  for (uint64_t target = 0; target < load.targets; ++target) {
    for (uint64_t i = 0; i < load.samples; ++i) {
      const uint64_t late = mix(target << 24 ^ i) % 16 == 0 ? mix(i) % 5 : 0;
      times[target].push_back(static_cast<Timestamp>(1'700'000'000'000 + i * 15'000 + mix(target) % 15'000 + late));
    }
  }
  return times;
}

// Seconds without those that making the samples takes.
double build(const Load& load, MemoryPages& pages) {
  const auto times = times_of_targets(load);
  SegmentBuilder builder(pages, {});
  double spent = -seconds();
  std::vector<ListNumber> targets;
  for (uint64_t t = 0; t < load.targets; ++t) {
    const std::string instance = fmt::format("10.0.{}.{}:9100", t / 256, t % 256);
    const PairView pairs[] = {{"instance", instance}, {"job", "node"}};
    targets.push_back(builder.list(pairs));
    builder.expect_times(targets.back(), times[t]);
  }
  Column column;
  for (uint64_t m = 0; m < load.metrics(); ++m) {
    const std::string name = fmt::format("node_metric_{:06}_total", m);
    const PairView pairs[] = {{"__name__", name}, {"mode", "idle"}};
    const ListNumber difference = builder.list(pairs);
    for (uint64_t t = 0; t < load.targets; ++t) {
      spent += seconds();
      column.timestamps = times[t];
      fill(load, m * 20 * load.targets + t * 20 + m % 20, column);
      spent -= seconds();
      if (!builder.add(targets[t], difference, column)) std::abort();
    }
  }
  if (!builder.finish()) std::abort();
  return spent + seconds();
}

void select(const Segment& segment, const char* what, const std::vector<Matcher>& matchers) {
  double best = 1e9;
  size_t found = 0;
  for (int i = 0; i < 20; ++i) {
    const double began = seconds();
    found = segment.select(matchers, kMinTime, kMaxTime)->size();
    best = std::min(best, seconds() - began);
  }
  report(fmt::format("select {} ({} series)", what, found), best * 1e6, "us");
}

void run(const Load& load) {
  const auto pages = std::make_shared<MemoryPages>();
  const double samples = static_cast<double>(load.metrics() * load.targets * load.samples);
  const double series = static_cast<double>(load.metrics() * load.targets);
  report("build", build(load, *pages) * 1e9 / samples, "ns/sample");
  report("bytes", static_cast<double>(pages->bytes()) / samples, "B/sample");
  report("bytes", static_cast<double>(pages->bytes()) / series, "B/series");
  const char* kinds[] = {"",        "packs",  "times",     "index",     "lists",
                         "symbols", "labels", "exemplars", "directory", "footer"};
  for (const auto& [kind, bytes] : pages->of_kind) {
    report(fmt::format("  {}", kinds[static_cast<size_t>(kind)]), static_cast<double>(bytes) / series, "B/series");
  }
  report("pages", static_cast<double>(pages->pages()) / series, "per series");
  PageCache cache(64 << 20);
  const auto segment = *Segment::open(1, pages, cache);
  for (const CodecCount& c : segment->footer().codecs) {
    report(fmt::format("  {}: {} columns", c.codec, c.columns),
           static_cast<double>(c.bytes) / static_cast<double>(c.samples), "B/sample in packs");
  }
  Column column;
  double began = seconds();
  const auto all = *segment->all();
  report("all series listed", (seconds() - began) * 1e9 / series, "ns/series");
  began = seconds();
  for (const SegmentSeries& s : all) {
    column.clear();
    if (!segment->read(s, kMinTime, kMaxTime, column) || column.size() != load.samples) std::abort();
  }
  report("read in full", (seconds() - began) * 1e9 / samples, "ns/sample");
  began = seconds();
  for (const SegmentSeries& s : all) (void)segment->labels(s);
  report("labels", (seconds() - began) * 1e9 / series, "ns/series");
  select(*segment, "{__name__=\"x\"}", {Matcher::equal("__name__", "node_metric_000003_total")});
  select(*segment, "{__name__=\"x\", instance=\"y\"}",
         {Matcher::equal("__name__", "node_metric_000003_total"), Matcher::equal("instance", "10.0.0.7:9100")});
  select(*segment, "{__name__=~\"...\"}", {*Matcher::make(MatchType::kRegex, "__name__", "node_metric_.*[13]_total")});
  select(*segment, "{instance=\"y\"}", {Matcher::equal("instance", "10.0.0.7:9100")});
  select(*segment, "{unknown=\"z\"}",
         {Matcher::equal("__name__", "node_metric_000003_total"), Matcher::equal("unknown", "z")});
  began = seconds();
  const auto damage = segment->verify();
  report("verified", (seconds() - began) * 1e9 / samples, "ns/sample");
  for (const std::string& line : damage) std::puts(line.c_str());
}

}  // namespace
}  // namespace narthex::storage

int main(int argc, char** argv) {
  const auto argument = [&](int i, uint64_t otherwise) {
    return argc > i ? std::strtoull(argv[i], nullptr, 10) : otherwise;
  };
  const bool constant = argc > 4 && std::string_view(argv[4]) == "constant";
  narthex::storage::run({argument(1, 100'000), argument(2, 240), argument(3, 1000), constant});
}
