// Which targets a request to /api/v1/targets is about: HTTP API spec, section 4, and what Narthex adds to it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/matcher.h"
#include "scrape/manager.h"
#include "web/api/answer.h"
#include "web/http/form.h"

namespace narthex::web {

// "up", "down", "unknown"
std::string_view health_name(scrape::Health health);

// Reads the URL's parameters alone, as the reference does. A value type.
//
// scrapePool, state (active, dropped, any or empty; others hide all), and of our own: health (repeatable; a dropped
// target has none), search (part of a label, of the URL or of the error, ignoring the case of ASCII letters), match[]
// (selectors of labels; for dropped targets, of discovered ones; one of them must be satisfied).
class TargetFilter {
 public:
  // `invalid parameter "health": not supported value "x"`, and the errors of match[].
  static ApiResult<TargetFilter> make(const Form& url);

  bool shows_active() const { return active_; }
  bool shows_dropped() const { return dropped_; }
  bool wants_pool(std::string_view job) const { return pool_.empty() || pool_ == job; }
  bool wants(const scrape::TargetStatus& target) const;
  bool wants(const scrape::DroppedTarget& target) const;

 private:
  bool matches(const Labels& labels) const;
  bool found_in(std::string_view text) const;
  bool found_in(const Labels& labels) const;

  bool active_ = true;
  bool dropped_ = true;
  std::string pool_;
  std::vector<std::string> health_;
  std::string search_;  // in lower case
  std::vector<std::vector<Matcher>> sets_;
};

}  // namespace narthex::web
