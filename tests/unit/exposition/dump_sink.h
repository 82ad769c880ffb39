// A sink that writes down what it was told, one line per call.
#pragma once

#include <bit>
#include <cstdio>
#include <string>

#include "base/number.h"
#include "base/quote.h"
#include "exposition/openmetrics.h"
#include "exposition/text.h"

namespace narthex::exposition {

class DumpSink {
 public:
  void on_type(std::string_view name, MetricType type) {
    line("TYPE " + go_quote(name) + " " + std::string(type_name(type)));
  }
  void on_help(std::string_view name, std::string_view text) { line("HELP " + go_quote(name) + " " + go_quote(text)); }
  void on_unit(std::string_view name, std::string_view unit) { line("UNIT " + go_quote(name) + " " + go_quote(unit)); }
  void on_comment(std::string_view text) { line("COMMENT " + go_quote(text)); }
  void on_series(const SeriesLine& series) {
    ++series_count;
    std::string out = go_quote(series.key) + " " + value(series.value);
    if (series.timestamp) out += " @" + std::to_string(*series.timestamp);
    if (series.start != 0) out += " since " + std::to_string(series.start);
    for (const ExemplarView& one : series.exemplars) out += " # " + exemplar(one);
    line(std::move(out));
  }

  static std::string exemplar(const ExemplarView& one) {
    std::string out;
    for (const LabelView& label : one.labels) out += go_quote(label.name) + "=" + go_quote(label.value) + " ";
    out += value(one.value);
    if (one.timestamp) out += " @" + std::to_string(*one.timestamp);
    return out;
  }

  // NaNs differ by their bits.
  static std::string value(double number) {
    std::string out;
    append_sample_value(out, number);
    if (number == number) return out;
    char buffer[24];
    std::snprintf(buffer, sizeof buffer, "NaN(%llx)", std::bit_cast<unsigned long long>(number));
    return buffer;
  }

  std::string dump;
  int series_count = 0;

 private:
  void line(std::string text) {
    if (!dump.empty()) dump += '\n';
    dump += text;
  }
};

// Walks a whole body; an error is the last line.
template <class Walker>
std::string walk_all(Walker& walker, DumpSink& sink) {
  while (!walker.done()) {
    if (auto error = walker.walk_line(sink)) {
      const std::string where = std::to_string(error->line) + ":" + std::to_string(error->column) + ": ";
      return sink.dump + (sink.dump.empty() ? "" : "\n") + where + error->message;
    }
  }
  return sink.dump;
}

inline std::string walk(std::string_view body, DumpSink& sink) {
  TextWalker walker(body);
  return walk_all(walker, sink);
}

inline std::string walk(std::string_view body) {
  DumpSink sink;
  return walk(body, sink);
}

inline std::string walk_openmetrics(std::string_view body, OpenMetricsOptions options = {}) {
  OpenMetricsWalker walker(body, options);
  DumpSink sink;
  return walk_all(walker, sink);
}

}  // namespace narthex::exposition
