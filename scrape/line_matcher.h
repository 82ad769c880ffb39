// Matches a scraped body of lines (Prometheus text, OpenMetrics) against what the target's last bodies were, line by
// line. Equivalent to the plain walker for every body: what is not plainly a known line goes through
// exposition::TextWalker or exposition::OpenMetricsWalker. Design: storage, scrape hot path.
//
//   LineMatcher matcher(table, body);     // or OpenMetricsMatcher matcher(table, body, {.read_created = true});
//   while (!matcher.done()) {
//     if (auto error = matcher.match(sink, 1 << 20)) return fail(*error);   // dropping the matcher leaves no trace
//     if (matcher.stopped()) return fail(sink.error());
//     yield();
//   }
//   ...                                                                     // limits, hand-over to the store
//   matcher.commit();
//
// The sink is the one of scrape/line_cursor.h; on_unit() is for OpenMetrics only.
#pragma once

#include <cassert>
#include <optional>
#include <string_view>

#include "scrape/line_cursor.h"
#include "scrape/line_format.h"

namespace narthex::scrape {

// One scrape's walk over its body. Not thread-safe; at most one per table at a time. `table` and `body` must outlive
// it. Forgets the scrape unless commit() was called. `Lines` is one of scrape/line_format.h.
template <class Lines>
class BasicLineMatcher {
 public:
  // `options`: those of the walker.
  BasicLineMatcher(LineTable& table, std::string_view body, typename Lines::Options options = {})
      : cursor_(table, Lines::kFormat),
        begin_(body.data()),
        end_(body.data() + body.size()),
        p_(begin_),
        walker_(Lines::make_walker(body, options)),
        salt_(cursor_.secret().salt(walker_.type())) {}

  // Whether the body is read to its end.
  bool done() const {
    if constexpr (Lines::kHasEndLine) return walker_.done();
    return p_ >= end_;
  }
  // Whether the sink said stop.
  bool stopped() const { return stopped_; }

  // Reads lines until about `budget` bytes are read, the body ends, the sink stops, or a line is wrong. A body that
  // lacks its end line is wrong at its end.
  template <class Sink>
  std::optional<exposition::ParseError> match(Sink& sink, size_t budget = SIZE_MAX);

  // The scrape succeeded: its lines, and their order, are what is expected next time. Call once, when done().
  void commit() {
    assert(done() && !stopped_);
    cursor_.commit();
  }

 private:
  using Line = LineCursor::Line;
  using Kind = LineCursor::Kind;

  // Receives what the walker found in one line.
  template <class Sink>
  struct FullPath {
    void on_series(const exposition::SeriesLine& line) {
      matcher.stopped_ = !matcher.cursor_.take_series(line, matcher.walker_.type(), sink);
    }
    void on_type(std::string_view name, exposition::MetricType type) {
      matcher.full_metadata(Kind::kType, sink, [&] { return sink.on_type(name, type); });
    }
    void on_help(std::string_view name, std::string_view text) {
      matcher.full_metadata(Kind::kHelp, sink, [&] { return sink.on_help(name, text); });
    }
    void on_unit(std::string_view name, std::string_view unit) {
      matcher.full_metadata(Kind::kUnit, sink, [&] { return sink.on_unit(name, unit); });
    }
    void on_comment(std::string_view) {}

    BasicLineMatcher& matcher;
    Sink& sink;
  };

  template <class Sink>
  std::optional<exposition::ParseError> walk_line(Sink& sink);
  template <class Sink, class Report>
  void full_metadata(Kind kind, Sink& sink, Report report);

  // The expected line, if it stands at p_; else null.
  Line* take_expected(exposition::SampleTail& tail);
  void set_type(exposition::MetricType type);

  LineCursor cursor_;
  const char* const begin_;
  const char* const end_;
  const char* p_;
  typename Lines::Walker walker_;
  uint64_t salt_;
  bool stopped_ = false;
};

using LineMatcher = BasicLineMatcher<TextLines>;
using OpenMetricsMatcher = BasicLineMatcher<OpenMetricsLines>;

template <class Lines>
void BasicLineMatcher<Lines>::set_type(exposition::MetricType type) {
  walker_.set_type(type);
  salt_ = cursor_.secret().salt(type);
}

template <class Lines>
typename BasicLineMatcher<Lines>::Line* BasicLineMatcher<Lines>::take_expected(exposition::SampleTail& tail) {
  Line* line = cursor_.expected();
  if (line == nullptr || Lines::must_walk(walker_, line->kind == Kind::kType)) return nullptr;
  return cursor_.table().template fits<Lines>(*line, p_, end_, salt_, tail) ? line : nullptr;
}

template <class Lines>
template <class Sink>
std::optional<exposition::ParseError> BasicLineMatcher<Lines>::match(Sink& sink, size_t budget) {
  const char* const pause = budget < static_cast<size_t>(end_ - p_) ? p_ + budget : end_;
  exposition::SampleTail tail;
  while (p_ < pause) {
    Line* line = take_expected(tail);
    if (line == nullptr) {
      auto error = walk_line(sink);
      if (stopped_) return std::nullopt;
      if (error) return error;
      continue;
    }
    p_ = tail.next;
    const bool repeated = cursor_.take_expected();
    if (line->kind == Kind::kSeries) {
      sink.on_known(line->ref, tail.value, tail.timestamp, repeated);
    } else {
      if (line->kind == Kind::kType) set_type(line->type);
      sink.on_metadata_seen(line->ref);
    }
  }
  if (Lines::kHasEndLine && p_ == end_ && !done()) return walk_line(sink);
  return std::nullopt;
}

template <class Lines>
template <class Sink>
std::optional<exposition::ParseError> BasicLineMatcher<Lines>::walk_line(Sink& sink) {
  walker_.seek(static_cast<size_t>(p_ - begin_));
  FullPath<Sink> full{*this, sink};
  auto error = walker_.walk_line(full);
  p_ = begin_ + walker_.offset();
  return error;
}

template <class Lines>
template <class Sink, class Report>
void BasicLineMatcher<Lines>::full_metadata(Kind kind, Sink& sink, Report report) {
  salt_ = cursor_.secret().salt(walker_.type());
  std::string_view text(p_, begin_ + walker_.offset());
  if (text.back() == '\n') text.remove_suffix(1);
  cursor_.take_metadata(kind, text, walker_.type(), sink, report);
}

}  // namespace narthex::scrape
