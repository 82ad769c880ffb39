// /api/v1/features: HTTP API spec, section 6. What the query language can do is found out by asking it; the rest is
// what this server serves or was told to.
#include <array>
#include <map>

#include "promql/ast.h"
#include "web/api/endpoints.h"
#include "web/api/json.h"

namespace narthex::web {
namespace {

struct Probe {
  std::string_view feature;
  std::string_view query;
};

constexpr auto kPromql = std::to_array<Probe>({
    {"anchored", "x[1m] anchored"},
    {"at_modifier", "x @ 1"},
    {"bool", "x > bool 1"},
    {"by", "sum by (a) (x)"},
    {"duration_expr", "x[1m + 1m]"},
    {"fill", "x + fill(0) x"},
    {"group_left", "x * on (a) group_left x"},
    {"group_right", "x * on (a) group_right x"},
    {"ignoring", "x * ignoring (a) x"},
    {"negative_offset", "x offset -1m"},
    {"offset", "x offset 1m"},
    {"on", "x * on (a) x"},
    {"smoothed", "x[1m] smoothed"},
    {"subqueries", "rate(x[1m:1s])"},
    {"without", "sum without (a) (x)"},
});

constexpr auto kOperators = std::to_array<Probe>({
    {"!=", "x != 1"},
    {"!~", "x{a!~\"b\"}"},
    {"%", "x % 1"},
    {"*", "x * 1"},
    {"+", "x + 1"},
    {"-", "x - 1"},
    {"/", "x / 1"},
    {"<", "x < 1"},
    {"<=", "x <= 1"},
    {"==", "x == 1"},
    {"=~", "x{a=~\"b\"}"},
    {">", "x > 1"},
    {">=", "x >= 1"},
    {"@", "x @ 1"},
    {"^", "x ^ 1"},
    {"and", "x and x"},
    {"atan2", "x atan2 1"},
    {"avg", "avg(x)"},
    {"bottomk", "bottomk(1, x)"},
    {"count", "count(x)"},
    {"count_values", "count_values(\"a\", x)"},
    {"group", "group(x)"},
    {"limit_ratio", "limit_ratio(1, x)"},
    {"limitk", "limitk(1, x)"},
    {"max", "max(x)"},
    {"min", "min(x)"},
    {"or", "x or x"},
    {"quantile", "quantile(1, x)"},
    {"stddev", "stddev(x)"},
    {"stdvar", "stdvar(x)"},
    {"sum", "sum(x)"},
    {"topk", "topk(1, x)"},
    {"unless", "x unless x"},
});

// The mechanisms of a configuration; "static" alone finds targets here.
constexpr std::string_view kDiscovery[] = {
    "aws",       "azure",    "consul",    "digitalocean", "dns",    "docker",    "dockerswarm", "ec2",
    "eureka",    "file",     "gce",       "hetzner",      "http",   "ionos",     "kubernetes",  "kuma",
    "lightsail", "linode",   "marathon",  "nerve",        "nomad",  "openstack", "outscale",    "ovhcloud",
    "puppetdb",  "scaleway", "serverset", "stackit",      "triton", "uyuni",     "vultr"};

constexpr std::string_view kTemplating[] = {"args",
                                            "externalURL",
                                            "first",
                                            "graphLink",
                                            "humanize",
                                            "humanize1024",
                                            "humanizeDuration",
                                            "humanizePercentage",
                                            "humanizeTimestamp",
                                            "label",
                                            "match",
                                            "now",
                                            "parseDuration",
                                            "pathPrefix",
                                            "query",
                                            "reReplaceAll",
                                            "safeHtml",
                                            "sortByLabel",
                                            "stripDomain",
                                            "stripPort",
                                            "strvalue",
                                            "tableLink",
                                            "title",
                                            "tmpl",
                                            "toDuration",
                                            "toLower",
                                            "toTime",
                                            "toUpper",
                                            "urlQueryEscape",
                                            "value"};

std::string_view example(promql::ValueType type) {
  switch (type) {
    case promql::ValueType::kVector:
      return "x";
    case promql::ValueType::kMatrix:
      return "x[1m]";
    case promql::ValueType::kString:
      return "\"a\"";
    default:
      return "1";
  }
}

std::string example(const promql::FunctionSignature& function) {
  std::string text = std::string(function.name) + "(";
  for (size_t i = 0; i < function.args.size(); ++i) text.append(i == 0 ? "" : ", ").append(example(function.args[i]));
  return text + ")";
}

// Asks the engine. The queries are about a moment long ago, at which there is nothing to read.
class Language {
 public:
  explicit Language(const Sources& sources) : engine_(*sources.engine), view_(sources.store->view()) {}

  bool evaluates(std::string text) const {
    promql::Query query;
    query.text = std::move(text);
    return engine_.instant(*view_, query).has_value();
  }

 private:
  const promql::Engine& engine_;
  const std::shared_ptr<const storage::View> view_;
};

using Flags = std::map<std::string_view, bool>;

template <size_t n>
Flags probe(const Language& language, const std::array<Probe, n>& probes) {
  Flags out;
  for (const Probe& one : probes) out[one.feature] = language.evaluates(std::string(one.query));
  return out;
}

template <size_t n>
Flags none_of(const std::string_view (&names)[n]) {
  Flags out;
  for (const std::string_view name : names) out[name] = false;
  return out;
}

Flags promql_features(const Language& language, const promql::Features& enabled) {
  Flags out = probe(language, kPromql);
  out["delayed_name_removal"] = enabled.delayed_name_removal;
  out["per_query_lookback_delta"] = true;
  out["per_step_stats"] = false;
  out["type_and_unit_labels"] = false;
  return out;
}

Flags promql_functions(const Language& language) {
  Flags out;
  for (const promql::FunctionSignature& function : promql::function_table()) {
    out[function.name] = language.evaluates(example(function));
  }
  return out;
}

Flags discovery_features() {
  Flags out = none_of(kDiscovery);
  out["static"] = true;
  return out;
}

Flags api_features(const Settings& settings, const Sources& sources) {
  return {{"admin", settings.admin},
          {"exclude_alerts", false},
          {"label_values_match", true},
          {"lifecycle", settings.lifecycle},
          {"otlp_write_receiver", false},
          {"query_stats", true},
          {"query_warnings", true},
          {"remote_write_receiver", sources.receiver != nullptr},
          {"time_range_labels", true},
          {"time_range_series", true}};
}

}  // namespace

Answer features(const Call& call) {
  const Language language(call.sources);
  const promql::Features& enabled = call.sources.engine->options().features;
  const std::map<std::string_view, Flags> all = {
      {"api", api_features(call.settings, call.sources)},
      {"otlp_receiver", {{"delta_conversion", false}, {"native_delta_ingestion", false}}},
      {"prometheus", {{"agent_mode", false}}},
      {"promql", promql_features(language, enabled)},
      {"promql_functions", promql_functions(language)},
      {"promql_operators", probe(language, kOperators)},
      {"rules", {{"concurrent_rule_eval", false}, {"keep_firing_for", false}, {"query_offset", false}}},
      {"scrape",
       {{"extra_scrape_metrics", false}, {"start_timestamp_zero_ingestion", false}, {"type_and_unit_labels", false}}},
      {"service_discovery_providers", discovery_features()},
      {"templating_functions", none_of(kTemplating)},
      {"tsdb",
       {{"delayed_compaction", false},
        {"exemplar_storage", false},
        {"isolation", true},
        {"native_histograms", false},
        {"use_uncached_io", false}}},
      {"ui", {{"ui_v2", false}, {"ui_v3", false}}}};
  ApiData answer;
  JsonWriter json(answer.data);
  json.open('{');
  for (const auto& [category, flags] : all) {
    json.key(category).open('{');
    for (const auto& [name, on] : flags) json.key(name).boolean(on);
    json.close('}');
  }
  json.close('}');
  return answer;
}

}  // namespace narthex::web
