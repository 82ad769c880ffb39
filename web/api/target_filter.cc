#include "web/api/target_filter.h"

#include <algorithm>

#include "base/quote.h"
#include "web/api/params.h"

namespace narthex::web {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

std::string lowered(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), lower);
  return text;
}

}  // namespace

std::string_view health_name(scrape::Health health) {
  switch (health) {
    case scrape::Health::kUp:
      return "up";
    case scrape::Health::kDown:
      return "down";
    case scrape::Health::kUnknown:
      break;
  }
  return "unknown";
}

ApiResult<TargetFilter> TargetFilter::make(const Form& url) {
  TargetFilter filter;
  filter.pool_ = url.get("scrapePool");
  filter.search_ = lowered(url.get("search"));
  filter.health_ = url.all("health");
  for (const std::string& health : filter.health_) {
    if (health == "up" || health == "down" || health == "unknown") continue;
    return invalid_parameter("health", "not supported value " + go_quote(health));
  }
  auto sets = match_parameters(url);
  if (!sets) return sets.error();
  filter.sets_ = std::move(*sets);
  const std::string state = lowered(url.get("state"));
  const bool any = state.empty() || state == "any";
  filter.active_ = any || state == "active";
  filter.dropped_ = (any || state == "dropped");
  return filter;
}

bool TargetFilter::matches(const Labels& labels) const {
  if (sets_.empty()) return true;
  return std::any_of(sets_.begin(), sets_.end(), [&](const auto& set) { return all_match(set, labels); });
}

bool TargetFilter::found_in(std::string_view text) const {
  return std::search(text.begin(), text.end(), search_.begin(), search_.end(),
                     [](char a, char b) { return lower(a) == b; }) != text.end();
}

bool TargetFilter::found_in(const Labels& labels) const {
  return std::any_of(labels.begin(), labels.end(),
                     [&](const Label& label) { return found_in(label.name) || found_in(label.value); });
}

bool TargetFilter::wants(const scrape::TargetStatus& target) const {
  if (!health_.empty() && std::count(health_.begin(), health_.end(), health_name(target.health)) == 0) return false;
  if (!matches(target.labels)) return false;
  return search_.empty() || found_in(target.labels) || found_in(target.url) || found_in(target.last_error) ||
         found_in(target.discovered_labels);
}

bool TargetFilter::wants(const scrape::DroppedTarget& target) const {
  if (!health_.empty() || !matches(target.discovered_labels)) return false;
  return search_.empty() || found_in(target.discovered_labels) || found_in(target.reason);
}

}  // namespace narthex::web
