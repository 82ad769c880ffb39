// A sink for the line matchers, the same answers from the plain walkers, and their comparison.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/quote.h"
#include "scrape/line_matcher.h"

namespace narthex::scrape {

// The decisions of relabeling and of the store, made from the key's text alone.
inline bool is_dropped(std::string_view key) { return key.find("drop") != key.npos; }
inline bool is_refused(std::string_view key) { return key.find("refuse") != key.npos; }

// What happened in one scrape, as text.
struct Story {
  std::vector<std::string> lines;
  std::map<std::string, std::string> metadata;
  std::string error;

  void series(std::string_view key, double value, std::optional<Timestamp> timestamp, bool repeated) {
    std::string out = std::string(key) + " " + std::to_string(std::bit_cast<uint64_t>(value));
    if (timestamp) out += " @" + std::to_string(*timestamp);
    lines.push_back(out + (repeated ? " again" : ""));
  }
  // Of the series told last.
  void extras(const exposition::SeriesLine& line) {
    std::string& out = lines.back();
    if (line.start != 0) out += " since " + std::to_string(line.start);
    for (const auto& exemplar : line.exemplars) {
      out += " # ";
      for (const auto& label : exemplar.labels) out += go_quote(label.name) + "=" + go_quote(label.value) + " ";
      out += std::to_string(std::bit_cast<uint64_t>(exemplar.value));
      if (exemplar.timestamp) out += " @" + std::to_string(*exemplar.timestamp);
    }
  }
  void fail(const exposition::ParseError& problem) {
    error = std::to_string(problem.line) + ":" + std::to_string(problem.column) + ": " + problem.message;
  }
  std::string dump() const {
    std::string out;
    for (const auto& line : lines) out += line + "\n";
    for (const auto& [name, text] : metadata) out += "# " + name + " " + text + "\n";
    return out + error;
  }
};

// The type state as far as it changes labels.
inline std::string salted(std::string_view key, exposition::MetricType type) {
  if (type == exposition::MetricType::kHistogram) return "histogram|" + std::string(key);
  return (type == exposition::MetricType::kSummary ? "summary|" : "|") + std::string(key);
}

// Plays a scrape loop on a table.
template <class Lines>
class BasicMatcherSide {
 public:
  using Options = typename Lines::Options;

  explicit BasicMatcherSide(LineTable& table, Options options = {}) : table_(table), options_(options) {}

  // Sink.
  void on_known(storage::Slot slot, double value, std::optional<Timestamp> timestamp, bool repeated) {
    ++known;
    story_.series(slot == storage::kNoSlot ? "dropped" : keys_.at(slot), value, timestamp, repeated);
  }
  Verdict on_unknown(const exposition::SeriesLine& line, exposition::MetricType type) {
    ++unknown;
    const std::string key = salted(line.key, type);
    unknown_keys.push_back(key);
    if (stop_at && line.key == *stop_at) return Verdict::stop();
    story_.series(is_dropped(line.key) ? "dropped" : key, line.value, line.timestamp, false);
    story_.extras(line);
    if (is_refused(line.key)) return Verdict::forgotten();
    if (is_dropped(line.key)) return Verdict::dropped();
    keys_.push_back(key);
    return Verdict::stored(static_cast<storage::Slot>(keys_.size() - 1));
  }
  uint32_t on_type(std::string_view name, exposition::MetricType type) {
    ++metadata_told;
    story_.metadata["type " + std::string(name)] = exposition::type_name(type);
    return 1;
  }
  uint32_t on_help(std::string_view name, std::string_view text) {
    ++metadata_told;
    story_.metadata["help " + std::string(name)] = text;
    return 2;
  }
  uint32_t on_unit(std::string_view name, std::string_view unit) {
    ++metadata_told;
    story_.metadata["unit " + std::string(name)] = unit;
    return 3;
  }
  void on_metadata_seen(uint32_t) { ++metadata_seen; }
  void on_extras(storage::Slot, const exposition::SeriesLine& line) {
    ++extras;
    story_.extras(line);
  }

  Story scrape(std::string_view body, size_t budget = SIZE_MAX) {
    known = unknown = metadata_told = metadata_seen = extras = 0;
    unknown_keys.clear();
    story_ = {};
    story_.metadata = metadata_;
    const size_t old_keys = keys_.size();
    BasicLineMatcher<Lines> matcher(table_, body, options_);
    while (!matcher.done() && !matcher.stopped() && story_.error.empty()) {
      if (auto error = matcher.match(*this, budget)) story_.fail(*error);
    }
    if (!story_.error.empty() || matcher.stopped()) {
      keys_.resize(old_keys);
      return story_;
    }
    matcher.commit();
    metadata_ = story_.metadata;
    return story_;
  }

  // Of the last scrape.
  int known = 0, unknown = 0, metadata_told = 0, metadata_seen = 0, extras = 0;
  std::vector<std::string> unknown_keys;
  std::optional<std::string> stop_at;

 private:
  LineTable& table_;
  const Options options_;
  std::vector<std::string> keys_;  // by slot
  std::map<std::string, std::string> metadata_;
  Story story_;
};

// The same without a table.
template <class Lines>
class BasicWalkerSide {
 public:
  using Options = typename Lines::Options;

  explicit BasicWalkerSide(Options options = {}) : options_(options) {}

  // Sink.
  void on_series(const exposition::SeriesLine& line) {
    const std::string key = salted(line.key, walker_->type());
    const bool memorable = !is_refused(line.key) && line.key.size() <= 65535;
    const bool repeated = memorable && !seen.insert(key).second;
    story_.series(is_dropped(line.key) ? "dropped" : key, line.value, line.timestamp, repeated);
    story_.extras(line);
  }
  void on_type(std::string_view name, exposition::MetricType type) {
    story_.metadata["type " + std::string(name)] = exposition::type_name(type);
  }
  void on_help(std::string_view name, std::string_view text) { story_.metadata["help " + std::string(name)] = text; }
  void on_unit(std::string_view name, std::string_view unit) { story_.metadata["unit " + std::string(name)] = unit; }
  void on_comment(std::string_view) {}

  Story scrape(std::string_view body) {
    seen.clear();
    story_ = {};
    story_.metadata = metadata_;
    auto walker = Lines::make_walker(body, options_);
    walker_ = &walker;
    while (!walker.done() && story_.error.empty()) {
      if (auto error = walker.walk_line(*this)) story_.fail(*error);
    }
    if (story_.error.empty()) metadata_ = story_.metadata;
    return story_;
  }

  std::set<std::string> seen;  // keys of the last scrape, but for those that are never remembered

 private:
  const Options options_;
  typename Lines::Walker* walker_ = nullptr;
  std::map<std::string, std::string> metadata_;
  Story story_;
};

using MatcherSide = BasicMatcherSide<TextLines>;
using WalkerSide = BasicWalkerSide<TextLines>;
using OpenMetricsMatcherSide = BasicMatcherSide<OpenMetricsLines>;
using OpenMetricsWalkerSide = BasicWalkerSide<OpenMetricsLines>;

}  // namespace narthex::scrape
