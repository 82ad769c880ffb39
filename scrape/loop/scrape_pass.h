// Pass 1: reads a body into a scratch. Writes nothing else, so that dropping it leaves no trace. Source: scrape spec,
// sections 6, 7 and 11; exposition spec, sections 4 to 6.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "exposition/content_type.h"
#include "scrape/history.h"
#include "scrape/line_matcher.h"
#include "scrape/loop/classic_histograms.h"
#include "scrape/loop/metadata_cache.h"
#include "scrape/loop/series_state.h"
#include "scrape/protobuf_matcher.h"
#include "scrape/series_rules.h"
#include "scrape/target.h"

namespace narthex::scrape {

// What a pass works with. All must outlive it.
struct PassSetup {
  const JobOptions& job;
  const Features& features;
  HistogramSettings histograms;
  const Labels& target;
  SeriesRules& rules;
  storage::TargetAppender& appender;
  storage::Scratch& scratch;
  LineTable& lines;
  MetadataCache& metadata;
  ClassicHistograms* classics;  // null unless classic histograms are converted
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

// One scrape's reading. Not thread-safe. Also the sink of its matcher (scrape/line_cursor.h).
class ScrapePass {
 public:
  ScrapePass(const PassSetup& setup, std::string_view body, exposition::Format format);

  // Reads about `budget` bytes more. True: there is more to read.
  bool step(size_t budget);

  // After the last step: why the scrape fails, if it does.
  const std::optional<PassFailure>& failure() const { return failure_; }
  const PassCounts& counts() const { return counts_; }
  // The series reached, whether the pass failed or not.
  Seen seen() const;
  // The scrape is stored: its lines are what is expected next time.
  void commit();

  void on_known(storage::Slot slot, double value, std::optional<Timestamp> timestamp, bool repeated);
  void on_extras(storage::Slot slot, const exposition::SeriesLine& line);
  Verdict on_unknown(const exposition::SeriesLine& line, exposition::MetricType type);
  bool on_known_histogram(storage::Slot slot, const exposition::HistogramLine& line, bool repeated);
  Verdict on_unknown_histogram(const exposition::HistogramLine& line);
  uint32_t on_type(std::string_view name, exposition::MetricType type);
  uint32_t on_help(std::string_view name, std::string_view text);
  uint32_t on_unit(std::string_view name, std::string_view unit);
  void on_metadata_seen(uint32_t ref);

 private:
  using Matcher = std::variant<LineMatcher, OpenMetricsMatcher, ProtobufMatcher>;
  static Matcher make_matcher(const PassSetup& setup, std::string_view body, exposition::Format format);

  // New series. False, and Verdict::kStop: the scrape has failed, failure_ says why.
  bool parse(std::string_view key, exposition::MetricType type);
  // What becomes of the new series in exposed_: its slot, unless it is dropped or refused.
  Verdict place_new(std::string_view key);
  TypeAndUnit type_and_unit() const;
  Verdict store_new(const exposition::SeriesLine& line);
  bool limit_reached();
  void count_refused();

  // Samples.
  void take_sample(storage::Slot slot, double value, std::optional<Timestamp> timestamp, bool repeated);
  void append_now(storage::Slot slot, double value);
  void append_at(storage::Slot slot, Timestamp timestamp, double value);
  bool append_histogram(storage::Slot slot, const exposition::HistogramLine& line);
  void add_exemplars(storage::Slot slot, std::span<const exposition::ExemplarView> exemplars,
                     std::optional<Timestamp> otherwise);
  void add_start(storage::Slot slot, Timestamp start);

  // Classic histograms that become native ones.
  bool take_for_conversion(storage::Slot slot, double value, std::optional<Timestamp> timestamp, bool repeated);
  std::optional<ClassicHistograms::Member> member_of(std::string& group_key) const;
  Verdict take_new_member(const exposition::SeriesLine& line, ClassicHistograms::Member member, std::string group_key);
  void collect(const ClassicHistograms::Member& member, double value, std::optional<Timestamp> timestamp);
  void store_converted(std::optional<Timestamp> timestamp);
  void end_conversion();

  void fail(FailureClass failure, Error error, std::string_view key);
  Verdict stop(FailureClass failure, Error error, std::string_view key);
  void finish();

  const PassSetup setup_;
  const std::string_view body_;
  const bool honor_timestamps_;
  const bool converts_;
  const uint64_t sample_limit_;  // UINT64_MAX: none
  const int32_t finest_schema_;
  Matcher matcher_;
  exposition::SeriesLabels exposed_;
  PassCounts counts_;
  uint64_t appended_ = 0;
  bool over_sample_limit_ = false;
  bool over_bucket_limit_ = false;
  std::optional<MetadataCache::Ref> family_;  // of the last TYPE line
  SlotSet timed_;                             // series with a timestamp of their own
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
  if (converts_ && take_for_conversion(slot, value, timestamp, repeated)) return;
  take_sample(slot, value, timestamp, repeated);
}

inline void ScrapePass::take_sample(storage::Slot slot, double value, std::optional<Timestamp> timestamp,
                                    bool repeated) {
  ++counts_.total;
  if (slot == storage::kNoSlot) return;
  ++counts_.post_relabel;
  if (slot == kRefusedSlot) return count_refused();
  if (timestamp.has_value() && honor_timestamps_) {
    if (!limit_reached()) append_at(slot, timestamp.value_or(0), value);
  } else if (repeated) {
    ++counts_.duplicates;
  } else if (!limit_reached()) {
    append_now(slot, value);
  }
}

}  // namespace narthex::scrape
