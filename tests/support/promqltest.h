// Scripts in the format of Prometheus's promqltest: samples are loaded, queries are asked, answers are compared.
// Source: the PromQL spec, section 15.
//
//   load 10s
//     metric{job="a"} 0+1x10
//   eval instant at 100s rate(metric[1m])
//     {job="a"} 0.1
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "model/labels.h"
#include "promql/engine.h"

namespace narthex::testing::promqltest {

// One item of a series of values. Histograms are read, and kept as text: samples of that kind are not stored yet.
struct Item {
  enum class Kind { kGap, kFloat, kHistogram };
  Kind kind = Kind::kGap;
  double value = 0;
  std::string histogram;
};

struct SeriesLine {
  Labels labels;
  std::vector<Item> items;
  bool has_histograms() const;
};

struct Load {
  int64_t interval_ms = 0;
  bool with_nhcb = false;  // classic histograms are to be loaded as native ones with custom buckets too
  std::vector<SeriesLine> series;
  std::vector<Labels> with_start_timestamps;  // series that had a line `series@st …`
};

struct Clear {};

// A text that an error or annotation must equal or match.
struct TextPattern {
  std::string text;
  bool regex = false;
  bool any = false;  // without a text
  bool matches(const std::string& other) const;
};

struct RangeVectorTimes {
  Timestamp start = 0;
  Timestamp end = 0;
  int64_t step = 0;
};

struct Eval {
  int line = 0;
  std::string query;
  bool instant = true;
  Timestamp start = 0;
  Timestamp end = 0;
  int64_t step_ms = 0;

  std::optional<TextPattern> fail;
  std::vector<TextPattern> warn;
  std::vector<TextPattern> info;
  bool no_warn = false;
  bool no_info = false;
  bool ordered = false;
  std::optional<RangeVectorTimes> range_vector;
  std::optional<std::string> string;
  std::optional<double> scalar;
  std::vector<SeriesLine> series;
};

using Command = std::variant<Load, Clear, Eval>;

// Reads a whole script. Error: "line N: …".
Result<std::vector<Command>> parse_script(std::string_view text);

struct Report {
  int passed = 0;
  int unsupported = 0;                // queries that answered kUnsupported, or that need data which cannot be stored
  int skipped_series = 0;             // series of loads that could not be stored
  std::vector<std::string> failures;  // "line N: query: what is wrong"
};

// Runs a script on a store of its own. Instant queries also run with @ added at other times, and as range queries.
Report run_script(const std::vector<Command>& script, const promql::EngineOptions& options);

// What the format prescribes: all features, 10000 samples.
promql::EngineOptions script_engine_options();

}  // namespace narthex::testing::promqltest
