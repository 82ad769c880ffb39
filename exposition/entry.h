// What the walkers of the formats tell their sinks: series, histograms, metadata. Source: exposition spec.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "model/histogram.h"
#include "model/sample.h"

namespace narthex::exposition {

enum class MetricType : uint8_t { kUnknown, kCounter, kGauge, kHistogram, kGaugeHistogram, kSummary, kInfo, kStateset };

// counter, gauge, histogram, gaugehistogram, summary, info, stateset, unknown.
std::string_view type_name(MetricType type);

// Where a body stops making sense.
struct ParseError {
  std::string message;  // the reference's text
  size_t offset = 0;    // byte in the body: where the token that is wrong begins
  int line = 0;         // from 1; 0: the format has no lines
  int column = 0;       // from 1, bytes
};

// Line and column, from 1, of a byte of a text body.
struct LinePlace {
  int line = 0;
  int column = 0;
};
LinePlace place_of(std::string_view body, size_t offset);

struct LabelView {
  std::string_view name;
  std::string_view value;
};

// An exemplar as exposed. Views point into the body or the walker, and live until the next entry.
struct ExemplarView {
  std::span<const LabelView> labels;
  double value = 0;
  std::optional<Timestamp> timestamp;
};

// A sample. `key` is the series as the text format writes it, name and braces: what identifies it from one scrape to
// the next. In the formats without text the walker spells it.
struct SeriesLine {
  std::string_view key;
  double value = 0;                    // NaNs are canonical, but for protobuf's (exposition spec, 2.1)
  std::optional<Timestamp> timestamp;  // milliseconds
  std::span<const ExemplarView> exemplars = {};
  Timestamp start = 0;  // since when it counts, in ms; 0: not said, or not asked for

  bool has_extras() const { return !exemplars.empty() || start != 0; }
};

// A native histogram; `key` and `timestamp` as above.
struct HistogramLine {
  std::string_view key;
  const Histogram& histogram;  // the walker's, until the next entry
  std::optional<Timestamp> timestamp;
  std::span<const ExemplarView> exemplars = {};
  Timestamp start = 0;
};

}  // namespace narthex::exposition
