// Matches a scraped protobuf body against what the target's last bodies were, entry by entry: scrape/line_matcher.h for
// a format whose series have no text of their own. The keys that the walker spells are hashed as lines are. Used as
// LineMatcher is; the sink is the one of scrape/line_cursor.h, with the members for histograms and units.
#pragma once

#include <cassert>
#include <optional>
#include <string>
#include <string_view>

#include "exposition/protobuf.h"
#include "scrape/line_cursor.h"

namespace narthex::scrape {

// One scrape's walk over its body. Not thread-safe; at most one matcher per table at a time. `table` and `body` must
// outlive it. Forgets the scrape unless commit() was called.
class ProtobufMatcher {
 public:
  ProtobufMatcher(LineTable& table, std::string_view body, const exposition::ProtobufOptions& options)
      : cursor_(table, exposition::Format::kProtobuf), walker_(body, options) {}

  // Whether the body is read to its end.
  bool done() const { return walker_.done(); }
  // Whether the sink said stop.
  bool stopped() const { return stopped_; }

  // Reads entries until about `budget` bytes are read (no fewer than a metric), the body ends, the sink stops, or a
  // message is wrong.
  template <class Sink>
  std::optional<exposition::ParseError> match(Sink& sink, size_t budget = SIZE_MAX);

  // The scrape succeeded: its lines, and their order, are what is expected next time. Call once, when done().
  void commit() {
    assert(done() && !stopped_);
    cursor_.commit();
  }

 private:
  using Kind = LineCursor::Kind;
  using MetricType = exposition::MetricType;

  // Receives what the walker found.
  template <class Sink>
  struct Entries {
    void on_help(std::string_view name, std::string_view text) {
      matcher.take_metadata(Kind::kHelp, "# HELP ", name, text, sink, [&] { return sink.on_help(name, text); });
    }
    void on_unit(std::string_view name, std::string_view unit) {
      matcher.take_metadata(Kind::kUnit, "# UNIT ", name, unit, sink, [&] { return sink.on_unit(name, unit); });
    }
    void on_type(std::string_view name, MetricType type) {
      matcher.type_ = type;
      matcher.take_metadata(Kind::kType, "# TYPE ", name, type_name(type), sink,
                            [&] { return sink.on_type(name, type); });
    }
    void on_series(const exposition::SeriesLine& line) {
      matcher.stopped_ = !matcher.cursor_.take_series(line, MetricType::kUnknown, sink);
    }
    void on_histogram(const exposition::HistogramLine& line) {
      matcher.stopped_ = !matcher.cursor_.take_histogram(line, sink);
    }

    ProtobufMatcher& matcher;
    Sink& sink;
  };

  // An entry is known by a text that no other entry has: 0xff is in no name, and '#' begins no series.
  template <class Sink, class Report>
  void take_metadata(Kind kind, std::string_view keyword, std::string_view name, std::string_view text, Sink& sink,
                     Report report) {
    ((metadata_.assign(keyword) += name) += '\xff') += text;
    cursor_.take_metadata(kind, metadata_, type_, sink, report);
  }

  LineCursor cursor_;
  exposition::ProtobufWalker walker_;
  MetricType type_ = MetricType::kUnknown;  // of the last TYPE
  std::string metadata_;
  bool stopped_ = false;
};

template <class Sink>
std::optional<exposition::ParseError> ProtobufMatcher::match(Sink& sink, size_t budget) {
  const size_t begin = walker_.position();
  Entries<Sink> entries{*this, sink};
  while (!done() && walker_.position() - begin < budget) {
    if (auto error = walker_.walk_entry(entries)) return error;
    if (stopped_) return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace narthex::scrape
