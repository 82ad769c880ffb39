// /api/v1/targets and /scrape_pools: HTTP API spec, section 4.
#include "web/api/endpoints.h"
#include "web/api/global_url.h"
#include "web/api/json.h"

namespace narthex::web {
namespace {

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

void append_rfc3339_text(JsonWriter& json, int64_t unix_ns) {
  std::string text;
  append_rfc3339(text, unix_ns);
  json.text(text);
}

void append_active(JsonWriter& json, const scrape::TargetStatus& target, const Sources& sources) {
  json.open('{').key("discoveredLabels").labels(target.discovered_labels).key("labels").labels(target.labels);
  json.key("scrapePool").text(target.job).key("scrapeUrl").text(target.url);
  json.key("globalUrl").text(global_url(target.url, sources.external_url, sources.own_port));
  json.key("lastError").text(target.last_error).key("lastScrape");
  append_rfc3339_text(json, target.last_scrape_ns);
  json.key("lastScrapeDuration").number(target.last_duration_seconds);
  json.key("health").text(health_name(target.health));
  json.key("scrapeInterval").text(target.interval.str()).key("scrapeTimeout").text(target.timeout.str());
  if (!target.last_warning.empty()) json.key("lastWarning").text(target.last_warning);
  json.close('}');
}

void append_dropped(JsonWriter& json, const scrape::DroppedTarget& target) {
  json.open('{').key("discoveredLabels").labels(target.discovered_labels).key("scrapePool").text(target.job);
  json.key("reason").text(target.reason).close('}');
}

void append_dropped_counts(JsonWriter& json, const std::vector<scrape::PoolStatus>& pools) {
  json.open('{');
  for (const auto& pool : pools) json.key(pool.job).integer(static_cast<int64_t>(pool.dropped_count));
  json.close('}');
}

}  // namespace

Answer targets(const Call& call) {
  const std::string& state = call.url.get("state");
  const std::string& wanted = call.url.get("scrapePool");
  const bool any = state.empty() || state == "any";
  const bool active = any || state == "active";
  const bool dropped = any || state == "dropped";
  const auto pools = call.sources.targets();

  ApiData answer;
  JsonWriter json(answer.data);
  json.open('{').key("activeTargets").open('[');
  for (const auto& pool : pools) {
    if (!active || (!wanted.empty() && pool.job != wanted)) continue;
    for (const auto& target : pool.active) append_active(json, target, call.sources);
  }
  json.close(']').key("droppedTargets").open('[');
  for (const auto& pool : pools) {
    if (!dropped || (!wanted.empty() && pool.job != wanted)) continue;
    for (const auto& target : pool.dropped) append_dropped(json, target);
  }
  json.close(']').key("droppedTargetCounts");
  if (dropped) {
    append_dropped_counts(json, pools);
  } else {
    json.null();
  }
  json.close('}');
  return answer;
}

Answer scrape_pools(const Call& call) {
  ApiData answer;
  JsonWriter json(answer.data);
  json.open('{').key("scrapePools").open('[');
  for (const auto& pool : call.sources.targets()) json.text(pool.job);
  json.close(']').close('}');
  return answer;
}

}  // namespace narthex::web
