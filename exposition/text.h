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
// A sink has these members (views point into the body and live as long as it, where nothing else is said):
//   void on_type(std::string_view name, MetricType type);
//   void on_help(std::string_view name, std::string_view text);      // text is unescaped; it lives until the next line
//   void on_comment(std::string_view text);                          // from '#' on
//   void on_series(const SeriesLine& line);
//
// A series' key becomes labels with parse_series(), once per series rather than once per scrape.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "exposition/entry.h"

namespace narthex::exposition {

// Not thread-safe. `body` must outlive the walker.
class TextWalker {
 public:
  explicit TextWalker(std::string_view body) : body_(body) {}

  // Whether all lines are read. A NUL byte at the start of a line ends the body there.
  bool done() const { return offset_ >= body_.size(); }
  // Where the next line begins.
  size_t offset() const { return offset_; }
  // Goes on at `offset`, which must be the beginning of a line.
  void seek(size_t offset) { offset_ = offset; }

  // The type of the last TYPE line, whatever metric it named: what normalises_bound() wants to know.
  MetricType type() const { return type_; }
  void set_type(MetricType type) { type_ = type; }

  // Reads one line and calls the sink at most once (a blank line: not at all). After an error the walker is of no more
  // use: the reference gives up the whole body at the first.
  template <class Sink>
  std::optional<ParseError> walk_line(Sink& sink) {
    switch (read_line()) {
      case Kind::kBlank:
        break;
      case Kind::kSeries:
        sink.on_series(series_);
        break;
      case Kind::kType:
        sink.on_type(name_, type_);
        break;
      case Kind::kHelp:
        sink.on_help(name_, text_);
        break;
      case Kind::kComment:
        sink.on_comment(text_);
        break;
      case Kind::kError:
        return std::move(error_);
    }
    return std::nullopt;
  }

 private:
  enum class Kind : uint8_t { kBlank, kSeries, kType, kHelp, kComment, kError };

  Kind read_line();
  Kind read_series(const char* line, const char* p);
  Kind read_hash(const char* line, const char* p);
  Kind read_metadata(const char* line, const char* keyword);
  Kind read_type();
  Kind read_help();
  Kind fail(const char* at, std::string message);

  std::string_view body_;
  size_t offset_ = 0;
  MetricType type_ = MetricType::kUnknown;

  // The line just read.
  SeriesLine series_;
  std::string_view name_;
  std::string_view text_;
  std::string unescaped_;
  ParseError error_;
};

// The labels of a key, unescaped, in written order. Names may repeat and values may be empty: what that means is not
// the parser's to say. A value type but for its views; meant to be reused: it keeps its memory.
class SeriesLabels {
 public:
  SeriesLabels() = default;
  SeriesLabels(const SeriesLabels&) = delete;
  SeriesLabels& operator=(const SeriesLabels&) = delete;

  // Views point into the key or into this object; the next parse_series() ends them.
  std::string_view name() const { return name_; }
  std::span<const LabelView> labels() const { return labels_; }

 private:
  friend std::optional<ParseError> parse_series(std::string_view key, MetricType type, SeriesLabels& out);
  friend class SeriesVisitor;

  std::string_view name_;
  std::vector<LabelView> labels_;
  std::string storage_;  // what had to be unescaped or normalised; never grows beyond what was reserved for the key
};

// Splits a SeriesLine::key. `type` is the walker's type at that line: with kHistogram values of `le` are normalised,
// with kSummary those of `quantile`. Keys that a walker gave always succeed.
std::optional<ParseError> parse_series(std::string_view key, MetricType type, SeriesLabels& out);

// Whether the values of this label are numbers that have one spelling only (exposition spec, 2.2).
inline bool normalises_bound(MetricType type, std::string_view label_name) {
  return (type == MetricType::kHistogram && label_name == "le") ||
         (type == MetricType::kSummary && label_name == "quantile");
}

// Appends a bound as OpenMetrics spells it: "1" becomes "1.0", "1e6" "1e+06", "inf" "+Inf". What is no number, or out
// of range, stays as it is. Hexadecimal floats count.
void append_bound(std::string& out, std::string_view value);
void append_bound(std::string& out, double value);

}  // namespace narthex::exposition
