// Prometheus text format 0.0.4 and 1.0.0 as a walker with a sink. Source: exposition spec, sections 2 and 3.
//
// The walker reads one line (a label value may hold newlines, so a line is what the grammar says) and tells the sink
// what it was; the loop around it is the caller's. The same walker serves scraping, lint, the relabel lab and tests.
//
//   TextWalker walker(body);
//   while (!walker.done()) {
//     if (auto error = walker.walk_line(sink); error) return *error;   // position and message
//   }
//
// A sink has these members (all views point into the body and live as long as it):
//   void on_type(std::string_view name, MetricType type);
//   void on_help(std::string_view name, std::string_view text);      // text is unescaped
//   void on_comment(std::string_view text);
//   void on_series(const SeriesLine& line);
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/labels.h"
#include "model/sample.h"

namespace narthex::exposition {

enum class MetricType : uint8_t { kUnknown, kCounter, kGauge, kHistogram, kGaugeHistogram, kSummary, kInfo, kStateset };

// counter, gauge, histogram, gaugehistogram, summary, info, stateset, unknown.
std::string_view type_name(MetricType type);

// Where a body stops making sense.
struct ParseError {
  std::string message;  // the reference's text
  size_t offset = 0;    // byte in the body
  int line = 0;         // from 1
  int column = 0;       // from 1, bytes
};

// A sample line. `key` is the series as written, name and braces: what identifies a line from one scrape to the next.
struct SeriesLine {
  std::string_view key;
  double value = 0;                    // NaNs are canonical (exposition spec, 2.1)
  std::optional<Timestamp> timestamp;  // milliseconds
};

}  // namespace narthex::exposition
