// What a protobuf body says as text, one line per entry: told by the walker, and by the generated classes.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/quote.h"
#include "exposition/protobuf.h"
#include "exposition/text.h"
#include "model/histogram_buckets.h"
#include "tests/support/protobuf_bodies.h"
#include "tests/unit/exposition/dump_sink.h"

namespace narthex::exposition {

using LabelTexts = std::vector<std::pair<std::string, std::string>>;

inline std::string dump_labels(std::string_view name, const LabelTexts& labels) {
  std::string out = name.empty() ? "{" : go_quote(name) + "{";
  for (const auto& [label, value] : labels)
    out += (out.back() == '{' ? "" : ",") + go_quote(label) + "=" + go_quote(value);
  return out + "}";
}

inline std::string dump_rest(std::optional<Timestamp> timestamp, Timestamp start,
                             std::span<const ExemplarView> exemplars) {
  std::string out;
  if (timestamp) out += " @" + std::to_string(*timestamp);
  if (start != 0) out += " since " + std::to_string(start);
  for (const ExemplarView& exemplar : exemplars) {
    LabelTexts labels;
    for (const LabelView& label : exemplar.labels) labels.emplace_back(label.name, label.value);
    out += " # " + dump_labels("", labels) + " " + DumpSink::value(exemplar.value);
    if (exemplar.timestamp) out += " @" + std::to_string(*exemplar.timestamp);
  }
  return out + "\n";
}

struct ProtobufDump {
  void on_help(std::string_view name, std::string_view text) {
    dump += "HELP " + go_quote(name) + " " + go_quote(text) + "\n";
  }
  void on_unit(std::string_view name, std::string_view unit) {
    dump += "UNIT " + go_quote(name) + " " + go_quote(unit) + "\n";
  }
  void on_type(std::string_view name, MetricType type) {
    dump += "TYPE " + go_quote(name) + " " + std::string(type_name(type)) + "\n";
  }
  void on_series(const SeriesLine& line) {
    dump +=
        labels_of(line.key) + " " + DumpSink::value(line.value) + dump_rest(line.timestamp, line.start, line.exemplars);
  }
  void on_histogram(const HistogramLine& line) {
    dump += labels_of(line.key) + " " + narthex::dump(line.histogram) +
            dump_rest(line.timestamp, line.start, line.exemplars);
  }

  std::string labels_of(std::string_view key) {
    if (auto error = parse_series(key, MetricType::kUnknown, parsed))
      return "KEY " + go_quote(key) + ": " + error->message;
    LabelTexts labels;
    for (const LabelView& label : parsed.labels()) labels.emplace_back(label.name, label.value);
    return dump_labels(parsed.name(), labels);
  }

  std::string dump;
  SeriesLabels parsed;
};

// Walks a whole body; an error is the last line.
inline std::string walk_protobuf(std::string_view body, const ProtobufOptions& options = {}) {
  ProtobufWalker walker(body, options);
  ProtobufDump sink;
  while (!walker.done()) {
    if (auto error = walker.walk_family(sink))
      return sink.dump + "ERROR at " + std::to_string(error->offset) + ": " + error->message;
  }
  return sink.dump;
}

// The same of messages that the library decoded. Only of families that random_family() makes.
std::string dump_decoded(const pb::MetricFamily& family, const ProtobufOptions& options);

}  // namespace narthex::exposition
