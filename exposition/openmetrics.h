// OpenMetrics text 0.0.1 and 1.0.0 as a walker with a sink. Source: exposition spec, sections 2 and 4.
//
//   OpenMetricsWalker walker(body, {.read_created = true});
//   while (!walker.done()) {
//     if (auto error = walker.walk_line(sink); error) return *error;   // position and message
//   }
//
// A body that does not end with "# EOF" fails at its end, so what the loop above read is all that the target said. A
// sink has these members (views point into the body and live as long as it, where nothing else is said):
//   void on_type(std::string_view name, MetricType type);
//   void on_help(std::string_view name, std::string_view text);      // text is unescaped; it lives until the next line
//   void on_unit(std::string_view name, std::string_view unit);      // "" or a suffix of the name
//   void on_series(const SeriesLine& line);                          // with its exemplar; its labels are not unescaped
//
// A series' key becomes labels with parse_series() of exposition/text.h: what OpenMetrics allows there, the text format
// does too. Names are taken as they stand: no suffix (`_total`, `_info`) is asked for, and no order.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "exposition/entry.h"

namespace narthex::exposition {

struct OpenMetricsOptions {
  // Counters, summaries and histograms: series whose name ends in "_created" are no series, but say since when the
  // series of the same labels count (SeriesLine::start). They are looked for behind the series, in its family, as far
  // as the next one. Otherwise they are series like all others.
  bool read_created = false;
};

// Not thread-safe. `body` must outlive the walker.
class OpenMetricsWalker {
 public:
  explicit OpenMetricsWalker(std::string_view body, OpenMetricsOptions options = {});
  ~OpenMetricsWalker();
  OpenMetricsWalker(const OpenMetricsWalker&) = delete;
  OpenMetricsWalker& operator=(const OpenMetricsWalker&) = delete;

  // Whether "# EOF" is read, and nothing stands behind it.
  bool done() const { return done_; }
  // Where the next line begins.
  size_t offset() const { return offset_; }
  // Goes on at `offset`, which must be the beginning of a line, or the end of the body.
  void seek(size_t offset) { offset_ = offset; }

  // The type of the last TYPE line, whatever metric it named: what normalises_bound() wants to know.
  MetricType type() const { return type_; }
  // Not with read_created, which wants to know the name too.
  void set_type(MetricType type) { type_ = type; }

  bool reads_created() const { return created_ != nullptr; }
  // Whether the series that stand here may have a start: the walker must see all of them.
  bool seeks_starts() const { return reads_created() && counts_since_start(); }

  // Reads one line and calls the sink at most once (the last line and those of read_created: not at all). The sink may
  // hear of a series and there be an error behind it all the same. After an error the walker is of no more use.
  template <class Sink>
  std::optional<ParseError> walk_line(Sink& sink) {
    switch (read_line()) {
      case Kind::kNothing:
        break;
      case Kind::kSeries:
        sink.on_series(series_);
        break;
      case Kind::kSeriesAndError:
        sink.on_series(series_);
        return std::move(error_);
      case Kind::kType:
        sink.on_type(name_, type_);
        break;
      case Kind::kHelp:
        sink.on_help(name_, text_);
        break;
      case Kind::kUnit:
        sink.on_unit(name_, text_);
        break;
      case Kind::kError:
        return std::move(error_);
    }
    return std::nullopt;
  }

 private:
  enum class Kind : uint8_t { kNothing, kSeries, kSeriesAndError, kType, kHelp, kUnit, kError };
  class CreatedTimes;

  bool counts_since_start() const {
    return type_ == MetricType::kCounter || type_ == MetricType::kHistogram || type_ == MetricType::kSummary;
  }

  Kind read_line();
  Kind read_series();
  Kind read_sample();
  Kind read_long_tail(const char* p);
  Kind read_exemplar(const char* p);
  Kind read_behind_value(const char* p);
  Kind read_keyword();
  Kind read_metadata(std::string_view keyword, const char* name);
  Kind read_type();
  Kind read_help();
  Kind read_unit();
  Kind read_eof(const char* p);

  // Returns the byte behind the float at `p`, or nullptr and error_.
  const char* take_float(const char* p, std::string_view what, double& value);
  const char* take_time(const char* p, std::string_view what, std::optional<Timestamp>& time);
  Kind end_line(const char* newline);

  Kind fail(const char* at, std::string message);
  Kind fail_token(std::string_view expected, const char* at);

  const std::string_view body_;
  const char* const end_;
  size_t offset_ = 0;
  bool done_ = false;
  MetricType type_ = MetricType::kUnknown;
  std::unique_ptr<CreatedTimes> created_;  // null: read_created is off

  // The line just read.
  const char* line_ = nullptr;
  SeriesLine series_;
  ExemplarView exemplar_;
  std::vector<LabelView> exemplar_labels_;
  std::string_view name_;
  std::string_view text_;
  std::string unescaped_;
  ParseError error_;
};

}  // namespace narthex::exposition
