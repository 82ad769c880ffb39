#include "instrumentation/text_format.h"

#include <limits>
#include <optional>
#include <vector>

#include "exposition/writer.h"

namespace narthex::instrumentation {
namespace {

using exposition::LabelRef;
using exposition::TextWriter;
using prometheus::ClientMetric;
using prometheus::MetricType;

std::string_view type_name(MetricType type) {
  switch (type) {
    case MetricType::Counter:
      return "counter";
    case MetricType::Gauge:
      return "gauge";
    case MetricType::Summary:
      return "summary";
    case MetricType::Histogram:
      return "histogram";
    case MetricType::Untyped:
      break;
  }
  return "untyped";
}

// One series of a family: its name, labels and time, which all its samples share.
struct Series {
  const std::string& name;
  std::vector<LabelRef> labels;
  std::optional<int64_t> time;
  TextWriter& writer;

  void sample(std::string_view suffix, double value, std::optional<LabelRef> extra = std::nullopt) const {
    writer.sample(name + std::string(suffix), labels, value, extra, time);
  }

  void sum_and_count(double sum, uint64_t count) const {
    sample("_sum", sum);
    sample("_count", static_cast<double>(count));
  }

  void summary(const ClientMetric::Summary& summary) const {
    for (const auto& quantile : summary.quantile) {
      std::string at;
      exposition::append_text_value(at, quantile.quantile);
      sample("", quantile.value, LabelRef{"quantile", at});
    }
    sum_and_count(summary.sample_sum, summary.sample_count);
  }

  void histogram(const ClientMetric::Histogram& histogram) const {
    double last_bound = -std::numeric_limits<double>::infinity();
    for (const auto& bucket : histogram.bucket) {
      std::string bound;
      exposition::append_text_value(bound, bucket.upper_bound);
      sample("_bucket", static_cast<double>(bucket.cumulative_count), LabelRef{"le", bound});
      last_bound = bucket.upper_bound;
    }
    if (last_bound != std::numeric_limits<double>::infinity()) {
      sample("_bucket", static_cast<double>(histogram.sample_count), LabelRef{"le", "+Inf"});
    }
    sum_and_count(histogram.sample_sum, histogram.sample_count);
  }
};

void write_metric(TextWriter& writer, const prometheus::MetricFamily& family, const ClientMetric& metric) {
  Series series{family.name, {}, std::nullopt, writer};
  for (const auto& label : metric.label) series.labels.push_back({label.name, label.value});
  if (metric.timestamp_ms != 0) series.time = metric.timestamp_ms;
  switch (family.type) {
    case MetricType::Counter:
      return series.sample("", metric.counter.value);
    case MetricType::Gauge:
      return series.sample("", metric.gauge.value);
    case MetricType::Summary:
      return series.summary(metric.summary);
    case MetricType::Histogram:
      return series.histogram(metric.histogram);
    case MetricType::Untyped:
      return series.sample("", metric.untyped.value);
  }
}

}  // namespace

std::string to_text(std::span<const prometheus::MetricFamily> families) {
  std::string out;
  TextWriter writer(out);
  for (const auto& family : families) {
    if (family.metric.empty()) continue;
    if (!family.help.empty()) writer.help(family.name, family.help);
    writer.type(family.name, type_name(family.type));
    for (const auto& metric : family.metric) write_metric(writer, family, metric);
  }
  return out;
}

}  // namespace narthex::instrumentation
