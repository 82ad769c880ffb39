// Pass 1: reads a body into a scratch. Writes nothing else, so that dropping it leaves no trace. Source: scrape spec,
// sections 6, 7 and 11.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "scrape/history.h"
#include "scrape/line_matcher.h"
#include "scrape/loop/metadata_cache.h"
#include "scrape/loop/series_state.h"
#include "scrape/series_rules.h"

namespace narthex::scrape {

// What a pass works with. All must outlive it.
struct PassSetup {
  const JobOptions& job;
  const Labels& target;
  SeriesRules& rules;
  storage::TargetAppender& appender;
  storage::Scratch& scratch;
  LineTable& lines;
  MetadataCache& metadata;
};

struct PassCounts {
  uint64_t total = 0;         // entries parsed
  uint64_t post_relabel = 0;  // of these, not dropped by metric relabeling
  uint64_t duplicates = 0;    // the same line again
  uint64_t refused = 0;       // new series for which the store has no memory
  std::string refusal;        // its reason
};

// Why a pass failed, and where.
struct PassFailure {
  Error error;
  FailureClass failure = FailureClass::kParse;
  // Of the body: where the error is. A limit on the whole scrape concerns no place.
  std::optional<size_t> offset;
};

// One scrape's reading. Not thread-safe. Also the sink of its line matcher.
class ScrapePass {
 public:
  ScrapePass(const PassSetup& setup, std::string_view body);

  // Reads about `budget` bytes more. True: there is more to read.
  bool step(size_t budget);

  // After the last step: why the scrape fails, if it does.
  const std::optional<PassFailure>& failure() const { return failure_; }
  const PassCounts& counts() const { return counts_; }
  // The series reached, whether the pass failed or not.
  Seen seen() const;
  // The scrape is stored: its lines are what is expected next time.
  void commit() { matcher_.commit(); }

  // As scrape/line_matcher.h has them.
  void on_known(storage::Slot slot, double value, std::optional<Timestamp> timestamp, bool repeated);
  Verdict on_unknown(const exposition::SeriesLine& line, exposition::MetricType type);
  uint32_t on_type(std::string_view name, exposition::MetricType type) { return setup_.metadata.on_type(name, type); }
  uint32_t on_help(std::string_view name, std::string_view text) { return setup_.metadata.on_help(name, text); }
  void on_metadata_seen(uint32_t ref) { setup_.metadata.on_seen(ref); }
  void on_extras(storage::Slot, const exposition::SeriesLine&) {}

 private:
  bool limit_reached();
  void append_now(storage::Slot slot, double value);
  void append_at(storage::Slot slot, Timestamp timestamp, double value);
  Verdict stop(FailureClass failure, Error error, const exposition::SeriesLine& line);

  const PassSetup setup_;
  const std::string_view body_;
  const bool honor_timestamps_;
  const uint64_t sample_limit_;  // UINT64_MAX: none
  LineMatcher matcher_;
  exposition::SeriesLabels exposed_;
  PassCounts counts_;
  uint64_t appended_ = 0;
  bool over_sample_limit_ = false;
  SlotSet timed_;  // series with a timestamp of their own
  std::optional<PassFailure> failure_;
};

inline bool ScrapePass::limit_reached() {
  if (appended_ < sample_limit_) return false;
  over_sample_limit_ = true;
  return true;
}

inline void ScrapePass::append_now(storage::Slot slot, double value) {
  ++appended_;
  setup_.scratch.set(slot, value);  // of two lines that spell one series, the first stays
}

inline void ScrapePass::append_at(storage::Slot slot, Timestamp timestamp, double value) {
  ++appended_;
  setup_.scratch.set_at(slot, timestamp, value);
  timed_.insert(slot);
}

inline void ScrapePass::on_known(storage::Slot slot, double value, std::optional<Timestamp> timestamp, bool repeated) {
  ++counts_.total;
  if (slot == storage::kNoSlot) return;
  ++counts_.post_relabel;
  if (timestamp.has_value() && honor_timestamps_) {
    if (!limit_reached()) append_at(slot, timestamp.value_or(0), value);
  } else if (repeated) {
    ++counts_.duplicates;
  } else if (!limit_reached()) {
    append_now(slot, value);
  }
}

}  // namespace narthex::scrape
