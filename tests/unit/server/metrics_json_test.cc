// Metric families as ProtoJSON, kind by kind.
#include "server/metrics_json.h"

#include <gtest/gtest.h>

#include <cmath>

namespace narthex::server {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

MetricFamily family(MetricType type, const ClientMetric& metric) {
  MetricFamily out;
  out.name = "m";
  out.help = "Says \"<x>\".";
  out.type = type;
  out.metric = {metric};
  return out;
}

std::string json(const std::vector<MetricFamily>& families) {
  return to_proto_json(families, [](std::string_view) { return true; });
}

std::string expected(const std::string& type, const std::string& metric) {
  return R"([{"name":"m","help":"Says \"\u003cx\u003e\".","type":")" + type + R"(","metric":[)" + metric + "]}]";
}

TEST(MetricsJson, EveryKind) {
  ClientMetric metric;
  metric.label = {{"a", "b\n"}, {"c", "d"}};
  metric.counter.value = 1e21;
  metric.gauge.value = -0.5;
  metric.untyped.value = std::nan("");
  metric.histogram.sample_count = 3;
  metric.histogram.sample_sum = 2.5;
  metric.histogram.bucket.resize(2);
  metric.histogram.bucket[0].cumulative_count = 1;
  metric.histogram.bucket[0].upper_bound = 0.1;
  metric.histogram.bucket[1].cumulative_count = 3;
  metric.histogram.bucket[1].upper_bound = INFINITY;
  metric.summary.sample_count = 2;
  metric.summary.sample_sum = -INFINITY;
  metric.summary.quantile.resize(1);
  metric.summary.quantile[0].quantile = 0.99;
  metric.summary.quantile[0].value = 7;
  const std::string labels = R"({"label":[{"name":"a","value":"b\n"},{"name":"c","value":"d"}],)";
  const struct {
    MetricType type;
    std::string name, rest;
  } cases[] = {
      {MetricType::Counter, "COUNTER", R"("counter":{"value":1000000000000000000000}})"},
      {MetricType::Gauge, "GAUGE", R"("gauge":{"value":-0.5}})"},
      {MetricType::Untyped, "UNTYPED", R"("untyped":{"value":"NaN"}})"},
      {MetricType::Histogram, "HISTOGRAM",
       R"("histogram":{"sampleCount":"3","sampleSum":2.5,"bucket":[{"cumulativeCount":"1","upperBound":0.1},)"
       R"({"cumulativeCount":"3","upperBound":"Infinity"}]}})"},
      {MetricType::Summary, "SUMMARY",
       R"("summary":{"sampleCount":"2","sampleSum":"-Infinity","quantile":[{"quantile":0.99,"value":7}]}})"},
  };
  for (const auto& c : cases) EXPECT_EQ(json({family(c.type, metric)}), expected(c.name, labels + c.rest)) << c.name;
}

TEST(MetricsJson, OnlyWantedFamilies) {
  MetricFamily one = family(MetricType::Gauge, {});
  MetricFamily two = one;
  two.name = "n";
  const std::vector<MetricFamily> both = {one, two, one};
  const std::string got = to_proto_json(both, [](std::string_view name) { return name == "m"; });
  EXPECT_EQ(got.find("\"n\""), std::string::npos);
  EXPECT_NE(got.find("},{\"name\":\"m\""), std::string::npos) << got;
  EXPECT_EQ(to_proto_json(both, [](std::string_view) { return false; }), "[]");
  EXPECT_EQ(json({}), "[]");
}

}  // namespace
}  // namespace narthex::server
