// /api/v1/targets: HTTP API spec, section 4. Beyond it: filters (see TargetFilter), and pages: `limit` targets, and the
// token of the next one as `nextToken`, which the next request repeats.
#include <charconv>
#include <memory>

#include "base/quote.h"
#include "scrape/pool_view.h"
#include "web/api/endpoints.h"
#include "web/api/global_url.h"
#include "web/api/json.h"
#include "web/api/params.h"
#include "web/api/target_filter.h"

namespace narthex::web {
namespace {

// So much is made at once: what thousands of targets say is never in memory as a whole.
constexpr size_t kPieceBytes = 256 * 1024;

using Pools = std::vector<std::shared_ptr<const scrape::PoolView>>;

void append_rfc3339_text(JsonWriter& json, int64_t unix_ns) {
  std::string text;
  append_rfc3339(text, unix_ns);
  json.text(text);
}

// A place in the list of all targets: the active ones of all pools, then the dropped ones.
struct Position {
  bool dropped = false;
  size_t pool = 0;
  size_t target = 0;
};

// The name of a target between two requests: 16 hexadecimal digits that say nothing to anybody else.
std::string token_of(const Pools& pools, Position at) {
  const scrape::PoolView& pool = *pools[at.pool];
  uint64_t hash = std::hash<std::string_view>()(pool.job()) * 2 + (at.dropped ? 1 : 0);
  hash = hash * 0x9e3779b97f4a7c15 + (at.dropped ? pool.dropped_id(at.target) : pool.active_id(at.target));
  char digits[17];
  std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(hash));
  return digits;
}

// Moves to the next place where a target of the wanted pools and states stands, `at` itself included. False: none.
bool settle(const Pools& pools, const TargetFilter& filter, Position& at) {
  for (;; at = {true, 0, 0}) {
    const bool shown = at.dropped ? filter.shows_dropped() : filter.shows_active();
    for (; shown && at.pool < pools.size(); ++at.pool, at.target = 0) {
      const scrape::PoolView& pool = *pools[at.pool];
      const size_t size = at.dropped ? pool.dropped_size() : pool.active_size();
      if (at.target < size && filter.wants_pool(pool.job())) return true;
    }
    if (at.dropped) return false;
  }
}

// Writes the answer's data piece by piece.
class TargetsWriter {
 public:
  TargetsWriter(Pools pools, TargetFilter filter, size_t limit, const Sources& sources)
      : pools_(std::move(pools)),
        filter_(std::move(filter)),
        limit_(limit),
        external_url_(sources.external_url),
        own_port_(sources.own_port) {}

  // Begins at the target with this token. False: there is none.
  bool begin_at(const std::string& token) {
    for (Position at; settle(pools_, filter_, at); ++at.target) {
      if (token_of(pools_, at) != token) continue;
      at_ = at;
      return true;
    }
    return false;
  }

  // Appends until everything is written or `out` holds a piece. True: there is more.
  bool write(std::string& out) {
    if (!begun_) out += "{\"activeTargets\":[";
    begun_ = true;
    for (; settle(pools_, filter_, at_); ++at_.target) {
      if (out.size() >= kPieceBytes) return true;
      if (at_.dropped) leave_active(out);
      if (!append_target(out)) break;
    }
    finish(out);
    return false;
  }

 private:
  // False: it would be one more than the limit.
  bool append_target(std::string& out) {
    const size_t size = out.size();
    out += first_ ? "{" : ",{";
    const bool wanted = at_.dropped ? append_dropped(out) : append_active(out);
    const bool full = limit_ != 0 && written_ == limit_;
    if (!wanted || full) {
      out.resize(size);
      return !wanted;
    }
    first_ = false;
    ++written_;
    return true;
  }

  bool append_active(std::string& out) const {
    const scrape::TargetStatus target = pools_[at_.pool]->active(at_.target);
    if (!filter_.wants(target)) return false;
    JsonWriter json(out);
    json.key("discoveredLabels").labels(target.discovered_labels).key("labels").labels(target.labels);
    json.key("scrapePool").text(target.job).key("scrapeUrl").text(target.url);
    json.key("globalUrl").text(global_url(target.url, external_url_, own_port_));
    json.key("lastError").text(target.last_error).key("lastScrape");
    append_rfc3339_text(json, target.last_scrape_ns);
    json.key("lastScrapeDuration").number(target.last_duration_seconds);
    json.key("health").text(health_name(target.health));
    json.key("scrapeInterval").text(target.interval).key("scrapeTimeout").text(target.timeout);
    if (!target.last_warning.empty()) json.key("lastWarning").text(target.last_warning);
    json.close('}');
    return true;
  }

  bool append_dropped(std::string& out) const {
    const scrape::DroppedTarget target = pools_[at_.pool]->dropped(at_.target);
    if (!filter_.wants(target)) return false;
    JsonWriter json(out);
    json.key("discoveredLabels").labels(target.discovered_labels).key("scrapePool").text(target.job);
    json.key("reason").text(target.reason).close('}');
    return true;
  }

  void leave_active(std::string& out) {
    if (std::exchange(among_dropped_, true)) return;
    out += "],\"droppedTargets\":[";
    first_ = true;
  }

  void finish(std::string& out) {
    leave_active(out);
    JsonWriter json(out);
    json.close(']').key("droppedTargetCounts");
    if (filter_.shows_dropped()) {
      json.open('{');
      for (const auto& pool : pools_) json.key(pool->job()).integer(static_cast<int64_t>(pool->dropped_count()));
      json.close('}');
    } else {
      json.null();
    }
    if (Position next = at_; settle(pools_, filter_, next)) json.key("nextToken").text(token_of(pools_, next));
    json.close('}');
  }

  const Pools pools_;
  const TargetFilter filter_;
  const size_t limit_;  // 0: none
  const std::string external_url_;
  const uint16_t own_port_;

  Position at_;
  size_t written_ = 0;
  bool begun_ = false;
  bool among_dropped_ = false;
  bool first_ = true;  // of its list
};

}  // namespace

Answer targets(const Call& call) {
  auto filter = TargetFilter::make(call.url);
  if (!filter) return filter.error();
  auto limit = limit_parameter(call.url);
  if (!limit) return limit.error();
  auto writer = std::make_shared<TargetsWriter>(call.sources.pools(), std::move(*filter), *limit, call.sources);
  const std::string& token = call.url.get("nextToken");
  if (!token.empty() && !writer->begin_at(token)) {
    return invalid_parameter("nextToken", "no target has the token " + go_quote(token) + ". were targets changed?");
  }
  ApiData answer;
  if (writer->write(answer.data)) answer.more = [writer](std::string& piece) { return writer->write(piece); };
  return answer;
}

}  // namespace narthex::web
