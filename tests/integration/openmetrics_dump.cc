// Reads an OpenMetrics body from standard input and writes what the walker tells as lines of JSON:
//
//   openmetrics_dump [--read-created] < body
//
//   {"kind":"series","name":"a_total","labels":{"x":"y"},"value":"1","timestamp":5,"start":7,"exemplars":[...]}
//   {"kind":"type","name":"a","text":"counter"}                                                 help and unit likewise
//   {"kind":"error","name":"2:5","text":"..."}                                                  exit code 1
#include <cstdio>
#include <iostream>
#include <iterator>
#include <string>

#include "base/number.h"
#include "base/quote.h"
#include "exposition/openmetrics.h"
#include "exposition/text.h"

namespace narthex::exposition {
namespace {

class JsonSink {
 public:
  void on_type(std::string_view name, MetricType type) { metadata("type", name, type_name(type)); }
  void on_help(std::string_view name, std::string_view text) { metadata("help", name, text); }
  void on_unit(std::string_view name, std::string_view unit) { metadata("unit", name, unit); }
  void on_series(const SeriesLine& line) {
    if (auto error = parse_series(line.key, MetricType::kUnknown, labels_))
      return metadata("error", "", error->message);
    out_ = "{\"kind\":\"series\",\"name\":";
    append_json_string(out_, labels_.name());
    labels(labels_.labels());
    value(line.value, line.timestamp);
    out_ += ",\"start\":" + std::to_string(line.start) + ",\"exemplars\":[";
    for (const ExemplarView& exemplar : line.exemplars) {
      out_ += "{\"kind\":\"exemplar\"";
      labels(exemplar.labels);
      value(exemplar.value, exemplar.timestamp);
      out_ += '}';
    }
    std::puts((out_ + "]}").c_str());
  }
  void metadata(std::string_view kind, std::string_view name, std::string_view text) {
    out_ = "{\"kind\":\"" + std::string(kind) + "\",\"name\":";
    append_json_string(out_, name);
    out_ += ",\"text\":";
    append_json_string(out_, text);
    std::puts((out_ + "}").c_str());
  }

 private:
  void labels(std::span<const LabelView> labels) {
    out_ += ",\"labels\":{";
    for (const LabelView& label : labels) {
      if (out_.back() != '{') out_ += ',';
      append_json_string(out_, label.name);
      out_ += ':';
      append_json_string(out_, label.value);
    }
    out_ += '}';
  }
  void value(double number, std::optional<Timestamp> timestamp) {
    out_ += ",\"value\":\"" + float_plain(number) + "\"";
    if (timestamp) out_ += ",\"timestamp\":" + std::to_string(*timestamp);
  }

  SeriesLabels labels_;
  std::string out_;
};

int dump(std::string_view body, OpenMetricsOptions options) {
  OpenMetricsWalker walker(body, options);
  JsonSink sink;
  while (!walker.done()) {
    if (auto error = walker.walk_line(sink)) {
      sink.metadata("error", std::to_string(error->line) + ":" + std::to_string(error->column), error->message);
      return 1;
    }
  }
  return 0;
}

}  // namespace
}  // namespace narthex::exposition

int main(int argc, char** argv) {
  const std::string body(std::istreambuf_iterator<char>(std::cin), {});
  return narthex::exposition::dump(body, {.read_created = argc > 1 && std::string_view(argv[1]) == "--read-created"});
}
