// Since when a series counts, as the "_created" lines behind it in its family say it. Source: exposition spec,
// section 4.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "exposition/openmetrics.h"

namespace narthex::exposition {

// Not thread-safe. Each line of the body is looked at once, however many series ask: up to the next "_created" line the
// answer is the same for all.
class OpenMetricsWalker::CreatedTimes {
 public:
  explicit CreatedTimes(std::string_view body) : body_(body) {}

  // A TYPE line named `name`; it must live as long as the body.
  void begin_family(std::string_view name) { family_ = name; }

  // The start of the series `key`, behind whose line `offset` stands; 0: none. Nothing if it is a "_created" line
  // itself.
  std::optional<Timestamp> start_of(std::string_view key, size_t offset);

 private:
  void look_ahead(size_t offset);

  const std::string_view body_;
  std::string_view family_;

  // The next "_created" line, or what else ends the search.
  size_t found_at_ = 0;
  bool found_ = false;
  std::string found_labels_;
  Timestamp found_start_ = 0;

  // The last series that had a start: it may stand on both sides of the line that says it.
  std::string known_family_;
  std::string known_labels_;
  Timestamp known_start_ = 0;

  std::string labels_;
};

}  // namespace narthex::exposition
