#include "exposition/protobuf/message.h"

#include "base/wire_fields.h"
#include "exposition/protobuf/metrics.pb.h"

namespace narthex::exposition::protobuf {
namespace {

using wire::append;
using wire::expect;
using wire::Fields;
using wire::for_each_field;
using wire::take;
using wire::take_zigzag;
using Wire = wire::Type;

bool append(const Fields& span, std::vector<BucketSpan>& out, const char* name, std::string& error) {
  if (!expect(Wire::kBytes, span, name, error)) return false;
  BucketSpan& read = out.emplace_back();
  return for_each_field(span.bytes(), "BucketSpan", error, [&](const Fields& field) {
    using F = pb::BucketSpan;
    if (field.number() == F::kLengthFieldNumber) return take(field, read.length, "Length", error);
    if (field.number() != F::kOffsetFieldNumber) return true;
    return take_zigzag(field, read.offset, "Offset", error);
  });
}

bool read_native(const Fields& field, HistogramFields& out, std::string& error) {
  using F = pb::Histogram;
  switch (field.number()) {
    case F::kSchemaFieldNumber:
      return take_zigzag(field, out.schema, "Schema", error);
    case F::kZeroThresholdFieldNumber:
      return take(field, out.zero_threshold, "ZeroThreshold", error);
    case F::kZeroCountFieldNumber:
      return take(field, out.zero_count, "ZeroCount", error);
    case F::kZeroCountFloatFieldNumber:
      return take(field, out.zero_count_float, "ZeroCountFloat", error);
    case F::kNegativeSpanFieldNumber:
      return append(field, out.negative.spans, "NegativeSpan", error);
    case F::kNegativeDeltaFieldNumber:
      return append(field, out.negative.deltas, "NegativeDelta", error);
    case F::kNegativeCountFieldNumber:
      return append(field, out.negative.counts, "NegativeCount", error);
    case F::kPositiveSpanFieldNumber:
      return append(field, out.positive.spans, "PositiveSpan", error);
    case F::kPositiveDeltaFieldNumber:
      return append(field, out.positive.deltas, "PositiveDelta", error);
    case F::kPositiveCountFieldNumber:
      return append(field, out.positive.counts, "PositiveCount", error);
    default:
      return true;
  }
}

struct ValueField {
  uint32_t number;
  const char* name;  // also of the message
};

// The field of Metric that a family of this type has its values in.
ValueField value_field(Type type) {
  switch (type) {
    case Type::kCounter:
      return {pb::Metric::kCounterFieldNumber, "Counter"};
    case Type::kGauge:
      return {pb::Metric::kGaugeFieldNumber, "Gauge"};
    case Type::kSummary:
      return {pb::Metric::kSummaryFieldNumber, "Summary"};
    case Type::kUntyped:
      return {pb::Metric::kUntypedFieldNumber, "Untyped"};
    case Type::kHistogram:
    case Type::kGaugeHistogram:
      break;
  }
  return {pb::Metric::kHistogramFieldNumber, "Histogram"};
}

}  // namespace

const uint32_t Family::kMetric = pb::MetricFamily::kMetricFieldNumber;

bool Family::read(std::string_view message, std::string& error) {
  *this = {};
  int32_t number = 0;
  const bool good = for_each_field(message, "MetricFamily", error, [&](const Fields& field) {
    using F = pb::MetricFamily;
    switch (field.number()) {
      case F::kMetricFieldNumber:
        ++metrics;
        return expect(Wire::kBytes, field, "Metric", error);
      case F::kNameFieldNumber:
        return take(field, name, "Name", error);
      case F::kHelpFieldNumber:
        return take(field, help, "Help", error);
      case F::kTypeFieldNumber:
        return take(field, number, "Type", error);
      case F::kUnitFieldNumber:
        return take(field, unit, "Unit", error);
      default:
        return true;
    }
  });
  type = static_cast<Type>(number);
  return good;
}

bool LabelFields::read(std::string_view message, std::string& error) {
  return for_each_field(message, "LabelPair", error, [&](const Fields& field) {
    if (field.number() == pb::LabelPair::kNameFieldNumber) return has_name = take(field, name, "Name", error);
    if (field.number() == pb::LabelPair::kValueFieldNumber) return take(field, value, "Value", error);
    return true;
  });
}

bool TimeFields::read(std::string_view message, std::string& error) {
  given = true;
  return for_each_field(message, "Timestamp", error, [&](const Fields& field) {
    if (field.number() == pb::Timestamp::kSecondsFieldNumber) return take(field, seconds, "Seconds", error);
    if (field.number() == pb::Timestamp::kNanosFieldNumber) return take(field, nanos, "Nanos", error);
    return true;
  });
}

// A time that no clock has ever shown wraps around.
Timestamp TimeFields::milliseconds() const {
  const auto whole = static_cast<uint64_t>(seconds) * 1000;
  return static_cast<Timestamp>(whole + static_cast<uint64_t>(int64_t{nanos / 1'000'000}));
}

void SideFields::clear() {
  spans.clear();
  deltas.clear();
  counts.clear();
}

void HistogramFields::clear() {
  count = zero_count = 0;
  count_float = sum = zero_threshold = zero_count_float = 0;
  schema = 0;
  buckets.clear();
  exemplars.clear();
  positive.clear();
  negative.clear();
}

void Metric::clear() {
  labels.clear();
  timestamp = 0;
  start = {};
  value = sum = 0;
  exemplar = kNoExemplar;
  count = 0;
  quantiles.clear();
  histogram.clear();
  exemplars.clear();
  exemplar_labels.clear();
}

ExemplarView Metric::exemplar_view(size_t index) const {
  const ExemplarFields& read = exemplars[index];
  ExemplarView view;
  view.labels = std::span(exemplar_labels).subspan(read.first_label, read.last_label - read.first_label);
  view.value = read.value;
  if (read.time.given) view.timestamp = read.time.milliseconds();
  return view;
}

bool Metric::read(std::string_view message, Type type, bool with_native, std::string& error) {
  clear();
  const ValueField values = value_field(type);
  return for_each_field(message, "Metric", error, [&](const Fields& field) {
    if (field.number() == pb::Metric::kLabelFieldNumber) {
      labels.push_back(field.bytes());
      return expect(Wire::kBytes, field, "Label", error);
    }
    if (field.number() == pb::Metric::kTimestampMsFieldNumber) return take(field, timestamp, "TimestampMs", error);
    if (field.number() != values.number) return true;
    if (!expect(Wire::kBytes, field, values.name, error)) return false;
    if (is_histogram(type)) return read_histogram(field.bytes(), with_native, error);
    if (type == Type::kSummary) return read_summary(field.bytes(), error);
    return read_value(field.bytes(), values.name, error);
  });
}

// Of a Counter, Gauge or Untyped: the value has the same number in all of them.
bool Metric::read_value(std::string_view message, const char* name, std::string& error) {
  const bool is_counter = *name == 'C';
  return for_each_field(message, name, error, [&](const Fields& field) {
    using F = pb::Counter;
    if (field.number() == F::kValueFieldNumber) return take(field, value, "Value", error);
    if (is_counter && field.number() == F::kExemplarFieldNumber) {
      return expect(Wire::kBytes, field, "Exemplar", error) && read_exemplar(field.bytes(), exemplar, error);
    }
    return !is_counter || field.number() != F::kStartTimestampFieldNumber || read_start(field, error);
  });
}

bool Metric::read_start(const Fields& field, std::string& error) {
  return expect(Wire::kBytes, field, "StartTimestamp", error) && start.read(field.bytes(), error);
}

bool Metric::read_summary(std::string_view message, std::string& error) {
  return for_each_field(message, "Summary", error, [&](const Fields& field) {
    using F = pb::Summary;
    switch (field.number()) {
      case F::kSampleCountFieldNumber:
        return take(field, count, "SampleCount", error);
      case F::kSampleSumFieldNumber:
        return take(field, sum, "SampleSum", error);
      case F::kQuantileFieldNumber:
        return expect(Wire::kBytes, field, "Quantile", error) && read_quantile(field.bytes(), error);
      case F::kStartTimestampFieldNumber:
        return read_start(field, error);
      default:
        return true;
    }
  });
}

bool Metric::read_quantile(std::string_view message, std::string& error) {
  QuantileFields& read = quantiles.emplace_back();
  return for_each_field(message, "Quantile", error, [&](const Fields& field) {
    if (field.number() == pb::Quantile::kQuantileFieldNumber) return take(field, read.quantile, "Quantile", error);
    if (field.number() == pb::Quantile::kValueFieldNumber) return take(field, read.value, "Value", error);
    return true;
  });
}

bool Metric::read_histogram(std::string_view message, bool with_native, std::string& error) {
  return for_each_field(message, "Histogram", error, [&](const Fields& field) {
    return read_classic(field, error) && (!with_native || read_native(field, histogram, error));
  });
}

// The classic part, and what both parts have in common.
bool Metric::read_classic(const Fields& field, std::string& error) {
  using F = pb::Histogram;
  switch (field.number()) {
    case F::kSampleCountFieldNumber:
      return take(field, histogram.count, "SampleCount", error);
    case F::kSampleCountFloatFieldNumber:
      return take(field, histogram.count_float, "SampleCountFloat", error);
    case F::kSampleSumFieldNumber:
      return take(field, histogram.sum, "SampleSum", error);
    case F::kBucketFieldNumber:
      return expect(Wire::kBytes, field, "Bucket", error) && read_bucket(field.bytes(), error);
    case F::kStartTimestampFieldNumber:
      return read_start(field, error);
    case F::kExemplarsFieldNumber:
      return expect(Wire::kBytes, field, "Exemplars", error) &&
             read_exemplar(field.bytes(), histogram.exemplars.emplace_back(kNoExemplar), error);
    default:
      return true;
  }
}

bool Metric::read_bucket(std::string_view message, std::string& error) {
  BucketFields& read = histogram.buckets.emplace_back();
  return for_each_field(message, "Bucket", error, [&](const Fields& field) {
    using F = pb::Bucket;
    switch (field.number()) {
      case F::kCumulativeCountFieldNumber:
        return take(field, read.count, "CumulativeCount", error);
      case F::kCumulativeCountFloatFieldNumber:
        return take(field, read.count_float, "CumulativeCountFloat", error);
      case F::kUpperBoundFieldNumber:
        return take(field, read.upper_bound, "UpperBound", error);
      case F::kExemplarFieldNumber:
        return expect(Wire::kBytes, field, "Exemplar", error) && read_exemplar(field.bytes(), read.exemplar, error);
      default:
        return true;
    }
  });
}

// An exemplar that comes twice was the last one read: its labels can still grow.
bool Metric::read_exemplar(std::string_view message, size_t& index, std::string& error) {
  if (index == kNoExemplar) {
    index = exemplars.size();
    exemplars.emplace_back().first_label = exemplar_labels.size();
  }
  ExemplarFields& read = exemplars[index];
  const bool good = for_each_field(message, "Exemplar", error, [&](const Fields& field) {
    using F = pb::Exemplar;
    if (field.number() == F::kValueFieldNumber) return take(field, read.value, "Value", error);
    if (field.number() == F::kTimestampFieldNumber) {
      return expect(Wire::kBytes, field, "Timestamp", error) && read.time.read(field.bytes(), error);
    }
    if (field.number() != F::kLabelFieldNumber) return true;
    LabelFields label;
    if (!expect(Wire::kBytes, field, "Label", error) || !label.read(field.bytes(), error)) return false;
    exemplar_labels.push_back({label.name, label.value});
    return true;
  });
  read.last_label = exemplar_labels.size();
  return good;
}

}  // namespace narthex::exposition::protobuf
