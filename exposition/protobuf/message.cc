#include "exposition/protobuf/message.h"

#include "exposition/protobuf/metrics.pb.h"

namespace narthex::exposition::protobuf {
namespace {

using wire::Fields;
using Wire = wire::Type;

// A field of another wire type than its number says breaks the message.
bool take(const Fields& field, double& out) { return field.is(Wire::kFixed64) && (out = field.fixed64(), true); }
bool take(const Fields& field, uint64_t& out) { return field.is(Wire::kVarint) && (out = field.varint(), true); }
bool take(const Fields& field, int64_t& out) {
  return field.is(Wire::kVarint) && (out = static_cast<int64_t>(field.varint()), true);
}
bool take(const Fields& field, int32_t& out) {
  return field.is(Wire::kVarint) && (out = static_cast<int32_t>(field.varint()), true);
}
bool take(const Fields& field, std::string_view& out) { return field.is(Wire::kBytes) && (out = field.bytes(), true); }

// Calls read(field) for each field of a message; it returns what is broken, be it the field's own message.
template <class Read>
Broken for_each_field(std::string_view message, Broken name, Read read) {
  Fields field(message);
  while (field.next()) {
    if (const Broken broken = read(field)) return broken;
  }
  return field.failed() ? name : nullptr;
}

Broken unless(bool good, Broken name) { return good ? nullptr : name; }

// Repeated sint64, packed or not.
bool append(const Fields& field, std::vector<int64_t>& out) {
  if (field.is(Wire::kVarint)) return out.push_back(wire::zigzag64(field.varint())), true;
  if (!field.is(Wire::kBytes)) return false;
  const char* p = field.bytes().data();
  for (const char* const end = p + field.bytes().size(); p < end;) {
    uint64_t value;
    p = wire::read_varint(p, end, value);
    if (p == nullptr) return false;
    out.push_back(wire::zigzag64(value));
  }
  return true;
}

// Repeated double, packed or not.
bool append(const Fields& field, std::vector<double>& out) {
  if (field.is(Wire::kFixed64)) return out.push_back(field.fixed64()), true;
  if (!field.is(Wire::kBytes) || field.bytes().size() % sizeof(double) != 0) return false;
  const size_t old_size = out.size();
  out.resize(old_size + field.bytes().size() / sizeof(double));
  if (!field.bytes().empty()) std::memcpy(out.data() + old_size, field.bytes().data(), field.bytes().size());
  return true;
}

Broken append(const Fields& span, std::vector<BucketSpan>& out) {
  constexpr Broken kName = "BucketSpan";
  if (!span.is(Wire::kBytes)) return kName;
  BucketSpan& read = out.emplace_back();
  return for_each_field(span.bytes(), kName, [&](const Fields& field) {
    if (field.number() != pb::BucketSpan::kOffsetFieldNumber && field.number() != pb::BucketSpan::kLengthFieldNumber) {
      return Broken{};
    }
    if (!field.is(Wire::kVarint)) return kName;
    if (field.number() == pb::BucketSpan::kOffsetFieldNumber) {
      read.offset = wire::zigzag32(field.varint());
    } else {
      read.length = static_cast<uint32_t>(field.varint());
    }
    return Broken{};
  });
}

Broken read_native(const Fields& field, HistogramFields& out) {
  constexpr Broken kName = "Histogram";
  using F = pb::Histogram;
  switch (field.number()) {
    case F::kSchemaFieldNumber:
      out.schema = wire::zigzag32(field.varint());
      return unless(field.is(Wire::kVarint), kName);
    case F::kZeroThresholdFieldNumber:
      return unless(take(field, out.zero_threshold), kName);
    case F::kZeroCountFieldNumber:
      return unless(take(field, out.zero_count), kName);
    case F::kZeroCountFloatFieldNumber:
      return unless(take(field, out.zero_count_float), kName);
    case F::kNegativeSpanFieldNumber:
      return append(field, out.negative.spans);
    case F::kNegativeDeltaFieldNumber:
      return unless(append(field, out.negative.deltas), kName);
    case F::kNegativeCountFieldNumber:
      return unless(append(field, out.negative.counts), kName);
    case F::kPositiveSpanFieldNumber:
      return append(field, out.positive.spans);
    case F::kPositiveDeltaFieldNumber:
      return unless(append(field, out.positive.deltas), kName);
    case F::kPositiveCountFieldNumber:
      return unless(append(field, out.positive.counts), kName);
    default:
      return nullptr;
  }
}

// The field of Metric that a family of this type has its values in.
uint32_t value_field(Type type) {
  switch (type) {
    case Type::kCounter:
      return pb::Metric::kCounterFieldNumber;
    case Type::kGauge:
      return pb::Metric::kGaugeFieldNumber;
    case Type::kSummary:
      return pb::Metric::kSummaryFieldNumber;
    case Type::kUntyped:
      return pb::Metric::kUntypedFieldNumber;
    case Type::kHistogram:
    case Type::kGaugeHistogram:
      break;
  }
  return pb::Metric::kHistogramFieldNumber;
}

}  // namespace

const uint32_t Family::kMetric = pb::MetricFamily::kMetricFieldNumber;

Broken Family::read(std::string_view message) {
  constexpr Broken kName = "MetricFamily";
  *this = {};
  int32_t number = 0;
  const Broken broken = for_each_field(message, kName, [&](const Fields& field) {
    using F = pb::MetricFamily;
    switch (field.number()) {
      case F::kMetricFieldNumber:
        ++metrics;
        return unless(field.is(Wire::kBytes), kName);
      case F::kNameFieldNumber:
        return unless(take(field, name), kName);
      case F::kHelpFieldNumber:
        return unless(take(field, help), kName);
      case F::kTypeFieldNumber:
        return unless(take(field, number), kName);
      case F::kUnitFieldNumber:
        return unless(take(field, unit), kName);
      default:
        return Broken{};
    }
  });
  type = static_cast<Type>(number);
  return broken;
}

Broken LabelFields::read(std::string_view message) {
  constexpr Broken kName = "LabelPair";
  return for_each_field(message, kName, [&](const Fields& field) {
    if (field.number() == pb::LabelPair::kNameFieldNumber) return unless(has_name = take(field, name), kName);
    if (field.number() == pb::LabelPair::kValueFieldNumber) return unless(take(field, value), kName);
    return Broken{};
  });
}

Broken TimeFields::read(std::string_view message) {
  constexpr Broken kName = "Timestamp";
  given = true;
  return for_each_field(message, kName, [&](const Fields& field) {
    if (field.number() == pb::Timestamp::kSecondsFieldNumber) return unless(take(field, seconds), kName);
    if (field.number() == pb::Timestamp::kNanosFieldNumber) return unless(take(field, nanos), kName);
    return Broken{};
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

Broken Metric::read(std::string_view message, Type type, bool with_native) {
  constexpr Broken kName = "Metric";
  clear();
  const uint32_t values = value_field(type);
  return for_each_field(message, kName, [&](const Fields& field) -> Broken {
    if (field.number() == pb::Metric::kLabelFieldNumber) {
      labels.push_back(field.bytes());
      return unless(field.is(Wire::kBytes), kName);
    }
    if (field.number() == pb::Metric::kTimestampMsFieldNumber) return unless(take(field, timestamp), kName);
    if (field.number() != values) return nullptr;
    if (!field.is(Wire::kBytes)) return kName;
    if (is_histogram(type)) return read_histogram(field.bytes(), with_native);
    return type == Type::kSummary ? read_summary(field.bytes()) : read_value(field.bytes(), type);
  });
}

// The value has the same number in Counter, Gauge and Untyped.
Broken Metric::read_value(std::string_view message, Type type) {
  const Broken name = type == Type::kCounter ? "Counter" : type == Type::kGauge ? "Gauge" : "Untyped";
  return for_each_field(message, name, [&](const Fields& field) -> Broken {
    if (field.number() == pb::Counter::kValueFieldNumber) return unless(take(field, value), name);
    if (type != Type::kCounter) return nullptr;
    const bool is_exemplar = field.number() == pb::Counter::kExemplarFieldNumber;
    if (!is_exemplar && field.number() != pb::Counter::kStartTimestampFieldNumber) return nullptr;
    if (!field.is(Wire::kBytes)) return name;
    return is_exemplar ? read_exemplar(field.bytes(), exemplar) : start.read(field.bytes());
  });
}

Broken Metric::read_summary(std::string_view message) {
  constexpr Broken kName = "Summary";
  const auto read_quantile = [&](std::string_view bytes) {
    QuantileFields& read = quantiles.emplace_back();
    return for_each_field(bytes, "Quantile", [&](const Fields& field) {
      if (field.number() == pb::Quantile::kQuantileFieldNumber) return unless(take(field, read.quantile), "Quantile");
      if (field.number() == pb::Quantile::kValueFieldNumber) return unless(take(field, read.value), "Quantile");
      return Broken{};
    });
  };
  return for_each_field(message, kName, [&](const Fields& field) -> Broken {
    using F = pb::Summary;
    switch (field.number()) {
      case F::kSampleCountFieldNumber:
        return unless(take(field, count), kName);
      case F::kSampleSumFieldNumber:
        return unless(take(field, sum), kName);
      case F::kQuantileFieldNumber:
        return field.is(Wire::kBytes) ? read_quantile(field.bytes()) : kName;
      case F::kStartTimestampFieldNumber:
        return field.is(Wire::kBytes) ? start.read(field.bytes()) : kName;
      default:
        return nullptr;
    }
  });
}

Broken Metric::read_histogram(std::string_view message, bool with_native) {
  return for_each_field(message, "Histogram", [&](const Fields& field) -> Broken {
    if (const Broken broken = read_classic(field)) return broken;
    return with_native ? read_native(field, histogram) : nullptr;
  });
}

// What the native part of a histogram has no fields of its own for, and the classic part.
Broken Metric::read_classic(const Fields& field) {
  constexpr Broken kName = "Histogram";
  using F = pb::Histogram;
  switch (field.number()) {
    case F::kSampleCountFieldNumber:
      return unless(take(field, histogram.count), kName);
    case F::kSampleCountFloatFieldNumber:
      return unless(take(field, histogram.count_float), kName);
    case F::kSampleSumFieldNumber:
      return unless(take(field, histogram.sum), kName);
    case F::kBucketFieldNumber:
      return field.is(Wire::kBytes) ? read_bucket(field.bytes()) : kName;
    case F::kStartTimestampFieldNumber:
      return field.is(Wire::kBytes) ? start.read(field.bytes()) : kName;
    case F::kExemplarsFieldNumber:
      if (!field.is(Wire::kBytes)) return kName;
      return read_exemplar(field.bytes(), histogram.exemplars.emplace_back(kNoExemplar));
    default:
      return nullptr;
  }
}

Broken Metric::read_bucket(std::string_view message) {
  constexpr Broken kName = "Bucket";
  BucketFields& read = histogram.buckets.emplace_back();
  return for_each_field(message, kName, [&](const Fields& field) -> Broken {
    using F = pb::Bucket;
    switch (field.number()) {
      case F::kCumulativeCountFieldNumber:
        return unless(take(field, read.count), kName);
      case F::kCumulativeCountFloatFieldNumber:
        return unless(take(field, read.count_float), kName);
      case F::kUpperBoundFieldNumber:
        return unless(take(field, read.upper_bound), kName);
      case F::kExemplarFieldNumber:
        return field.is(Wire::kBytes) ? read_exemplar(field.bytes(), read.exemplar) : kName;
      default:
        return nullptr;
    }
  });
}

// An exemplar that comes twice was the last one read: its labels can still grow.
Broken Metric::read_exemplar(std::string_view message, size_t& index) {
  constexpr Broken kName = "Exemplar";
  if (index == kNoExemplar) {
    index = exemplars.size();
    exemplars.emplace_back().first_label = exemplar_labels.size();
  }
  ExemplarFields& read = exemplars[index];
  const Broken broken = for_each_field(message, kName, [&](const Fields& field) -> Broken {
    using F = pb::Exemplar;
    if (field.number() == F::kValueFieldNumber) return unless(take(field, read.value), kName);
    const bool is_label = field.number() == F::kLabelFieldNumber;
    if (!is_label && field.number() != F::kTimestampFieldNumber) return nullptr;
    if (!field.is(Wire::kBytes)) return kName;
    if (!is_label) return read.time.read(field.bytes());
    LabelFields label;
    const Broken bad = label.read(field.bytes());
    exemplar_labels.push_back({label.name, label.value});
    return bad;
  });
  read.last_label = exemplar_labels.size();
  return broken;
}

}  // namespace narthex::exposition::protobuf
