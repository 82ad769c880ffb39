#include "config/sections/global.h"

#include <algorithm>
#include <cstdlib>

#include "base/quote.h"
#include "config/sections/environment.h"
#include "config/sections/protocols.h"
#include "base/size.h"

namespace narthex::config {
namespace {

std::string expand(const std::string& value, const Place& place, const Context& context) {
  return expand_variables(value, [&](const std::string& name) -> std::string {
    const char* found = std::getenv(name.c_str());
    if (found && *found) return found;
    context.warnings.push_back(invalid("Empty environment variable " + go_quote(name), place));
    return "";
  });
}

Labels read_external_labels(yaml::Fields& fields, NameScheme scheme, const Context& context) {
  std::vector<Label> labels;
  yaml::Problems& problems = fields.problems();
  fields.each_entry("external_labels", "map[string]string", [&](const std::string& name, const yaml::Entry& entry) {
    std::string value;
    if (!yaml::read(entry.value, value, problems)) return;
    if (!is_valid_label_name(name, scheme)) problems.add(entry.key, go_quote(name) + " is not a valid label name");
    if (!is_valid_utf8(value)) problems.add(entry.value, go_quote(value) + " is not a valid label value");
    labels.push_back({name, expand(value, entry.value.place(), context)});
  });
  return Labels(std::move(labels));
}

// 0 and null are as good as absent.
void read_interval(yaml::Fields& fields, std::string_view name, Duration& out) {
  Duration value;
  if (fields.parse(name, value, parse_duration) && value.ns != 0) out = value;
}

void read_times(yaml::Fields& fields, Global& global) {
  read_interval(fields, "scrape_interval", global.scrape_interval);
  read_interval(fields, "evaluation_interval", global.evaluation_interval);
  fields.parse("rule_query_offset", global.rule_query_offset, parse_duration);
  global.scrape_timeout = std::min(Global().scrape_timeout, global.scrape_interval);
  read_interval(fields, "scrape_timeout", global.scrape_timeout);
  if (global.scrape_timeout > global.scrape_interval) {
    fields.problems().add(fields.place_of("scrape_timeout"), "global scrape timeout greater than scrape interval");
  }
}

void read_name_schemes(yaml::Fields& fields, bool has_jobs, Global& global) {
  fields.parse("metric_name_validation_scheme", global.name_validation, parse_name_scheme);
  const bool legacy = global.name_validation == NameScheme::kLegacy;
  global.escaping = legacy ? scrape::Escaping::kUnderscores : scrape::Escaping::kAllowUtf8;
  std::string escaping;
  if (!fields.read("metric_name_escaping_scheme", escaping) || escaping.empty()) return;
  if (auto known = parse_escaping(escaping)) {
    global.escaping = *known;
  } else if (has_jobs) {
    fields.problems().add(fields.place_of("metric_name_escaping_scheme"),
                          "unknown global name escaping method specified, must be one of 'allow-utf-8', "
                          "'underscores', 'dots', or 'values', got " +
                              go_quote(escaping));
  }
}

}  // namespace

void read_limits(yaml::Fields& fields, scrape::Limits& out) {
  auto inherit_zero = [](auto value, auto& target) {
    if (value != 0) target = value;
  };
  int64_t body_size = 0;
  if (fields.parse("body_size_limit", body_size, parse_size, "units.Base2Bytes")) {
    inherit_zero(body_size, out.body_size);
  }
  const std::pair<const char*, uint64_t*> counts[] = {
      {"sample_limit", &out.samples},
      {"target_limit", &out.targets},
      {"label_limit", &out.labels},
      {"label_name_length_limit", &out.label_name_length},
      {"label_value_length_limit", &out.label_value_length},
      {"keep_dropped_targets", &out.keep_dropped_targets},
  };
  for (const auto& [name, target] : counts) {
    uint64_t value = 0;
    if (fields.read(name, value)) inherit_zero(value, *target);
  }
}

Global read_global(yaml::Fields& top, const Global& defaults, const Context& context) {
  Global global = defaults;
  global.protocols = default_protocols(false);
  const auto node = top.find("global");
  if (!node) return global;
  yaml::Fields fields(*node, "config.plain", top.problems());
  auto jobs = top.find("scrape_configs");
  read_times(fields, global);
  read_name_schemes(fields, jobs && !jobs->items().empty(), global);
  global.external_labels = read_external_labels(fields, global.name_validation, context);
  read_path(fields, "query_log_file", context, global.query_log_file);
  read_path(fields, "scrape_failure_log_file", context, global.scrape_failure_log_file);
  read_limits(fields, global.limits);
  fields.read("scrape_native_histograms", global.scrape_native_histograms);
  fields.read("convert_classic_histograms_to_nhcb", global.convert_classic_histograms);
  fields.read("always_scrape_classic_histograms", global.always_scrape_classic_histograms);
  fields.read("extra_scrape_metrics", global.extra_scrape_metrics);
  std::vector<scrape::Protocol> protocols;
  read_protocols(fields, "global config", protocols);
  global.protocols_set = !protocols.empty();
  global.protocols = global.protocols_set ? protocols : default_protocols(global.scrape_native_histograms);
  return global;
}

}  // namespace narthex::config
