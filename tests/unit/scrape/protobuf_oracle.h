// A sink for the protobuf matcher, the same answers from the plain walker, and their comparison as text.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "scrape/protobuf_matcher.h"
#include "tests/unit/exposition/protobuf_dump.h"
#include "tests/unit/scrape/matcher_oracle.h"

namespace narthex::scrape {

// What happened in one scrape, as text. Metadata is left out: it may lag behind where names are described twice.
struct ProtobufStory {
  void series(std::string_view key, const exposition::SeriesLine& line, bool again) {
    dump += std::string(key) + " " + exposition::DumpSink::value(line.value);
    rest(line.timestamp, line.start, line.exemplars, again);
  }
  void histogram(std::string_view key, const exposition::HistogramLine& line, bool again) {
    dump += std::string(key) + " " + narthex::dump(line.histogram);
    rest(line.timestamp, line.start, line.exemplars, again);
  }
  void rest(std::optional<Timestamp> timestamp, Timestamp start, std::span<const exposition::ExemplarView> exemplars,
            bool again) {
    dump += exposition::dump_rest(timestamp, start, exemplars);
    if (again) dump += "  again\n";
  }
  std::string end(const std::optional<exposition::ParseError>& error) {
    if (error) dump += "ERROR at " + std::to_string(error->offset) + ": " + error->message;
    return std::move(dump);
  }

  std::string dump;
};

// Plays a scrape loop on a table.
class ProtobufSide {
 public:
  ProtobufSide(LineTable& table, const exposition::ProtobufOptions& options) : table_(table), options_(options) {}

  // Sink. What on_known() was told waits for its extras.
  void on_known(storage::Slot slot, double value, std::optional<Timestamp> timestamp, bool again) {
    settle();
    count_known(again);
    pending_ = {.key = key_of(slot), .value = value, .timestamp = timestamp};
    pending_again_ = again;
  }
  void on_extras(storage::Slot slot, const exposition::SeriesLine& line) {
    if (pending_->key != key_of(slot)) story_.dump += "extras of another series\n";
    pending_.reset();
    story_.series(key_of(slot), line, pending_again_);
  }
  Verdict on_unknown(const exposition::SeriesLine& line, exposition::MetricType type) {
    settle();
    if (type != exposition::MetricType::kUnknown) story_.dump += "a type, though bounds are spelled\n";
    story_.series(is_dropped(line.key) ? "dropped" : line.key, line, false);
    return decide(line.key);
  }
  bool on_known_histogram(storage::Slot slot, const exposition::HistogramLine& line, bool again) {
    settle();
    count_known(again);
    story_.histogram(key_of(slot), line, again);
    return true;
  }
  Verdict on_unknown_histogram(const exposition::HistogramLine& line) {
    settle();
    story_.histogram(is_dropped(line.key) ? "dropped" : line.key, line, false);
    return decide(line.key);
  }
  uint32_t on_type(std::string_view, exposition::MetricType) { return tell(1); }
  uint32_t on_help(std::string_view, std::string_view) { return tell(2); }
  uint32_t on_unit(std::string_view, std::string_view) { return tell(3); }
  void on_metadata_seen(uint32_t ref) { metadata_seen += ref >= 1 && ref <= 3; }

  std::string scrape(std::string_view body, size_t budget = SIZE_MAX) {
    known = unknown = repeated = metadata_told = metadata_seen = rounds = 0;
    unknown_keys.clear();
    const size_t old_keys = keys_.size();
    ProtobufMatcher matcher(table_, body, options_);
    std::optional<exposition::ParseError> error;
    for (; !matcher.done() && !matcher.stopped() && !error; ++rounds) error = matcher.match(*this, budget);
    settle();
    if (error || matcher.stopped()) {
      keys_.resize(old_keys);
    } else {
      matcher.commit();
    }
    return story_.end(error);
  }

  // Of the last scrape.
  int known = 0, unknown = 0, repeated = 0, metadata_told = 0, metadata_seen = 0, rounds = 0;
  std::vector<std::string> unknown_keys;
  std::optional<std::string> stop_at;

 private:
  std::string_view key_of(storage::Slot slot) const {
    if (slot == storage::kNoSlot) return "dropped";
    return keys_.at(slot);
  }
  void count_known(bool again) {
    ++known;
    repeated += again;
  }
  uint32_t tell(uint32_t ref) {
    ++metadata_told;
    return ref;
  }
  Verdict decide(std::string_view key) {
    ++unknown;
    unknown_keys.emplace_back(key);
    if (stop_at && key == *stop_at) return Verdict::stop();
    if (is_dropped(key)) return Verdict::dropped();
    keys_.emplace_back(key);
    return Verdict::stored(static_cast<storage::Slot>(keys_.size() - 1));
  }
  void settle() {
    if (pending_) story_.series(pending_->key, *pending_, pending_again_);
    pending_.reset();
  }

  LineTable& table_;
  const exposition::ProtobufOptions options_;
  std::vector<std::string> keys_;  // by slot
  std::optional<exposition::SeriesLine> pending_;
  bool pending_again_ = false;
  ProtobufStory story_;
};

// The same without a table.
class ProtobufOracle {
 public:
  explicit ProtobufOracle(const exposition::ProtobufOptions& options) : options_(options) {}

  void on_series(const exposition::SeriesLine& line) {
    story_.series(is_dropped(line.key) ? "dropped" : line.key, line, !seen.emplace(line.key).second);
  }
  void on_histogram(const exposition::HistogramLine& line) {
    story_.histogram(is_dropped(line.key) ? "dropped" : line.key, line, !seen.emplace(line.key).second);
  }
  void on_type(std::string_view, exposition::MetricType) {}
  void on_help(std::string_view, std::string_view) {}
  void on_unit(std::string_view, std::string_view) {}

  std::string scrape(std::string_view body) {
    std::set<std::string> last = std::move(seen);
    seen.clear();
    exposition::ProtobufWalker walker(body, options_);
    std::optional<exposition::ParseError> error;
    while (!walker.done() && !error) error = walker.walk_entry(*this);
    if (error) seen = std::move(last);
    return story_.end(error);
  }

  std::set<std::string> seen;  // keys of the last good scrape

 private:
  const exposition::ProtobufOptions options_;
  ProtobufStory story_;
};

}  // namespace narthex::scrape
