// How long a sample of a steady scrape takes in each exposition format, as it comes and out of gzip.
//
//   formats_bench [benchmark flags]
//
// The same families stand in each format: counters with three labels, and histograms with twelve buckets; besides,
// native histograms of 40 buckets, which only protobuf has. Of each body there are eight versions, from one to
// the next of which 40 % of the series change. A classic histogram is 14 samples, a native one is one.
//
// match: what becomes of a body whose target is known. gunzip+match: the same with what the network client does before.

#include <benchmark/benchmark.h>

#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "exposition/writer.h"
#include "net/detail/gzip.h"
#include "scrape/line_matcher.h"
#include "scrape/protobuf_matcher.h"
#include "tests/support/protobuf_bodies.h"

namespace narthex {
namespace {

namespace pb = exposition::pb;
using exposition::Format;
using Families = std::vector<pb::MetricFamily>;

constexpr int kVersions = 8;
constexpr int kRepetitions = 9;
constexpr size_t kLimit = 64 << 20;

enum class Kind { kCounters, kClassic, kNative };

// Counts `amount` more in one of twelve buckets.
void observe_classic(pb::Histogram& out, unsigned amount, std::mt19937& random) {
  constexpr int kBuckets = 12;
  while (out.bucket_size() < kBuckets) {
    const int bucket = out.bucket_size();
    out.add_bucket()->set_upper_bound(bucket + 1 == kBuckets ? HUGE_VAL : 0.005 * (1 << bucket));
  }
  for (auto bucket = static_cast<int>(random() % kBuckets); bucket < kBuckets; ++bucket) {
    pb::Bucket& grown = *out.mutable_bucket(bucket);
    grown.set_cumulative_count(grown.cumulative_count() + amount);
  }
}

// Counts `amount` more in one of forty buckets, but for the last, in five spans.
void observe_native(pb::Histogram& out, unsigned amount, std::mt19937& random) {
  constexpr int kBuckets = 40;
  if (out.positive_span_size() == 0) {
    out.set_schema(3);
    out.set_zero_threshold(1e-128);
    for (int span = 0; span < 5; ++span) {
      out.add_positive_span()->set_offset(span == 0 ? -11 : 3);
      out.mutable_positive_span(span)->set_length(kBuckets / 5);
    }
    out.mutable_positive_delta()->Resize(kBuckets, 0);
  }
  const auto bucket = static_cast<int>(random() % (kBuckets - 1));
  out.set_positive_delta(bucket, out.positive_delta(bucket) + amount);
  out.set_positive_delta(bucket + 1, out.positive_delta(bucket + 1) - amount);
}

void observe(pb::Metric& metric, Kind kind, unsigned amount, std::mt19937& random) {
  if (kind == Kind::kCounters) return metric.mutable_counter()->set_value(metric.counter().value() + amount);
  pb::Histogram& histogram = *metric.mutable_histogram();
  histogram.set_sample_count(histogram.sample_count() + amount);
  histogram.set_sample_sum(histogram.sample_sum() + 0.001 * amount * static_cast<double>(random() % 1000));
  if (kind == Kind::kClassic) observe_classic(histogram, amount, random);
  if (kind == Kind::kNative) observe_native(histogram, amount, random);
}

void add_labels(pb::Metric& metric, int i, std::mt19937& random) {
  const std::pair<const char*, std::string> labels[] = {
      {"code", std::to_string(200 + i)},
      {"handler", "/api/v1/things/" + std::to_string(random() % 1000)},
      {"method", "get"}};
  for (const auto& [name, value] : labels) {
    pb::LabelPair& label = *metric.add_label();
    label.set_name(name);
    label.set_value(value);
  }
}

Families first_version(Kind kind, std::mt19937& random) {
  Families out(kind == Kind::kClassic ? 8 : 100);
  for (size_t f = 0; f < out.size(); ++f) {
    out[f].set_name("app_http_requests_" + std::to_string(f) + (kind == Kind::kCounters ? "_total" : "_seconds"));
    out[f].set_help("Requests that were answered, by code and handler.");
    out[f].set_type(kind == Kind::kCounters ? pb::COUNTER : pb::HISTOGRAM);
    for (int i = 0; i < 20; ++i) {
      pb::Metric& metric = *out[f].add_metric();
      add_labels(metric, i, random);
      // Some are busy, most are not: so that gzip finds as much to do as in real bodies.
      const auto most = 2U << random() % 20;
      for (int n = 0; n < 40; ++n) observe(metric, kind, static_cast<unsigned>(random() % most), random);
    }
  }
  return out;
}

void next_version(Families& families, Kind kind, std::mt19937& random) {
  for (pb::MetricFamily& family : families) {
    for (pb::Metric& metric : *family.mutable_metric()) {
      if (random() % 10 < 4) observe(metric, kind, 1, random);
    }
  }
}

void write_text(exposition::TextWriter& writer, const std::string& name, const pb::Metric& metric) {
  std::vector<exposition::LabelRef> labels;
  for (const pb::LabelPair& label : metric.label()) labels.push_back({label.name(), label.value()});
  if (metric.has_counter()) return writer.sample(name, labels, metric.counter().value());
  const pb::Histogram& histogram = metric.histogram();
  for (const pb::Bucket& bucket : histogram.bucket()) {
    std::string bound;
    exposition::append_text_value(bound, bucket.upper_bound());
    const auto count = static_cast<double>(bucket.cumulative_count());
    writer.sample(name + "_bucket", labels, count, exposition::LabelRef{"le", bound});
  }
  writer.sample(name + "_sum", labels, histogram.sample_sum());
  writer.sample(name + "_count", labels, static_cast<double>(histogram.sample_count()));
}

std::string body_of(const Families& families, Format format) {
  if (format == Format::kProtobuf) return exposition::body_of(families);
  std::string out;
  exposition::TextWriter writer(out);
  for (const pb::MetricFamily& family : families) {
    std::string described = family.name();
    if (format == Format::kOpenMetrics && described.ends_with("_total")) described.resize(described.size() - 6);
    writer.help(described, family.help());
    writer.type(described, family.type() == pb::COUNTER ? "counter" : "histogram");
    for (const pb::Metric& metric : family.metric()) write_text(writer, family.name(), metric);
  }
  if (format == Format::kOpenMetrics) out += "# EOF\n";
  return out;
}

// What a scrape loop does with a sample: it sets a slot of its scratch.
struct Sink {
  std::vector<double> values;
  size_t known = 0;

  void on_known(storage::Slot slot, double value, std::optional<Timestamp>, bool) {
    ++known;
    values[slot] = value;
  }
  bool on_known_histogram(storage::Slot slot, const exposition::HistogramLine& line, bool) {
    ++known;
    values[slot] = line.histogram.sum;
    return true;
  }
  void on_extras(storage::Slot, const exposition::SeriesLine&) {}
  scrape::Verdict on_unknown(const exposition::SeriesLine&, exposition::MetricType) { return add(); }
  scrape::Verdict on_unknown_histogram(const exposition::HistogramLine&) { return add(); }
  scrape::Verdict add() {
    values.push_back(0);
    return scrape::Verdict::stored(static_cast<storage::Slot>(values.size() - 1));
  }
  uint32_t on_type(std::string_view, exposition::MetricType) { return 0; }
  uint32_t on_help(std::string_view, std::string_view) { return 0; }
  uint32_t on_unit(std::string_view, std::string_view) { return 0; }
  void on_metadata_seen(uint32_t) {}
};

template <class Matcher, class Options>
bool match(scrape::LineTable& table, std::string_view body, const Options& options, Sink& sink) {
  Matcher matcher(table, body, options);
  if (matcher.match(sink)) return false;
  matcher.commit();
  return true;
}

// A target of one format.
class Target {
 public:
  Target(Kind kind, Format format) : format_(format) {
    std::mt19937 random(1);
    Families families = first_version(kind, random);
    for (int i = 0; i < kVersions; ++i) {
      bodies_.push_back(body_of(families, format));
      zipped_.push_back(net::compress(bodies_.back(), net::Coding::kGzip));
      next_version(families, kind, random);
    }
  }

  bool match(size_t round) { return match_body(bodies_[round % kVersions]); }
  bool gunzip_and_match(size_t round) {
    return net::gunzip(zipped_[round % kVersions], kLimit, unzipped_) && match_body(unzipped_);
  }
  // How many samples of the last scrapes were known; starts anew.
  size_t take_known() { return std::exchange(sink_.known, 0); }
  size_t bytes(bool gzip) const { return (gzip ? zipped_ : bodies_).front().size(); }

 private:
  bool match_body(std::string_view body) {
    switch (format_) {
      case Format::kText:
        return narthex::match<scrape::LineMatcher>(table_, body, scrape::TextLines::Options{}, sink_);
      case Format::kOpenMetrics:
        return narthex::match<scrape::OpenMetricsMatcher>(table_, body, scrape::OpenMetricsLines::Options{}, sink_);
      case Format::kProtobuf:
        return narthex::match<scrape::ProtobufMatcher>(table_, body,
                                                       exposition::ProtobufOptions{.native_histograms = true}, sink_);
    }
    return false;
  }

  const Format format_;
  std::vector<std::string> bodies_;
  std::vector<std::string> zipped_;
  std::string unzipped_;
  const scrape::LineSecret secret_{7};
  scrape::LineTable table_{secret_};
  Sink sink_;
};

void run(benchmark::State& state, Kind kind, Format format, bool gzip) {
  Target target(kind, format);
  const auto scrape = [&](size_t round) { return gzip ? target.gunzip_and_match(round) : target.match(round); };
  bool good = true;
  for (size_t round = 0; round < kVersions; ++round) good = good && scrape(round);
  target.take_known();
  size_t round = 0;
  for (auto _ : state) good = scrape(round++) && good;
  const size_t samples = target.take_known();
  // A parse error ends a scrape early; an unknown line in the steady state would be another's time.
  const size_t wanted = kind == Kind::kClassic ? size_t{8} * 20 * 14 : size_t{100} * 20;
  if (!good || samples != wanted * round) return state.SkipWithError("not the scrape that was meant");
  using benchmark::Counter;
  state.counters["s/sample"] =
      Counter(static_cast<double>(samples), Counter::Flags(Counter::kIsRate | Counter::kInvert));
  state.counters["bytes/sample"] = static_cast<double>(target.bytes(gzip)) / static_cast<double>(wanted);
}

void add_benchmarks() {
  constexpr std::pair<const char*, Format> kFormats[] = {
      {"text", Format::kText}, {"openmetrics", Format::kOpenMetrics}, {"protobuf", Format::kProtobuf}};
  constexpr std::pair<const char*, Kind> kKinds[] = {
      {"counters", Kind::kCounters}, {"classic", Kind::kClassic}, {"native", Kind::kNative}};
  for (const auto& [kind_name, kind] : kKinds) {
    for (const auto& [format_name, format] : kFormats) {
      if (kind == Kind::kNative && format != Format::kProtobuf) continue;
      for (const bool gzip : {false, true}) {
        const std::string name = std::string(format_name) + "/" + kind_name + (gzip ? "/gunzip+match" : "/match");
        const auto body = [kind = kind, format = format, gzip](benchmark::State& s) { run(s, kind, format, gzip); };
        benchmark::RegisterBenchmark(name.c_str(), body)
            ->MinTime(0.1)
            ->Repetitions(kRepetitions)
            ->ReportAggregatesOnly();
      }
    }
  }
}

}  // namespace
}  // namespace narthex

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  narthex::add_benchmarks();
  benchmark::RunSpecifiedBenchmarks();
}
