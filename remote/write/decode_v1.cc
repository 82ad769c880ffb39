// prometheus.WriteRequest.
#include "remote/write/decode.h"
#include "remote/write/v1.pb.h"

namespace narthex::remote {
namespace {

using wire::expect;
using wire::Fields;
using wire::for_each_field;
using wire::take;
using Wire = wire::Type;

bool decode_sample(std::string_view message, WrittenSample& out, std::string& error) {
  return for_each_field(message, "Sample", error, [&](const Fields& field) {
    if (field.number() == v1::Sample::kValueFieldNumber) return take(field, out.value, "Value", error);
    return field.number() != v1::Sample::kTimestampFieldNumber || take(field, out.timestamp, "Timestamp", error);
  });
}

bool decode_exemplar(std::string_view message, WrittenExemplar& out, std::string& error) {
  return for_each_field(message, "Exemplar", error, [&](const Fields& field) {
    using F = v1::Exemplar;
    if (field.number() == F::kValueFieldNumber) return take(field, out.value, "Value", error);
    if (field.number() == F::kTimestampFieldNumber) return take(field, out.timestamp, "Timestamp", error);
    if (field.number() != F::kLabelsFieldNumber) return true;
    return expect(Wire::kBytes, field, "Labels", error) && decode_label(field.bytes(), out.labels, error);
  });
}

// Where the labels of a series lie: one behind the other, unless somebody wrote the message in an odd order.
class LabelRange {
 public:
  explicit LabelRange(std::deque<std::string>& scattered) : scattered_(scattered) {}

  void add(std::string_view field) {
    if (labels_.empty()) {
      labels_ = field;
    } else if (labels_.data() + labels_.size() == field.data()) {
      labels_ = {labels_.data(), labels_.size() + field.size()};
    } else {
      std::string joined(labels_);
      labels_ = scattered_.emplace_back(joined.append(field));
    }
  }
  std::string_view get() const { return labels_; }

 private:
  std::deque<std::string>& scattered_;
  std::string_view labels_;
};

bool decode_other(const Fields& field, WriteRequest& request, std::string& error) {
  using F = v1::TimeSeries;
  switch (field.number()) {
    case F::kExemplarsFieldNumber:
      return expect(Wire::kBytes, field, "Exemplars", error) && has_room(request, error) &&
             decode_exemplar(field.bytes(), request.exemplars.emplace_back(), error);
    case F::kHistogramsFieldNumber:
      return expect(Wire::kBytes, field, "Histograms", error) && has_room(request, error) &&
             decode_histogram(field.bytes(), request.histograms.emplace_back(), error);
    default:
      return true;
  }
}

bool decode_series(std::string_view message, const KeySecret& secret, WriteRequest& request, std::string& error) {
  if (!has_room(request, error)) return false;
  WrittenSeries& series = add_series(request);
  LabelRange labels(request.scattered);
  Fields field(message);
  for (const char* begin = field.position(); field.next(); begin = field.position()) {
    if (field.number() == v1::TimeSeries::kLabelsFieldNumber) {
      if (!expect(Wire::kBytes, field, "Labels", error)) return false;
      labels.add({begin, static_cast<size_t>(field.position() - begin)});
    } else if (field.number() == v1::TimeSeries::kSamplesFieldNumber) {
      if (!expect(Wire::kBytes, field, "Samples", error)) return false;
      if (!decode_sample(field.bytes(), request.samples.emplace_back(), error)) return false;
    } else if (!decode_other(field, request, error)) {
      return false;
    }
  }
  series.labels = labels.get();
  series.key = secret(series.labels.data(), series.labels.size());
  if (!field.failed()) return true;
  error = field.explain("TimeSeries");
  return false;
}

// Nothing of it is kept, but a broken one breaks the request.
bool check_metadata(std::string_view message, std::string& error) {
  return for_each_field(message, "MetricMetadata", error, [&](const Fields& field) {
    using F = v1::MetricMetadata;
    switch (field.number()) {
      case F::kTypeFieldNumber:
        return expect(Wire::kVarint, field, "Type", error);
      case F::kMetricFamilyNameFieldNumber:
        return expect(Wire::kBytes, field, "MetricFamilyName", error);
      case F::kHelpFieldNumber:
        return expect(Wire::kBytes, field, "Help", error);
      case F::kUnitFieldNumber:
        return expect(Wire::kBytes, field, "Unit", error);
      default:
        return true;
    }
  });
}

}  // namespace

bool decode_v1(std::string_view body, const KeySecret& secret, WriteRequest& request, std::string& error) {
  return for_each_field(body, "WriteRequest", error, [&](const Fields& field) {
    using F = v1::WriteRequest;
    if (field.number() == F::kTimeseriesFieldNumber) {
      return expect(Wire::kBytes, field, "Timeseries", error) && decode_series(field.bytes(), secret, request, error);
    }
    return field.number() != F::kMetadataFieldNumber ||
           (expect(Wire::kBytes, field, "Metadata", error) && check_metadata(field.bytes(), error));
  });
}

}  // namespace narthex::remote
