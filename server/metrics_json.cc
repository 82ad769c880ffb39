#include "server/metrics_json.h"

#include <cmath>

#include "base/number.h"
#include "base/quote.h"

namespace narthex::server {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

std::string_view type_name(MetricType type) {
  switch (type) {
    case MetricType::Counter:
      return "COUNTER";
    case MetricType::Summary:
      return "SUMMARY";
    case MetricType::Histogram:
      return "HISTOGRAM";
    case MetricType::Untyped:
      return "UNTYPED";
    default:
      return "GAUGE";
  }
}

void append_number(std::string& out, double value) {
  if (std::isnan(value)) {
    out += "\"NaN\"";
  } else if (std::isinf(value)) {
    out += value > 0 ? "\"Infinity\"" : "\"-Infinity\"";
  } else {
    append_float_plain(out, value);
  }
}

void append_count(std::string& out, uint64_t count) { out.append("\"").append(std::to_string(count)).append("\""); }

void append_labels(std::string& out, const ClientMetric& metric) {
  out += "\"label\":[";
  for (const auto& label : metric.label) {
    if (out.back() != '[') out += ',';
    append_json_string(out += "{\"name\":", label.name);
    append_json_string(out += ",\"value\":", label.value);
    out += '}';
  }
  out += ']';
}

void append_histogram(std::string& out, const ClientMetric::Histogram& histogram) {
  append_count(out += ",\"histogram\":{\"sampleCount\":", histogram.sample_count);
  append_number(out += ",\"sampleSum\":", histogram.sample_sum);
  out += ",\"bucket\":[";
  for (const auto& bucket : histogram.bucket) {
    if (out.back() != '[') out += ',';
    append_count(out += "{\"cumulativeCount\":", bucket.cumulative_count);
    append_number(out += ",\"upperBound\":", bucket.upper_bound);
    out += '}';
  }
  out += "]}";
}

void append_summary(std::string& out, const ClientMetric::Summary& summary) {
  append_count(out += ",\"summary\":{\"sampleCount\":", summary.sample_count);
  append_number(out += ",\"sampleSum\":", summary.sample_sum);
  out += ",\"quantile\":[";
  for (const auto& quantile : summary.quantile) {
    if (out.back() != '[') out += ',';
    append_number(out += "{\"quantile\":", quantile.quantile);
    append_number(out += ",\"value\":", quantile.value);
    out += '}';
  }
  out += "]}";
}

void append_single(std::string& out, std::string_view kind, double value) {
  append_number(out.append(",\"").append(kind).append("\":{\"value\":"), value);
  out += '}';
}

void append_metric(std::string& out, const ClientMetric& metric, MetricType type) {
  out += '{';
  append_labels(out, metric);
  switch (type) {
    case MetricType::Counter:
      append_single(out, "counter", metric.counter.value);
      break;
    case MetricType::Histogram:
      append_histogram(out, metric.histogram);
      break;
    case MetricType::Summary:
      append_summary(out, metric.summary);
      break;
    case MetricType::Untyped:
      append_single(out, "untyped", metric.untyped.value);
      break;
    default:
      append_single(out, "gauge", metric.gauge.value);
  }
  out += '}';
}

}  // namespace

std::string to_proto_json(std::span<const MetricFamily> families, const std::function<bool(std::string_view)>& wanted) {
  std::string out = "[";
  for (const MetricFamily& family : families) {
    if (!wanted(family.name)) continue;
    if (out.size() > 1) out += ',';
    append_json_string(out += "{\"name\":", family.name);
    append_json_string(out += ",\"help\":", family.help);
    out.append(",\"type\":\"").append(type_name(family.type)).append("\",\"metric\":[");
    for (const ClientMetric& metric : family.metric) {
      if (out.back() != '[') out += ',';
      append_metric(out, metric, family.type);
    }
    out += "]}";
  }
  return out += ']';
}

}  // namespace narthex::server
