#include "instrumentation/text_format.h"

#include <gtest/gtest.h>

#include <limits>

namespace narthex::instrumentation {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

MetricFamily family(MetricType type, ClientMetric metric) {
  MetricFamily out;
  out.name = "m";
  out.type = type;
  out.metric.push_back(std::move(metric));
  return out;
}

TEST(TextFormat, WhatTheOwnSerializerGetsWrong) {
  ClientMetric metric;
  metric.label = {{"path", "a\\b\n\"c\""}};
  metric.gauge.value = std::numeric_limits<double>::quiet_NaN();
  MetricFamily nan = family(MetricType::Gauge, metric);
  nan.help = "one\ntwo \\ three";
  EXPECT_EQ(to_text({&nan, 1}), "# HELP m one\\ntwo \\\\ three\n# TYPE m gauge\nm{path=\"a\\\\b\\n\\\"c\\\"\"} NaN\n");
  ClientMetric precise;
  precise.counter.value = 0.1 + 0.2;
  MetricFamily counter = family(MetricType::Counter, precise);
  EXPECT_EQ(to_text({&counter, 1}), "# TYPE m counter\nm 0.30000000000000004\n");
}

TEST(TextFormat, HistogramAlwaysHasItsLastBucket) {
  ClientMetric metric;
  metric.label = {{"a", "b"}};
  metric.histogram.sample_count = 3;
  metric.histogram.sample_sum = 1.5;
  metric.histogram.bucket = {{1, 0.1}, {2, 1}};
  MetricFamily open = family(MetricType::Histogram, metric);
  const std::string expected =
      "# TYPE m histogram\nm_bucket{a=\"b\",le=\"0.1\"} 1\nm_bucket{a=\"b\",le=\"1\"} 2\nm_bucket{a=\"b\",le=\"+Inf\"} "
      "3\n"
      "m_sum{a=\"b\"} 1.5\nm_count{a=\"b\"} 3\n";
  EXPECT_EQ(to_text({&open, 1}), expected);
  metric.histogram.bucket.push_back({3, std::numeric_limits<double>::infinity()});
  MetricFamily closed = family(MetricType::Histogram, metric);
  EXPECT_EQ(to_text({&closed, 1}), expected);
}

TEST(TextFormat, SummaryUntypedAndTimestamps) {
  ClientMetric metric;
  metric.summary.sample_count = 2;
  metric.summary.sample_sum = 3;
  metric.summary.quantile = {{0.5, 1}, {0.99, 2}};
  MetricFamily summary = family(MetricType::Summary, metric);
  EXPECT_EQ(to_text({&summary, 1}),
            "# TYPE m summary\nm{quantile=\"0.5\"} 1\nm{quantile=\"0.99\"} 2\nm_sum 3\nm_count 2\n");
  ClientMetric timed;
  timed.untyped.value = 4;
  timed.timestamp_ms = 1500;
  MetricFamily untyped = family(MetricType::Untyped, timed);
  EXPECT_EQ(to_text({&untyped, 1}), "# TYPE m untyped\nm 4 1500\n");
}

TEST(TextFormat, FamiliesWithoutSeriesAreSilent) {
  MetricFamily empty;
  empty.name = "m";
  EXPECT_EQ(to_text({&empty, 1}), "");
}

}  // namespace
}  // namespace narthex::instrumentation
