#include "exposition/protobuf.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/wire.h"
#include "tests/unit/exposition/protobuf_dump.h"

namespace narthex::exposition {
namespace {

using namespace std::string_literals;
using Family = pb::MetricFamily;

Family family(pb::MetricType type, std::string name = "m") {
  Family out;
  out.set_name(std::move(name));
  out.set_type(type);
  return out;
}

void add_label(pb::Metric& metric, const std::string& name, const std::string& value) {
  pb::LabelPair& label = *metric.add_label();
  label.set_name(name);
  label.set_value(value);
}

std::string walk(const Family& only, const ProtobufOptions& options = {}) {
  return walk_protobuf(delimited(only.SerializeAsString()), options);
}

// The entries without those that tell what the family is.
std::string series_of(const Family& only, const ProtobufOptions& options = {}) {
  const std::string all = walk(only, options);
  const size_t type = all.find("TYPE ");
  return type == all.npos ? all : all.substr(all.find('\n', type) + 1);
}

TEST(ProtobufWalker, OrderOfAFamily) {
  Family f = family(pb::COUNTER);
  f.set_help("Some \\ text.");
  f.set_unit("seconds");
  f.add_metric()->mutable_counter()->set_value(1);
  pb::Metric& second = *f.add_metric();
  add_label(second, "a", "b");
  second.set_timestamp_ms(-5);
  const std::string help = "HELP \"m\" \"Some \\\\ text.\"\n";
  const std::string rest = "TYPE \"m\" counter\n\"m\"{} 1\n\"m\"{\"a\"=\"b\"} 0 @-5\n";
  EXPECT_EQ(walk(f), help + "UNIT \"m\" \"seconds\"\n" + rest);
  f.clear_unit();
  EXPECT_EQ(walk(f), help + rest);
}

TEST(ProtobufWalker, FamiliesWithoutMetricsAreSkipped) {
  Family empty = family(static_cast<pb::MetricType>(99), "\xff");
  Family f = family(pb::GAUGE);
  f.add_metric();
  const std::string one = "HELP \"m\" \"\"\nTYPE \"m\" gauge\n\"m\"{} 0\n";
  EXPECT_EQ(walk_protobuf(""), "");
  EXPECT_EQ(walk(empty), "");
  EXPECT_EQ(walk_protobuf("\0\0"s), "");
  EXPECT_EQ(walk_protobuf(body_of(std::vector{empty, f, empty, empty, f, empty})), one + one);
}

TEST(ProtobufWalker, SimpleTypes) {
  const struct {
    pb::MetricType type;
    const char* name;
    int value;
  } cases[] = {{pb::COUNTER, "counter", 3}, {pb::GAUGE, "gauge", 2}, {pb::UNTYPED, "unknown", 5}};
  for (const auto& [type, name, value] : cases) {
    Family f = family(type);
    pb::Metric& metric = *f.add_metric();
    metric.mutable_gauge()->set_value(2);
    metric.mutable_counter()->set_value(3);
    metric.mutable_untyped()->set_value(5);
    EXPECT_EQ(walk(f),
              "HELP \"m\" \"\"\nTYPE \"m\" " + std::string(name) + "\n\"m\"{} " + std::to_string(value) + "\n");
  }
}

TEST(ProtobufWalker, NansKeepTheirBits) {
  Family f = family(pb::GAUGE);
  for (const uint64_t bits : {kStaleBits, kNanBits, uint64_t{0xfff8000000000007}}) {
    f.add_metric()->mutable_gauge()->set_value(std::bit_cast<double>(bits));
  }
  EXPECT_EQ(series_of(f),
            "\"m\"{} NaN(7ff0000000000002)\n\"m\"{} NaN(7ff8000000000001)\n\"m\"{} NaN(fff8000000000007)\n");
}

TEST(ProtobufWalker, Summaries) {
  Family f = family(pb::SUMMARY, "my.s");
  pb::Metric& metric = *f.add_metric();
  add_label(metric, "a", "b");
  pb::Summary& summary = *metric.mutable_summary();
  summary.set_sample_count(7);
  summary.set_sample_sum(2.5);
  for (const double q : {0.5, 1.0, 0.00001, std::nan(""), -0.0}) {
    pb::Quantile& quantile = *summary.add_quantile();
    quantile.set_quantile(q);
    quantile.set_value(q * 2);
  }
  f.add_metric();
  EXPECT_EQ(series_of(f),
            "\"my.s_count\"{\"a\"=\"b\"} 7\n"
            "\"my.s_sum\"{\"a\"=\"b\"} 2.5\n"
            "\"my.s\"{\"a\"=\"b\",\"quantile\"=\"0.5\"} 1\n"
            "\"my.s\"{\"a\"=\"b\",\"quantile\"=\"1.0\"} 2\n"
            "\"my.s\"{\"a\"=\"b\",\"quantile\"=\"1e-05\"} 0.00002\n"
            "\"my.s\"{\"a\"=\"b\",\"quantile\"=\"NaN\"} NaN(7ff8000000000000)\n"
            "\"my.s\"{\"a\"=\"b\",\"quantile\"=\"0.0\"} -0\n"
            "\"my.s_count\"{} 0\n"
            "\"my.s_sum\"{} 0\n");
}

pb::Bucket& add_bucket(pb::Histogram& histogram, double bound, uint64_t count) {
  pb::Bucket& bucket = *histogram.add_bucket();
  bucket.set_upper_bound(bound);
  bucket.set_cumulative_count(count);
  return bucket;
}

Family classic(pb::MetricType type = pb::HISTOGRAM) {
  Family f = family(type, "h");
  pb::Histogram& h = *f.add_metric()->mutable_histogram();
  h.set_sample_count(3);
  h.set_sample_sum(4.5);
  add_bucket(h, 1, 2);
  return f;
}

void make_native(Family& f) {
  pb::Histogram& h = *f.mutable_metric(0)->mutable_histogram();
  h.set_schema(1);
  h.set_zero_threshold(0.25);
  h.set_zero_count(1);
  h.add_positive_span()->set_offset(-1);
  h.mutable_positive_span(0)->set_length(3);
  for (const int64_t delta : {1, -1, 1}) h.add_positive_delta(delta);
}

const char kCount[] = "\"h_count\"{} 3\n";
const char kSum[] = "\"h_sum\"{} 4.5\n";
const std::string kClassic =
    std::string(kCount) + kSum + "\"h_bucket\"{\"le\"=\"1.0\"} 2\n\"h_bucket\"{\"le\"=\"+Inf\"} 3\n";
const std::string kInfiniteOnly = std::string(kCount) + kSum + "\"h_bucket\"{\"le\"=\"+Inf\"} 3\n";
const std::string kNative = "\"h\"{} {schema:1 count:3 sum:4.5 zero_threshold:0.25 zero_count:1 positive:-1[1],1[1]}\n";
const std::string kConverted = "\"h\"{} {schema:-53 count:3 sum:4.5 positive:0[2 1] custom:[1]}\n";
const std::string kConvertedInfinite = "\"h\"{} {schema:-53 count:3 sum:4.5 positive:0[3]}\n";

// Every row of the table in the spec.
TEST(ProtobufWalker, WhatBecomesOfHistograms) {
  Family neither = family(pb::HISTOGRAM, "h"), both = classic(), native = neither;
  neither.add_metric()->mutable_histogram()->set_sample_count(3);
  neither.mutable_metric(0)->mutable_histogram()->set_sample_sum(4.5);
  native = neither;
  make_native(native);
  make_native(both);
  for (const bool with_native : {false, true}) {
    for (const Family* f : {&native, &both}) {
      const bool has_classic = f == &both;
      const std::string series = has_classic ? kClassic : kInfiniteOnly;
      const std::string converted = has_classic ? kConverted : kConvertedInfinite;
      for (const bool always : {false, true}) {
        for (const bool convert : {false, true}) {
          SCOPED_TRACE(std::to_string(with_native) + std::to_string(has_classic) + std::to_string(always) +
                       std::to_string(convert));
          std::string expected = convert ? (always ? series + converted : converted) : series;
          if (with_native) expected = kNative + (always && has_classic ? series : "");
          EXPECT_EQ(series_of(*f, {with_native, always, convert}), expected);
        }
      }
    }
    EXPECT_EQ(series_of(classic(), {with_native, false, false}), kClassic);
    EXPECT_EQ(series_of(classic(), {with_native, true, false}), kClassic);
    EXPECT_EQ(series_of(classic(), {with_native, false, true}), kConverted);
    EXPECT_EQ(series_of(classic(), {with_native, true, true}), kClassic + kConverted);
    EXPECT_EQ(series_of(neither, {with_native, false, false}), kInfiniteOnly);
    EXPECT_EQ(series_of(neither, {with_native, false, true}), kConvertedInfinite);
  }
}

TEST(ProtobufWalker, WhatMakesAHistogramNative) {
  const struct {
    void (*change)(pb::Histogram&);
    bool native;
  } cases[] = {
      {[](pb::Histogram&) {}, false},
      {[](pb::Histogram& h) { h.add_positive_span(); }, true},
      {[](pb::Histogram& h) { h.add_negative_span(); }, true},
      {[](pb::Histogram& h) { h.set_zero_threshold(1e-300); }, true},
      {[](pb::Histogram& h) { h.set_zero_count(1); }, true},
      {[](pb::Histogram& h) { h.set_zero_count_float(1); }, false},
      {[](pb::Histogram& h) { h.set_schema(3); }, false},
      {[](pb::Histogram& h) { h.set_zero_threshold(std::nan("")); }, false},
  };
  for (const auto& [change, native] : cases) {
    Family f = family(pb::HISTOGRAM, "h");
    change(*f.add_metric()->mutable_histogram());
    EXPECT_EQ(series_of(f, {.native_histograms = true}).find("schema:") != std::string::npos, native) << &change;
  }
}

TEST(ProtobufWalker, BucketsEndAtInfinity) {
  Family f = classic();
  pb::Histogram& h = *f.mutable_metric(0)->mutable_histogram();
  add_bucket(h, HUGE_VAL, 7);
  add_bucket(h, 2, 8);
  add_bucket(h, HUGE_VAL, 9);
  EXPECT_EQ(series_of(f),
            std::string(kCount) + kSum + "\"h_bucket\"{\"le\"=\"1.0\"} 2\n\"h_bucket\"{\"le\"=\"+Inf\"} 7\n");
  *f.add_metric() = classic().metric(0);
  EXPECT_EQ(series_of(f).find(kClassic), series_of(f).size() - kClassic.size()) << "the next metric starts afresh";
}

TEST(ProtobufWalker, FloatFieldsOverrule) {
  Family f = classic();
  pb::Histogram& h = *f.mutable_metric(0)->mutable_histogram();
  h.set_sample_count_float(2.5);
  h.mutable_bucket(0)->set_cumulative_count_float(1.5);
  EXPECT_EQ(series_of(f),
            "\"h_count\"{} 2.5\n\"h_sum\"{} 4.5\n\"h_bucket\"{\"le\"=\"1.0\"} 1.5\n"
            "\"h_bucket\"{\"le\"=\"+Inf\"} 2.5\n");
  EXPECT_EQ(series_of(f, {.convert_classic = true}),
            "\"h\"{} {float schema:-53 count:2.5 sum:4.5 positive:0[1.5 1] custom:[1]}\n");
}

TEST(ProtobufWalker, GaugeHistograms) {
  Family f = classic(pb::GAUGE_HISTOGRAM);
  EXPECT_EQ(walk(f), "HELP \"h\" \"\"\nTYPE \"h\" gaugehistogram\n" + kClassic);
  const auto hinted = [](std::string text) { return text.insert(text.size() - 2, " hint:gauge"); };
  EXPECT_EQ(series_of(f, {.convert_classic = true}), hinted(kConverted));
  make_native(f);
  EXPECT_EQ(series_of(f, {.native_histograms = true}), hinted(kNative));
}

TEST(ProtobufWalker, FloatNativeHistograms) {
  for (const bool by_count : {true, false}) {
    Family f = family(pb::HISTOGRAM, "h");
    pb::Histogram& h = *f.add_metric()->mutable_histogram();
    h.set_schema(-2);
    h.set_zero_threshold(1);
    h.set_sample_count(99);
    h.set_zero_count(98);
    if (by_count) h.set_sample_count_float(4.5);
    h.set_zero_count_float(by_count ? 0 : 0.5);
    h.add_negative_span()->set_length(3);
    for (const double count : {1.5, 0.0, 2.5}) h.add_negative_count(count);
    h.add_negative_delta(7);
    EXPECT_EQ(series_of(f, {.native_histograms = true}),
              by_count ? "\"h\"{} {float schema:-2 count:4.5 sum:0 zero_threshold:1 negative:0[1.5],2[2.5]}\n"
                       : "\"h\"{} {float schema:-2 count:0 sum:0 zero_threshold:1 zero_count:0.5 "
                         "negative:0[1.5],2[2.5]}\n");
  }
}

TEST(ProtobufWalker, ExemplarsOfSeries) {
  const auto fill = [](pb::Exemplar& exemplar, double value, bool timed) {
    pb::LabelPair& label = *exemplar.add_label();
    label.set_name("id");
    label.set_value("x\"y");
    exemplar.set_value(value);
    if (timed) exemplar.mutable_timestamp()->set_seconds(-2), exemplar.mutable_timestamp()->set_nanos(3'999'999);
  };
  Family counter = family(pb::COUNTER);
  fill(*counter.add_metric()->mutable_counter()->mutable_exemplar(), 0.5, false);
  counter.add_metric()->mutable_counter()->mutable_exemplar();
  counter.add_metric();
  EXPECT_EQ(series_of(counter), "\"m\"{} 0 # {\"id\"=\"x\\\"y\"} 0.5\n\"m\"{} 0 # {} 0\n\"m\"{} 0\n");

  Family f = classic();
  pb::Histogram& h = *f.mutable_metric(0)->mutable_histogram();
  fill(*h.mutable_bucket(0)->mutable_exemplar(), 0.75, false);
  fill(*add_bucket(h, 2, 3).mutable_exemplar(), 1.5, true);
  const std::string untimed = " # {\"id\"=\"x\\\"y\"} 0.75", timed = " # {\"id\"=\"x\\\"y\"} 1.5 @-1997";
  EXPECT_EQ(series_of(f), std::string(kCount) + kSum + "\"h_bucket\"{\"le\"=\"1.0\"} 2" + untimed +
                              "\n\"h_bucket\"{\"le\"=\"2.0\"} 3" + timed + "\n\"h_bucket\"{\"le\"=\"+Inf\"} 3\n");
  const auto of_native = [&] {
    const std::string told = series_of(f, {.native_histograms = true});
    return told.substr(told.find('}', told.find("schema")) + 1);
  };
  make_native(f);
  EXPECT_EQ(of_native(), timed + "\n") << "those of buckets, if they have a time";
  fill(*h.add_exemplars(), 9, false);
  EXPECT_EQ(of_native(), "\n") << "its own, of which none has a time";
  fill(*h.add_exemplars(), 1.5, true);
  h.add_exemplars()->mutable_timestamp();
  EXPECT_EQ(of_native(), timed + " # {} 0 @0\n");
}

TEST(ProtobufWalker, StartsAreReadOnRequest) {
  const auto set = [](pb::Timestamp* time) { time->set_seconds(5), time->set_nanos(1'500'000); };
  Family counter = family(pb::COUNTER), summary = family(pb::SUMMARY), histogram = classic(), gauge = family(pb::GAUGE);
  set(counter.add_metric()->mutable_counter()->mutable_start_timestamp());
  set(summary.add_metric()->mutable_summary()->mutable_start_timestamp());
  set(histogram.mutable_metric(0)->mutable_histogram()->mutable_start_timestamp());
  gauge.add_metric();
  const std::string body = body_of(std::vector{counter, summary, histogram, gauge});
  const auto starts = [&](const ProtobufOptions& options) {
    const std::string told = walk_protobuf(body, options);
    int count = 0;
    for (size_t at = 0; (at = told.find(" since 5001\n", at)) != told.npos; ++at) ++count;
    return count;
  };
  EXPECT_EQ(starts({}), 0);
  EXPECT_EQ(starts({.read_start = true}), 1 + 2 + 4);
  EXPECT_EQ(starts({.convert_classic = true, .read_start = true}), 1 + 2 + 1);
  EXPECT_EQ(starts({.always_classic = true, .convert_classic = true, .read_start = true}), 1 + 2 + 5);
}

TEST(ProtobufWalker, OddLabels) {
  Family f = family(pb::HISTOGRAM, "h");
  pb::Metric& metric = *f.add_metric();
  add_label(metric, "le", "1");
  add_label(metric, "le", "1");
  add_label(metric, "a\0 b"s, "x\0\n\"\\y"s);
  metric.add_label()->set_value("nameless");
  metric.add_label()->set_name("valueless");
  metric.add_label();
  add_label(metric, "__name__", "other");
  const std::string labels =
      R"({"le"="1","le"="1","a\x00 b"="x\x00\n\"\\y",""="nameless","valueless"="",""="","__name__"="other")";
  EXPECT_EQ(series_of(f), "\"h_count\"" + labels + "} 0\n\"h_sum\"" + labels + "} 0\n\"h_bucket\"" + labels +
                              ",\"le\"=\"+Inf\"} 0\n");
}

TEST(ProtobufWalker, OddNames) {
  for (const std::string& name : {"a:b_9"s, "my.metric"s, "9"s, "\""s, "\\n"s, "a\nb"s, "a\0b"s, "é"s, "{}"s, " "s}) {
    for (const bool with_label : {false, true}) {
      Family f = family(pb::GAUGE, name);
      pb::Metric& metric = *f.add_metric();
      if (with_label) add_label(metric, "l", "v");
      EXPECT_EQ(series_of(f), go_quote(name) + (with_label ? "{\"l\"=\"v\"} 0\n" : "{} 0\n"));
    }
  }
}

TEST(ProtobufWalker, KeysAreTheTextOfTheSeries) {
  struct Keys : ProtobufDump {
    void on_series(const SeriesLine& line) { keys += std::string(line.key) + "\n"; }
    std::string keys;
  } sink;
  Family plain = classic(), other = family(pb::COUNTER, "my \"metric\"");
  add_label(*plain.mutable_metric(0), "a", "\\\"");
  other.add_metric();
  add_label(*other.add_metric(), "a.b", "c");
  family(pb::COUNTER).add_metric();
  const std::string body = body_of(std::vector{plain, other});
  ProtobufWalker walker(body, {});
  while (!walker.done()) ASSERT_FALSE(walker.walk_entry(sink));
  EXPECT_EQ(sink.keys, R"(h_count{a="\\\""}
h_sum{a="\\\""}
h_bucket{a="\\\"",le="1.0"}
h_bucket{a="\\\"",le="+Inf"}
{"my \"metric\""}
{"my \"metric\"","a.b"="c"}
)");
}

std::string error_of(std::string_view body, const ProtobufOptions& options = {}) {
  const std::string told = walk_protobuf(body, options);
  const size_t at = told.find("ERROR ");
  return at == told.npos ? told : told.substr(at);
}

TEST(ProtobufWalker, FramingErrors) {
  Family f = family(pb::GAUGE);
  f.add_metric();
  const std::string good = delimited(f.SerializeAsString());
  const std::string at = "ERROR at " + std::to_string(good.size()) + ": ";
  const std::string varint = "clientpb: invalid varint encountered";
  EXPECT_EQ(error_of("\x80"), "ERROR at 0: " + varint);
  EXPECT_EQ(error_of(good + "\x80"), at + varint);
  EXPECT_EQ(error_of(good + "\x80\x80\x80\x80\x80\x00"s + good), at + varint) << "six bytes";
  EXPECT_EQ(error_of(good + std::string(11, '\xff')), at + varint);
  const std::string tail = good.substr(1);
  EXPECT_EQ(error_of("\x80\x80\x80\x80\x00"s), "") << "five bytes that say 0";
  EXPECT_EQ(error_of(good + "\x05zzz"),
            at + "clientpb: insufficient length of buffer, expected at least 6 bytes, got 4 bytes");
  EXPECT_EQ(error_of("\xff\xff\xff\xff\x7fz"),
            "ERROR at 0: clientpb: insufficient length of buffer, expected at least 34359738372 bytes, got 6 bytes");
}

TEST(ProtobufWalker, ErrorTexts) {
  const auto expect = [](const Family& f, const std::string& message, const ProtobufOptions& options = {}) {
    Family before = family(pb::GAUGE);
    before.add_metric();
    const size_t offset = delimited(before.SerializeAsString()).size();
    EXPECT_EQ(error_of(body_of(std::vector{before, f, before}), options),
              "ERROR at " + std::to_string(offset) + ": " + message);
  };
  Family f = family(pb::GAUGE, "");
  f.add_metric();
  expect(f, "invalid metric name: ");
  f.set_name("a\xff");
  expect(f, "invalid metric name: a\xff");
  f.set_name("a\"b");
  f.set_help("\xff\"");
  expect(f, "invalid help for metric \"a\\\"b\": \xff\"");
  f.clear_help();
  for (const int type : {6, -1, 1000}) {
    f.set_type(static_cast<pb::MetricType>(type));
    expect(f, "unknown metric type for metric \"a\\\"b\": " + std::to_string(type));
  }
  f.set_type(pb::GAUGE);
  add_label(*f.mutable_metric(0), "ok", "");
  add_label(*f.mutable_metric(0), "", "v");
  expect(f, "invalid label name: ");
  f.mutable_metric(0)->mutable_label(1)->set_name("\xc0\"");
  expect(f, "invalid label name: \xc0\"");
  f.mutable_metric(0)->mutable_label(1)->set_name("n");
  f.mutable_metric(0)->mutable_label(1)->set_value("\xe2\x82\"");
  expect(f, "invalid label value: \xe2\x82\"");

  Family h = classic();
  make_native(h);
  h.set_name("h\"");
  h.mutable_metric(0)->mutable_histogram()->add_positive_span()->set_length(2);
  expect(h, R"(histogram "h\"": positive side: spans require 5 buckets, have 3)", {.native_histograms = true});
  EXPECT_EQ(error_of(delimited(h.SerializeAsString())).find("ERROR"), std::string::npos) << "not looked at";
  h.mutable_metric(0)->mutable_histogram()->mutable_positive_span()->RemoveLast();
  h.mutable_metric(0)->mutable_histogram()->add_negative_delta(1);
  expect(h, R"(histogram "h\"": negative side: spans require 0 buckets, have 1)", {.native_histograms = true});
  h.mutable_metric(0)->mutable_histogram()->set_sample_count_float(1);
  expect(h, R"(histogram "h\"": positive side: spans require 3 buckets, have 0)", {.native_histograms = true});

  for (const bool always : {false, true}) {
    const ProtobufOptions convert{.always_classic = always, .convert_classic = true};
    h = classic();
    pb::Histogram& buckets = *h.mutable_metric(0)->mutable_histogram();
    add_bucket(buckets, 2, 1);
    expect(h, "count is not cumulative: 1 < 2", convert);
    buckets.mutable_bucket(1)->set_cumulative_count(2);
    buckets.mutable_bucket(1)->set_upper_bound(HUGE_VAL);
    expect(h, "count mismatch: count=3 != le=+Inf count=2", convert);
    buckets.mutable_bucket(1)->set_cumulative_count_float(-2);
    expect(h, "bucket count must be non-negative: le=+Inf, count=-2", convert);
    buckets.mutable_bucket(1)->set_upper_bound(std::nan(""));
    expect(h, "custom buckets: histogram custom bounds must not be NaN", convert);
  }
}

TEST(ProtobufWalker, BrokenMessages) {
  using wire::zigzag32;
  const auto metric = [](const std::string& bytes) { return delimited("\x0a\x01m\x22" + delimited(bytes)); };
  const auto histogram = [&](const std::string& bytes) {
    return delimited("\x0a\x01h\x18\x04\x22" + delimited("\x3a" + delimited(bytes)));
  };
  const ProtobufOptions native{.native_histograms = true};
  const auto expect = [&](const std::string& body, const std::string& message) {
    EXPECT_EQ(error_of(body, native), "ERROR at 0: " + message) << go_quote(body);
  };
  const std::string cut = "unexpected EOF", overflow = "proto: integer overflow";
  expect(delimited("\x08\x01"), "proto: wrong wireType = 0 for field Name");
  expect(delimited("\x11zzzzzzzz"), "proto: wrong wireType = 1 for field Help");
  expect(delimited("\x1d"
                   "zzzz"),
         "proto: wrong wireType = 5 for field Type");
  expect(delimited("\x23\x24"), "proto: wrong wireType = 3 for field Metric");
  expect(delimited("\x22"), cut);
  expect(delimited("\x80"), cut);
  expect(delimited("\x22\x80"), cut);
  expect(delimited("\x22\x02z"), cut);
  expect(delimited("\x78"), cut);
  expect(delimited("\x79zzzzzzz"), cut);
  expect(delimited("\x7dzzz"), cut);
  expect(delimited("\x7f"), "proto: illegal wireType 7");
  expect(delimited("\x02\x01m"), "proto: MetricFamily: illegal tag 0 (wire type 2)");
  expect(delimited("\x0c"), "proto: MetricFamily: wiretype end group for non-group");
  expect(delimited("\x7b\x08\x01"), cut);
  EXPECT_EQ(error_of(delimited("\x7b\x08\x01\x73\x11zzzzzzzz\x15zzzz\x12\x01z\x74\x7c")), "") << "groups";
  const std::string endless(10, '\x80');
  expect(delimited(endless + "\x01"), overflow);
  expect(delimited("\x78" + endless), overflow);
  expect(delimited("\x22" + endless), overflow);
  expect(delimited("\x22" + std::string(9, '\xff') + "\x01"), "proto: negative length found during unmarshaling");
  expect(metric("\x08\x01"), "proto: wrong wireType = 0 for field Label");
  expect(metric("\x18\x01"), "proto: wrong wireType = 0 for field Counter");
  expect(metric("\x32\x01z"), "proto: wrong wireType = 2 for field TimestampMs");
  expect(metric("\x0a\x02\x0a\x05"), cut);
  expect(metric("\x0a\x02\x08\x05"), "proto: wrong wireType = 0 for field Name");
  expect(metric("\x0a\x01\x04"), "proto: LabelPair: wiretype end group for non-group");
  expect(metric("\x1a\x02\x08\x01"), "proto: wrong wireType = 0 for field Value");
  expect(metric("\x1a\x03\x09\x01\x02"), cut);
  EXPECT_EQ(error_of(metric("\x12\x02\x08\x01")).find("ERROR"), std::string::npos) << "a counter's gauge";
  EXPECT_EQ(error_of(histogram("\x50\x01"), native).find("ERROR"), std::string::npos) << "deltas do not make it native";
  expect(histogram("\x52\x01\x80"), cut);
  expect(histogram("\x52\x0a" + endless), overflow);
  expect(histogram("\x5a\x03zzz"), cut);
  expect(histogram("\x62\x01\x80"), cut);
  expect(histogram("\x62\x02\x12\x00"s), "proto: wrong wireType = 2 for field Length");
  expect(histogram("\x62\x02\x0a\x00"s), "proto: wrong wireType = 2 for field Offset");
  expect(histogram("\x1a\x02\x0a\x01"), cut);
  expect(histogram("\x1a\x02\x10\x01"), "proto: wrong wireType = 0 for field UpperBound");
  expect(histogram("\x7a\x01\x80"), cut);
  expect(histogram("\x82\x01\x01\x80"), cut);
  expect(histogram("\x28\x80"), cut);
  expect(histogram("\x2a\x01z"), "proto: wrong wireType = 2 for field Schema");
  EXPECT_EQ(zigzag32(UINT32_MAX), INT32_MIN);
}

TEST(ProtobufWalker, SaysHowFarItIs) {
  std::vector<Family> families(3, classic());
  *families[1].add_metric() = families[1].metric(0);
  const std::string body = body_of(families);
  const size_t first = delimited(families[0].SerializeAsString()).size();
  ProtobufWalker walker(body, {});
  ProtobufDump sink;
  EXPECT_EQ(walker.offset(), 0u);
  EXPECT_EQ(walker.position(), 0u);
  ASSERT_FALSE(walker.walk_family(sink));
  EXPECT_EQ(walker.offset(), first);
  EXPECT_EQ(walker.position(), first);
  size_t before = first;
  bool amid = false;
  while (walker.offset() == first) {
    ASSERT_FALSE(walker.walk_entry(sink));
    EXPECT_GE(walker.position(), before);
    before = walker.position();
    amid |= walker.offset() == first && before > first + 20;
  }
  EXPECT_TRUE(amid);
  ASSERT_FALSE(walker.walk_family(sink));
  EXPECT_TRUE(walker.done());
  EXPECT_EQ(walker.offset(), body.size());
}

ProtobufOptions options_of(unsigned bits) {
  return {(bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0, (bits & 8) != 0};
}

// Whether the reference would refuse it: a label name that was sent, and is empty.
TEST(ProtobufRandom, ReadsWhatTheLibraryReads) {
  std::mt19937 random(3);
  for (int round = 0; round < 4000; ++round) {
    std::string body, other_body, expected;
    const ProtobufOptions options = options_of(random() % 16);
    for (auto n = random() % 3 + 1; n > 0; --n) {
      const Family f = random_family(random);
      body += delimited(f.SerializeAsString());
      const std::string other = rewritten(f, random);
      other_body += delimited(other);
      Family decoded;
      ASSERT_TRUE(decoded.ParseFromString(other));
      expected += dump_decoded(decoded, options);
    }
    ASSERT_EQ(walk_protobuf(body, options), expected) << round;
    ASSERT_EQ(walk_protobuf(other_body, options), expected) << round;
  }
}

TEST(ProtobufRandom, EveryTruncationFails) {
  std::mt19937 random(4);
  for (int round = 0; round < 200; ++round) {
    const Family first = random_family(random), second = random_family(random);
    const std::string head = delimited(first.SerializeAsString());
    const std::string body = head + delimited(rewritten(second, random));
    const ProtobufOptions options = options_of(random() % 16);
    ASSERT_EQ(error_of(body, options).find("ERROR"), std::string::npos);
    for (size_t size = 1; size < body.size(); ++size) {
      if (size == head.size()) continue;
      const std::string offset = size < head.size() ? "0" : std::to_string(head.size());
      ASSERT_EQ(error_of(std::string_view(body).substr(0, size), options).find("ERROR at " + offset + ": clientpb: in"),
                0u)
          << size;
    }
    // The same within the message: its length says what is left of it.
    const std::string message = second.SerializeAsString();
    int whole = 0;
    for (size_t size = 0; size < message.size(); ++size) {
      whole +=
          error_of(delimited(std::string_view(message).substr(0, size)), options).find("ERROR") == std::string::npos;
    }
    ASSERT_LE(whole, 5 + second.metric_size()) << "cut between two fields it is a message again";
  }
}

}  // namespace
}  // namespace narthex::exposition
