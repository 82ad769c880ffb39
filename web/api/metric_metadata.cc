// /api/v1/metadata and /targets/metadata: what HELP and TYPE lines said. HTTP API spec, section 3.
#include <algorithm>
#include <charconv>
#include <map>
#include <set>

#include "exposition/text.h"
#include "promql/engine.h"
#include "web/api/endpoints.h"
#include "web/api/json.h"

namespace narthex::web {
namespace {

constexpr int64_t kNoLimit = -1;

ApiResult<int64_t> number_parameter(const Form& form, const std::string& name) {
  const std::string& text = form.get(name);
  if (text.empty()) return kNoLimit;
  int64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return bad_data(name + " must be a number");
  return value;
}

// Calls `visit` for the entry of `metric`, or for all entries if it is empty.
template <class Visit>
void for_each_entry(const scrape::TargetMetadata& target, const std::string& metric, Visit visit) {
  for (const scrape::MetricMetadata& entry : *target.metrics) {
    if (metric.empty() || entry.metric == metric) visit(entry);
  }
}

void append_entry(JsonWriter& json, const scrape::MetricMetadata& entry) {
  json.key("type").text(exposition::type_name(entry.type)).key("help").text(entry.help).key("unit").text(entry.unit);
}

struct ByContent {
  bool operator()(const scrape::MetricMetadata* a, const scrape::MetricMetadata* b) const {
    return std::tie(a->type, a->help, a->unit) < std::tie(b->type, b->help, b->unit);
  }
};
using Entries = std::set<const scrape::MetricMetadata*, ByContent>;

bool matches(const std::vector<Matcher>& matchers, const Labels& labels) {
  return std::all_of(matchers.begin(), matchers.end(),
                     [&](const Matcher& m) { return m.matches(labels.get(m.name())); });
}

}  // namespace

Answer metric_metadata(const Call& call) {
  auto limit = number_parameter(call.form, "limit");
  if (!limit) return limit.error();
  auto per_metric = number_parameter(call.form, "limit_per_metric");
  if (!per_metric) return per_metric.error();
  const auto targets = call.sources.metadata();
  std::map<std::string_view, Entries> families;
  for (const auto& target : targets) {
    for_each_entry(target, call.form.get("metric"), [&](const scrape::MetricMetadata& entry) {
      Entries& entries = families[entry.metric];
      if (*per_metric <= 0 || entries.size() < static_cast<size_t>(*per_metric)) entries.insert(&entry);
    });
  }
  ApiData answer;
  JsonWriter json(answer.data);
  json.open('{');
  int64_t written = 0;
  for (const auto& [name, entries] : families) {
    if (*limit >= 0 && written++ >= *limit) break;
    json.key(name).open('[');
    for (const scrape::MetricMetadata* entry : entries) {
      json.open('{');
      append_entry(json, *entry);
      json.close('}');
    }
    json.close(']');
  }
  json.close('}');
  return answer;
}

Answer target_metadata(const Call& call) {
  auto limit = number_parameter(call.form, "limit");
  if (!limit) return limit.error();
  const std::string& wanted = call.form.get("match_target");
  Result<std::vector<Matcher>> matchers = std::vector<Matcher>();
  if (!wanted.empty()) matchers = promql::parse_selector(wanted);
  if (!matchers) return invalid_parameter("match_target", matchers.error().message);
  const std::string& metric = call.form.get("metric");
  ApiData answer;
  JsonWriter json(answer.data);
  json.open('[');
  int64_t written = 0;
  for (const auto& target : call.sources.metadata()) {
    if (*limit >= 0 && written >= *limit) break;
    if (!matches(*matchers, target.labels)) continue;
    for_each_entry(target, metric, [&](const scrape::MetricMetadata& entry) {
      ++written;
      json.open('{').key("target").labels(target.labels);
      if (metric.empty()) json.key("metric").text(entry.metric);
      append_entry(json, entry);
      json.close('}');
    });
  }
  json.close(']');
  return answer;
}

}  // namespace narthex::web
