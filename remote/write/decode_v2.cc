// io.prometheus.write.v2.Request.
#include <span>

#include "remote/write/decode.h"
#include "remote/write/v2.pb.h"

namespace narthex::remote {
namespace {

using wire::append;
using wire::expect;
using wire::Fields;
using wire::for_each_field;
using wire::take;
using Wire = wire::Type;

bool decode_sample(std::string_view message, WrittenSample& out, std::string& error) {
  return for_each_field(message, "Sample", error, [&](const Fields& field) {
    using F = v2::Sample;
    if (field.number() == F::kValueFieldNumber) return take(field, out.value, "Value", error);
    if (field.number() == F::kTimestampFieldNumber) return take(field, out.timestamp, "Timestamp", error);
    return field.number() != F::kStartTimestampFieldNumber || take(field, out.start, "StartTimestamp", error);
  });
}

// Why these references are no labels. Good ones are no error.
Result<> check_labels(const WriteRequest& request, std::span<const uint32_t> refs) {
  if (refs.size() % 2 != 0) return invalid("invalid labelRefs length " + std::to_string(refs.size()));
  const size_t size = request.symbols.size();
  for (size_t i = 0; i < refs.size(); i += 2) {
    if (refs[i] < size && refs[i + 1] < size) continue;
    return invalid("labelRefs " + std::to_string(i) + " (name) = " + std::to_string(refs[i]) + " or labelRefs " +
                   std::to_string(i + 1) + " (value) = " + std::to_string(refs[i + 1]) +
                   " outside of symbols table (size " + std::to_string(size) + ")");
  }
  return {};
}

void append_labels(const WriteRequest& request, std::span<const uint32_t> refs, std::vector<Label>& out) {
  for (size_t i = 0; i < refs.size(); i += 2) {
    out.push_back({std::string(request.symbols[refs[i]]), std::string(request.symbols[refs[i + 1]])});
  }
}

bool decode_exemplar(std::string_view message, const WriteRequest& request, WrittenExemplar& out, std::string& error) {
  std::vector<uint32_t> refs;
  const bool good = for_each_field(message, "Exemplar", error, [&](const Fields& field) {
    using F = v2::Exemplar;
    if (field.number() == F::kValueFieldNumber) return take(field, out.value, "Value", error);
    if (field.number() == F::kTimestampFieldNumber) return take(field, out.timestamp, "Timestamp", error);
    return field.number() != F::kLabelsRefsFieldNumber || append(field, refs, "LabelsRefs", error);
  });
  if (!good) return false;
  if (auto checked = check_labels(request, refs); !checked) {
    out.error = checked.error().message;
  } else {
    append_labels(request, refs, out.labels);
  }
  return true;
}

bool decode_metadata(std::string_view message, WrittenSeries& series, std::string& error) {
  return for_each_field(message, "Metadata", error, [&](const Fields& field) {
    using F = v2::Metadata;
    if (field.number() == F::kTypeFieldNumber) return take(field, series.type, "Type", error);
    if (field.number() == F::kHelpRefFieldNumber) return take(field, series.help_ref, "HelpRef", error);
    return field.number() != F::kUnitRefFieldNumber || take(field, series.unit_ref, "UnitRef", error);
  });
}

// Of metadata: what was not said is 0, which asks for no table.
bool is_there(const WriteRequest& request, uint32_t ref) { return ref == 0 || ref < request.symbols.size(); }

// The keys of the symbols make that of the series.
void set_key(const KeySecret& secret, const WriteRequest& request, std::vector<SeriesKey>& buffer,
             WrittenSeries& series) {
  const size_t symbols = request.symbol_keys.size();
  buffer.clear();
  series.sound = series.ref_count % 2 == 0 && is_there(request, series.unit_ref) && is_there(request, series.help_ref);
  for (size_t i = 0; i < series.ref_count && series.sound; ++i) {
    const uint32_t ref = request.refs[series.first_ref + i];
    series.sound = ref < symbols;
    if (series.sound) buffer.push_back(request.symbol_keys[ref]);
  }
  if (!series.sound) return;
  if (request.type_and_unit_labels && series.unit_ref < symbols) {
    buffer.push_back({series.type, UINT64_MAX});
    buffer.push_back(request.symbol_keys[series.unit_ref]);
  }
  series.key = secret(buffer.data(), buffer.size() * sizeof buffer[0]);
}

class Decoder {
 public:
  Decoder(const KeySecret& secret, WriteRequest& request) : secret_(secret), request_(request) {}

  bool series(std::string_view message, std::string& error) {
    if (!has_room(request_, error)) return false;
    WrittenSeries& series = add_series(request_);
    const bool good =
        for_each_field(message, "TimeSeries", error, [&](const Fields& field) { return part(field, series, error); });
    series.ref_count = static_cast<uint32_t>(request_.refs.size()) - series.first_ref;
    set_key(secret_, request_, keys_, series);
    return good;
  }

 private:
  bool part(const Fields& field, WrittenSeries& series, std::string& error) {
    using F = v2::TimeSeries;
    switch (field.number()) {
      case F::kLabelsRefsFieldNumber:
        return append(field, request_.refs, "LabelsRefs", error);
      case F::kSamplesFieldNumber:
        return expect(Wire::kBytes, field, "Samples", error) &&
               decode_sample(field.bytes(), request_.samples.emplace_back(), error);
      case F::kHistogramsFieldNumber:
        return expect(Wire::kBytes, field, "Histograms", error) && has_room(request_, error) &&
               decode_histogram(field.bytes(), request_.histograms.emplace_back(), error);
      case F::kExemplarsFieldNumber:
        return expect(Wire::kBytes, field, "Exemplars", error) && has_room(request_, error) &&
               decode_exemplar(field.bytes(), request_, request_.exemplars.emplace_back(), error);
      case F::kMetadataFieldNumber:
        return expect(Wire::kBytes, field, "Metadata", error) && decode_metadata(field.bytes(), series, error);
      default:
        return true;
    }
  }

  const KeySecret& secret_;
  WriteRequest& request_;
  std::vector<SeriesKey> keys_;
};

constexpr std::string_view kTypeLabel = "__type__";
constexpr std::string_view kUnitLabel = "__unit__";

// "" for the unknown one.
std::string_view type_name(uint32_t type) {
  static constexpr std::string_view kNames[] = {"",        "counter", "gauge",   "histogram", "gaugehistogram",
                                                "summary", "info",    "stateset"};
  return type < std::size(kNames) ? kNames[type] : kNames[0];
}

// "[1 2 3]"
std::string text_of(std::span<const uint32_t> refs) {
  std::string out = "[";
  for (size_t i = 0; i < refs.size(); ++i) out.append(i == 0 ? "" : " ").append(std::to_string(refs[i]));
  return out + ']';
}

std::span<const uint32_t> refs_of(const WriteRequest& request, const WrittenSeries& series) {
  return std::span(request.refs).subspan(series.first_ref, series.ref_count);
}

bool append_v1(const WrittenSeries& series, std::vector<Label>& out, std::string& error) {
  return for_each_field(series.labels, "TimeSeries", error,
                        [&](const Fields& field) { return decode_label(field.bytes(), out, error); });
}

// The labels that metadata stands for take the place of those that were sent.
void set_type_and_unit(const WriteRequest& request, const WrittenSeries& series, std::vector<Label>& out) {
  const std::string_view type = type_name(series.type);
  const std::string_view unit =
      series.unit_ref < request.symbols.size() ? request.symbols[series.unit_ref] : std::string_view();
  if (type.empty() && unit.empty()) return;
  std::erase_if(out, [](const Label& label) { return label.name == kTypeLabel || label.name == kUnitLabel; });
  if (!type.empty()) out.push_back({std::string(kTypeLabel), std::string(type)});
  if (!unit.empty()) out.push_back({std::string(kUnitLabel), std::string(unit)});
}

}  // namespace

// Symbols may stand behind what refers to them.
bool decode_v2(std::string_view body, const KeySecret& secret, WriteRequest& request, std::string& error) {
  const bool have_symbols = for_each_field(body, "Request", error, [&](const Fields& field) {
    if (field.number() != v2::Request::kSymbolsFieldNumber) return true;
    if (!expect(Wire::kBytes, field, "Symbols", error)) return false;
    request.symbols.push_back(field.bytes());
    request.symbol_keys.push_back(secret(field.bytes().data(), field.bytes().size()));
    return true;
  });
  if (!have_symbols) return false;
  Decoder decoder(secret, request);
  return for_each_field(body, "Request", error, [&](const Fields& field) {
    if (field.number() != v2::Request::kTimeseriesFieldNumber) return true;
    return expect(Wire::kBytes, field, "Timeseries", error) && decoder.series(field.bytes(), error);
  });
}

Result<> check_refs(const WriteRequest& request, const WrittenSeries& series) {
  const auto refs = refs_of(request, series);
  if (auto checked = check_labels(request, refs); !checked) {
    return prefixed("parsing labels for series " + text_of(refs) + ": ", checked.error());
  }
  const bool is_unit = !is_there(request, series.unit_ref);
  return invalid("parsing metadata for series " + text_of(refs) + ": " + (is_unit ? "unitRef " : "helpRef ") +
                 std::to_string(is_unit ? series.unit_ref : series.help_ref) + " outside of symbols table (size " +
                 std::to_string(request.symbols.size()) + ")");
}

Result<> labels_of(const WriteRequest& request, const WrittenSeries& series, std::vector<Label>& out) {
  out.clear();
  if (request.version == Version::kV1) {
    std::string error;
    if (append_v1(series, out, error)) return {};
    return invalid(std::move(error));
  }
  append_labels(request, refs_of(request, series), out);
  if (request.type_and_unit_labels) set_type_and_unit(request, series, out);
  return {};
}

}  // namespace narthex::remote
