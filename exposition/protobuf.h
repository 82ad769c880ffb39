// The protobuf exposition format as a walker with a sink: a row of io.prometheus.client.MetricFamily messages, each
// behind its length. Source: exposition spec, section 5.
//
//   ProtobufWalker walker(body, options);
//   while (!walker.done()) {
//     if (auto error = walker.walk_entry(sink)) return *error;
//   }
//
// A sink has these members, called per family in this order (views live until the next entry, where nothing else is
// said; those into the body as long as it):
//   void on_help(std::string_view name, std::string_view text);      // in the body
//   void on_unit(std::string_view name, std::string_view unit);      // in the body; only if there is one
//   void on_type(std::string_view name, MetricType type);            // in the body
//   void on_series(const SeriesLine& line);
//   void on_histogram(const HistogramLine& line);
//
// Keys are spelled for parse_series(key, MetricType::kUnknown, ...): bounds have their one spelling already. NaNs keep
// their bits, so a target can send stale markers. Whether a histogram makes sense is for check_histogram() to say.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "exposition/entry.h"

namespace narthex::exposition {

// What becomes of histograms. Of one with native data, if `native_histograms`: native, and if `always_classic`, classic
// too. Of others: classic; if `convert_classic`, custom buckets instead, or with `always_classic`, besides.
struct ProtobufOptions {
  bool native_histograms = false;  // scrape_native_histograms
  bool always_classic = false;     // always_scrape_classic_histograms
  bool convert_classic = false;    // convert_classic_histograms_to_nhcb
  bool read_start = false;         // fill in the start of series, where it is said
};

// Not thread-safe. `body` must outlive the walker. Allocates while its buffers grow to the largest metric, not per
// sample. It takes about the memory of the largest metric, too.
class ProtobufWalker {
 public:
  ProtobufWalker(std::string_view body, const ProtobufOptions& options);
  ~ProtobufWalker();
  ProtobufWalker(const ProtobufWalker&) = delete;
  ProtobufWalker& operator=(const ProtobufWalker&) = delete;

  // Whether all messages are read.
  bool done() const;
  // Where the message begins that is being read: its length. Between families: where the next one begins.
  size_t offset() const;
  // How many bytes of the body are read, metric by metric.
  size_t position() const;

  // Reads one entry and calls the sink at most once: not at all at the end of a family, or of the body. Errors have the
  // offset of the message and no line; after one the walker is of no more use.
  template <class Sink>
  std::optional<ParseError> walk_entry(Sink& sink) {
    switch (read_entry()) {
      case Kind::kNothing:
        break;
      case Kind::kHelp:
        sink.on_help(name_, text_);
        break;
      case Kind::kUnit:
        sink.on_unit(name_, text_);
        break;
      case Kind::kType:
        sink.on_type(name_, type_);
        break;
      case Kind::kSeries:
        sink.on_series(series_);
        break;
      case Kind::kHistogram:
        sink.on_histogram(HistogramLine{series_.key, histogram_, series_.timestamp, series_.exemplars, series_.start});
        break;
      case Kind::kError:
        return std::move(error_);
    }
    return std::nullopt;
  }

  // Reads to the end of the next family that has metrics, or of the body.
  template <class Sink>
  std::optional<ParseError> walk_family(Sink& sink) {
    do {
      if (auto error = walk_entry(sink)) return error;
    } while (within_family());
    return std::nullopt;
  }

 private:
  struct State;
  enum class Kind : uint8_t { kNothing, kHelp, kUnit, kType, kSeries, kHistogram, kError };

  bool within_family() const;
  Kind read_entry();
  Kind open_family();
  Kind read_metric();
  bool spell_labels();
  Kind read_part();
  bool read_simple(size_t index);
  bool read_summary(size_t index);
  bool read_classic(size_t index);
  Kind read_histogram(bool native);
  void set_exemplar(size_t index);
  Kind fail(std::string message);

  const std::unique_ptr<State> state_;

  // The entry just read; of a histogram `series_` has all but the value.
  std::string_view name_;
  std::string_view text_;
  MetricType type_ = MetricType::kUnknown;
  SeriesLine series_;
  Histogram histogram_;
  ParseError error_;
};

}  // namespace narthex::exposition
