// Matches a scraped body against what the target's last bodies were, line by line. Equivalent to the plain walker for
// every body: what is not plainly a known line goes through exposition::TextWalker. Design: storage, scrape hot path.
//
//   LineMatcher matcher(table, body);
//   while (!matcher.done()) {
//     if (auto error = matcher.match(sink, 1 << 20)) return fail(*error);   // dropping the matcher leaves no trace
//     if (matcher.stopped()) return fail(sink.error());
//     yield();
//   }
//   ...                                                                     // limits, hand-over to the store
//   matcher.commit();
//
// A sink has these members:
//   // A series that was resolved before. `slot`: what on_unknown() said, kNoSlot if it is dropped. `repeated`: the key
//   // stood in this body already (a duplicate unless it has a timestamp that counts: scrape spec, section 6).
//   void on_known(storage::Slot slot, double value, std::optional<Timestamp> timestamp, bool repeated);
//   // A series seen for the first time (or not seen for long). `type` is for exposition::parse_series().
//   Verdict on_unknown(const exposition::SeriesLine& line, exposition::MetricType type);
//   // TYPE and HELP lines that the last body did not have, and all of them after a scrape that failed; views are as
//   // TextWalker's. The number returned comes back in on_metadata_seen() while nothing changes.
//   uint32_t on_type(std::string_view name, exposition::MetricType type);
//   uint32_t on_help(std::string_view name, std::string_view text);
//   void on_metadata_seen(uint32_t ref);
#pragma once

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "exposition/text.h"
#include "scrape/line_table.h"
#include "storage/appender.h"

namespace narthex::scrape {

// What a sink decides about a new series.
struct Verdict {
  enum Action : uint8_t { kRemember, kForget, kStop };
  Action action;
  storage::Slot slot = storage::kNoSlot;

  static Verdict stored(storage::Slot slot) { return {kRemember, slot}; }
  // Relabeling drops it, now and next time.
  static Verdict dropped() { return {kRemember}; }
  // Refused this time: ask again next time.
  static Verdict refused() { return {kForget}; }
  // The scrape has failed: read no further.
  static Verdict stop() { return {kStop}; }
};

// One scrape's walk over its body. Not thread-safe; at most one per table at a time. `table` and `body` must outlive
// it.
class LineMatcher {
 public:
  LineMatcher(LineTable& table, std::string_view body);
  // Forgets the scrape unless commit() was called.
  ~LineMatcher();
  LineMatcher(const LineMatcher&) = delete;
  LineMatcher& operator=(const LineMatcher&) = delete;

  // Whether the body is read to its end.
  bool done() const { return p_ >= end_; }
  // Whether the sink said stop.
  bool stopped() const { return stopped_; }

  // Reads lines until about `budget` bytes are read, the body ends, the sink stops, or a line is wrong.
  template <class Sink>
  std::optional<exposition::ParseError> match(Sink& sink, size_t budget = SIZE_MAX);

  // The scrape succeeded: its lines, and their order, are what is expected next time. Call once, when done().
  void commit();

 private:
  using Line = LineTable::Line;
  using Index = LineTable::Index;
  using Kind = LineTable::Kind;
  static constexpr Index kNone = LineTable::kNone;

  // Receives what the walker found in one line.
  template <class Sink>
  struct FullPath {
    void on_series(const exposition::SeriesLine& line) { matcher.full_series(line, sink); }
    void on_type(std::string_view name, exposition::MetricType type) {
      matcher.full_metadata(Kind::kType, sink, [&] { return sink.on_type(name, type); });
    }
    void on_help(std::string_view name, std::string_view text) {
      matcher.full_metadata(Kind::kHelp, sink, [&] { return sink.on_help(name, text); });
    }
    void on_comment(std::string_view) {}

    LineMatcher& matcher;
    Sink& sink;
  };

  template <class Sink>
  std::optional<exposition::ParseError> walk_line(Sink& sink);
  template <class Sink>
  void full_series(const exposition::SeriesLine& line, Sink& sink);
  template <class Sink, class Report>
  void full_metadata(Kind kind, Sink& sink, Report report);

  // Reads the line at p_ if it is the expected one; returns it, or nullptr and nothing has changed.
  Line* take_expected(exposition::SampleTail& tail);
  void set_type(exposition::MetricType type);
  // Notes that `line` stands here. True if it stood in this body before; the order is left alone then.
  bool step_to(Index line);
  // `line` follows the line just read.
  void put_after_last(Index line);
  void remember(uint64_t hash, size_t length, Kind kind, uint32_t ref);

  LineTable& table_;
  const char* const begin_;
  const char* const end_;
  const char* p_;
  exposition::TextWalker walker_;
  uint64_t salt_;
  const size_t old_size_;  // lines of the table before this scrape; those behind are new
  size_t live_ = 0;        // distinct lines seen
  bool stopped_ = false;
  bool committed_ = false;

  // table.lines_[last_].next is expected_, unless a change below says otherwise.
  Index last_ = kNone;  // the line just read
  Index expected_;
  struct Change {
    Index line;  // kNone: the head
    Index next;
  };
  std::vector<Change> order_changes_;
  std::vector<Change> ref_changes_;  // `next` is the ref
};

inline void LineMatcher::set_type(exposition::MetricType type) {
  walker_.set_type(type);
  salt_ = table_.secret_->salt(type);
}

inline bool LineMatcher::step_to(Index index) {
  Line& line = table_.lines_[index];
  if (line.seen == table_.scrape_) return true;
  line.seen = table_.scrape_;
  ++live_;
  if (index != expected_) put_after_last(index);
  last_ = index;
  expected_ = line.next;
  return false;
}

inline LineMatcher::Line* LineMatcher::take_expected(exposition::SampleTail& tail) {
  if (expected_ == kNone) return nullptr;
  Line& line = table_.lines_[expected_];
  if (line.kind != Kind::kSeries && !table_.was_there(line)) return nullptr;
  return table_.fits(line, p_, end_, salt_, tail) ? &line : nullptr;
}

template <class Sink>
std::optional<exposition::ParseError> LineMatcher::match(Sink& sink, size_t budget) {
  const char* const pause = budget < static_cast<size_t>(end_ - p_) ? p_ + budget : end_;
  exposition::SampleTail tail;
  while (p_ < pause) {
    Line* line = take_expected(tail);
    if (line == nullptr) {
      if (auto error = walk_line(sink)) return error;
      if (stopped_) return std::nullopt;
      continue;
    }
    p_ = tail.next;
    const bool repeated = step_to(expected_);
    if (line->kind == Kind::kSeries) {
      sink.on_known(line->ref, tail.value, tail.timestamp, repeated);
    } else {
      if (line->kind == Kind::kType) set_type(line->type);
      sink.on_metadata_seen(line->ref);
    }
  }
  return std::nullopt;
}

template <class Sink>
std::optional<exposition::ParseError> LineMatcher::walk_line(Sink& sink) {
  walker_.seek(static_cast<size_t>(p_ - begin_));
  FullPath<Sink> full{*this, sink};
  auto error = walker_.walk_line(full);
  p_ = begin_ + walker_.offset();
  return error;
}

template <class Sink>
void LineMatcher::full_series(const exposition::SeriesLine& line, Sink& sink) {
  const bool memorable = line.key.size() <= LineTable::kLongestKey;
  const uint64_t hash = memorable ? table_.secret_->hash(line.key) ^ salt_ : 0;
  const Index known = memorable ? table_.find(hash, line.key.size(), expected_) : kNone;
  if (known != kNone) {
    const bool repeated = step_to(known);
    sink.on_known(table_.lines_[known].ref, line.value, line.timestamp, repeated);
    return;
  }
  const Verdict verdict = sink.on_unknown(line, walker_.type());
  stopped_ = verdict.action == Verdict::kStop;
  if (memorable && verdict.action == Verdict::kRemember) {
    remember(hash, line.key.size(), Kind::kSeries, verdict.slot);
  }
}

// Metadata is known by the whole line. One that the last body did not have is told again, though it may be known from
// before: another line may have said something else about the metric meanwhile.
template <class Sink, class Report>
void LineMatcher::full_metadata(Kind kind, Sink& sink, Report report) {
  salt_ = table_.secret_->salt(walker_.type());
  std::string_view text(p_, begin_ + walker_.offset());
  if (text.back() == '\n') text.remove_suffix(1);
  if (text.size() > LineTable::kLongestKey) {
    report();
    return;
  }
  const uint64_t hash = table_.secret_->hash(text);
  const Index known = table_.find(hash, text.size(), expected_);
  if (known == kNone) {
    remember(hash, text.size(), kind, report());
    return;
  }
  const bool quiet = table_.was_there(table_.lines_[known]);
  step_to(known);
  if (quiet) {
    sink.on_metadata_seen(table_.lines_[known].ref);
  } else if (const uint32_t ref = report(); ref != table_.lines_[known].ref) {
    ref_changes_.push_back({known, ref});
  }
}

}  // namespace narthex::scrape
