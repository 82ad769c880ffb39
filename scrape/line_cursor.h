// One scrape's way through a target's line table: what the matchers of all formats have in common. A matcher finds out
// what stands in the body and asks the cursor whether it is known.
//
// A sink has these members:
//   // A series that was resolved before. `slot`: what on_unknown() said, kNoSlot if it is dropped, kRefusedSlot if it
//   was
//   // refused. `repeated`: the key stood in this body already (a duplicate unless it has a timestamp that counts:
//   scrape
//   // spec, section 6); of refused ones it is not known.
//   void on_known(storage::Slot slot, double value, std::optional<Timestamp> timestamp, bool repeated);
//   // Exemplars and start timestamp of the series that on_known() was just called for, if there are any.
//   void on_extras(storage::Slot slot, const exposition::SeriesLine& line);
//   // A series seen for the first time (or not seen for long). `type` is for exposition::parse_series().
//   Verdict on_unknown(const exposition::SeriesLine& line, exposition::MetricType type);
//   // The same for native histograms; only formats that have them ask for it. False: the scrape has failed.
//   bool on_known_histogram(storage::Slot slot, const exposition::HistogramLine& line, bool repeated);
//   Verdict on_unknown_histogram(const exposition::HistogramLine& line);
//   // TYPE, HELP and UNIT lines that the last body did not have, and all of them after a scrape that failed; views are
//   // as the walker's. The number returned comes back in on_metadata_seen() while nothing changes.
//   uint32_t on_type(std::string_view name, exposition::MetricType type);
//   uint32_t on_help(std::string_view name, std::string_view text);
//   uint32_t on_unit(std::string_view name, std::string_view unit);
//   void on_metadata_seen(uint32_t ref);
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "exposition/entry.h"
#include "scrape/line_table.h"
#include "storage/appender.h"

namespace narthex::scrape {

// What a sink decides about a new series.
struct Verdict {
  enum Action : uint8_t { kRemember, kRefuse, kForget, kStop };
  Action action;
  storage::Slot slot = storage::kNoSlot;

  // Whether there is a slot for its samples.
  bool is_stored() const { return action == kRemember && slot != storage::kNoSlot; }

  static Verdict stored(storage::Slot slot) { return {kRemember, slot}; }
  // Relabeling drops it, now and next time.
  static Verdict dropped() { return {kRemember}; }
  // The store has no memory for it: not asked again until LineTable::forget_refused().
  static Verdict refused() { return {kRefuse, kRefusedSlot}; }
  // Not placed this time: ask again next time.
  static Verdict forgotten() { return {kForget}; }
  // The scrape has failed: read no further.
  static Verdict stop() { return {kStop}; }
};

// Not thread-safe; at most one per table at a time. `table` must outlive it.
class LineCursor {
 public:
  using Line = LineTable::Line;
  using Index = LineTable::Index;
  using Kind = LineTable::Kind;

  LineCursor(LineTable& table, exposition::Format format);
  // Forgets the scrape unless commit() was called.
  ~LineCursor() {
    if (!committed_) table_.drop_added(old_size_);
  }
  LineCursor(const LineCursor&) = delete;
  LineCursor& operator=(const LineCursor&) = delete;

  const LineTable& table() const { return table_; }
  const LineSecret& secret() const { return *table_.secret_; }

  // The line that followed the last one in the last good scrape; null: none, or metadata that needs telling again.
  Line* expected();
  // The expected line stands here. Returns whether it stood in this body before.
  bool take_expected() { return step_to(expected_); }

  // What stands here, told to the sink. False: the sink wants to read no further.
  template <class Sink>
  bool take_series(const exposition::SeriesLine& line, exposition::MetricType type, Sink& sink);
  template <class Sink>
  bool take_histogram(const exposition::HistogramLine& line, Sink& sink);
  // Metadata is known by its whole text. `report` tells the sink and returns the sink's number.
  template <class Sink, class Report>
  void take_metadata(Kind kind, std::string_view text, exposition::MetricType type, Sink& sink, Report report);

  // The scrape succeeded: its lines, and their order, are what is expected next time. Call once, at the body's end.
  void commit();

 private:
  static constexpr Index kNone = LineTable::kNone;

  uint64_t series_hash(std::string_view key, exposition::MetricType type) const {
    return table_.secret_->hash(key) ^ table_.secret_->salt(type);
  }
  // Whether the line was refused, and still is.
  bool is_refused(uint64_t hash) {
    if (!table_.refused_.has(hash)) return false;
    ++refused_;
    return true;
  }
  bool settle_verdict(const Verdict& verdict, uint64_t hash, std::string_view key, exposition::MetricType type);
  // Notes that `line` stands here. True if it stood in this body before; the order is left alone then.
  bool step_to(Index line);
  // `line` follows the line just read.
  void put_after_last(Index line);
  void remember(uint64_t hash, size_t length, Kind kind, exposition::MetricType type, uint32_t ref);

  LineTable& table_;
  const size_t old_size_;  // lines of the table before this scrape; those behind are new
  size_t live_ = 0;        // distinct lines seen
  size_t refused_ = 0;     // lines seen that are refused
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

inline LineCursor::Line* LineCursor::expected() {
  if (expected_ == kNone) return nullptr;
  Line& line = table_.lines_[expected_];
  return line.kind == Kind::kSeries || table_.was_there(line) ? &line : nullptr;
}

inline bool LineCursor::step_to(Index index) {
  Line& line = table_.lines_[index];
  if (line.seen == table_.scrape_) return true;
  line.seen = table_.scrape_;
  ++live_;
  if (index != expected_) put_after_last(index);
  last_ = index;
  expected_ = line.next;
  return false;
}

template <class Sink>
bool LineCursor::take_series(const exposition::SeriesLine& line, exposition::MetricType type, Sink& sink) {
  const bool memorable = line.key.size() <= LineTable::kLongestKey;
  const uint64_t hash = memorable ? series_hash(line.key, type) : 0;
  const Index known = memorable ? table_.find(hash, line.key.size(), expected_) : kNone;
  if (known == kNone && memorable && is_refused(hash)) {
    sink.on_known(kRefusedSlot, line.value, line.timestamp, false);
    return true;
  }
  if (known == kNone) return settle_verdict(sink.on_unknown(line, type), hash, line.key, type);
  const bool repeated = step_to(known);
  const storage::Slot slot = table_.lines_[known].ref;
  sink.on_known(slot, line.value, line.timestamp, repeated);
  if (line.has_extras()) sink.on_extras(slot, line);
  return true;
}

template <class Sink>
bool LineCursor::take_histogram(const exposition::HistogramLine& line, Sink& sink) {
  constexpr auto kType = exposition::MetricType::kUnknown;  // there is no bound in the key that would depend on it
  const bool memorable = line.key.size() <= LineTable::kLongestKey;
  const uint64_t hash = memorable ? series_hash(line.key, kType) : 0;
  const Index known = memorable ? table_.find(hash, line.key.size(), expected_) : kNone;
  if (known == kNone && memorable && is_refused(hash)) return sink.on_known_histogram(kRefusedSlot, line, false);
  if (known == kNone) return settle_verdict(sink.on_unknown_histogram(line), hash, line.key, kType);
  const bool repeated = step_to(known);
  return sink.on_known_histogram(table_.lines_[known].ref, line, repeated);
}

// Metadata that the last body did not have is told again, though it may be known from before: another line may have
// said something else about the metric meanwhile.
template <class Sink, class Report>
void LineCursor::take_metadata(Kind kind, std::string_view text, exposition::MetricType type, Sink& sink,
                               Report report) {
  if (text.size() > LineTable::kLongestKey) {
    report();
    return;
  }
  const uint64_t hash = table_.secret_->hash(text);
  const Index known = table_.find(hash, text.size(), expected_);
  if (known == kNone) return remember(hash, text.size(), kind, type, report());
  const bool quiet = table_.was_there(table_.lines_[known]);
  step_to(known);
  if (quiet) {
    sink.on_metadata_seen(table_.lines_[known].ref);
  } else if (const uint32_t ref = report(); ref != table_.lines_[known].ref) {
    ref_changes_.push_back({known, ref});
  }
}

}  // namespace narthex::scrape
