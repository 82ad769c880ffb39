#include "config/sections/unused.h"

#include "base/quote.h"
#include "config/sections/http_client.h"
#include "config/sections/size.h"
#include "model/duration.h"

namespace narthex::config {
namespace {

void check_retention(yaml::Fields& parent, const Context& context) {
  auto node = parent.find("retention");
  if (!node) return;
  yaml::Fields fields(*node, "config.plain", context.problems);
  int64_t size = 0;
  double percentage = 0;
  skim_durations(fields, {"time"});
  if (fields.parse("size", size, parse_size, "units.Base2Bytes") && size < 0) {
    context.problems.add(fields.place_of("size"),
                         "'storage.tsdb.retention.size' must be greater than or equal to 0, got " + format_size(size));
  }
  if (fields.read("percentage", percentage) && !(percentage >= 0 && percentage <= 100)) {
    std::string text;
    fields.read("percentage", text);
    context.problems.add(fields.place_of("percentage"),
                         "'storage.tsdb.retention.percentage' must be in the range [0, 100], got " + text);
  }
}

void check_tsdb(const yaml::Node& node, const Context& context) {
  yaml::Fields fields(node, "config.plain", context.problems);
  skim_durations(fields, {"out_of_order_time_window"});
  skim<double>(fields, {"stale_series_compaction_threshold"});
  check_retention(fields, context);
  auto encoding = fields.find("chunk_encoding");
  if (!encoding) return;
  yaml::Fields inner(*encoding, "config.plain", context.problems);
  std::string floats;
  if (!inner.read("floats", floats) || floats == "xor" || floats == "xor2") return;
  context.problems.add(inner.place_of("floats"),
                       "'storage.tsdb.chunk_encoding.floats' must be 'xor' or 'xor2', or the field must be omitted "
                       "entirely, got " +
                           go_quote(floats));
}

// Whether a section says anything: `rule_files:` and `storage: {}` do not.
bool says_something(const yaml::Node& node) {
  return node.kind() == yaml::Kind::kScalar || !node.items().empty() || !node.entries().empty();
}

struct Section {
  const char* name;
  void (*check)(const yaml::Node&, const Context&);
};

}  // namespace

void check_otlp(const yaml::Node& node, const Context& context) {
  yaml::Fields fields(node, "config.plain", context.problems);
  skim<std::vector<std::string>>(fields, {"promote_resource_attributes", "ignore_resource_attributes"});
  skim<bool>(fields, {"promote_all_resource_attributes", "keep_identifying_resource_attributes",
                      "convert_histograms_to_nhcb", "promote_scope_metadata", "label_name_underscore_sanitization",
                      "label_name_preserve_multiple_underscores"});
  std::string strategy;
  if (!fields.read("translation_strategy", strategy) || strategy.empty()) return;
  for (const char* known : {"UnderscoreEscapingWithSuffixes", "UnderscoreEscapingWithoutSuffixes",
                            "NoUTF8EscapingWithSuffixes", "NoTranslation"}) {
    if (strategy == known) return;
  }
  context.problems.add(fields.place_of("translation_strategy"),
                       "unsupported OTLP translation strategy " + go_quote(strategy));
}

void check_storage(const yaml::Node& node, const Context& context) {
  yaml::Fields fields(node, "config.StorageConfig", context.problems);
  if (auto tsdb = fields.find("tsdb")) check_tsdb(*tsdb, context);
  if (auto exemplars = fields.find("exemplars")) {
    yaml::Fields inner(*exemplars, "config.ExemplarsConfig", context.problems);
    skim<int64_t>(inner, {"max_exemplars"});
  }
}

void check_tracing(const yaml::Node& node, const Context& context) {
  yaml::Fields fields(node, "config.plain", context.problems);
  std::string endpoint;
  std::string client = "grpc";
  fields.read("endpoint", endpoint);
  if (fields.read("client_type", client) && client != "http" && client != "grpc") {
    context.problems.add(fields.place_of("client_type"),
                         "expected tracing client type to be one of [http grpc], but got " + client);
  }
  skim<double>(fields, {"sampling_fraction"});
  skim<bool>(fields, {"insecure"});
  skim<std::string>(fields, {"compression"});
  skim_durations(fields, {"timeout"});
  skim_string_map(fields, "headers");
  fields.find("tls_config");
  if (endpoint.empty()) context.problems.add(fields.place_of("endpoint"), "tracing endpoint must be set");
}

void check_runtime(const yaml::Node& node, const Context& context) {
  yaml::Fields fields(node, "config.RuntimeConfig", context.problems);
  skim<int64_t>(fields, {"gogc"});
}

NamedNodes check_unused_sections(yaml::Fields& top, const Context& context) {
  static constexpr Section kSections[] = {
      {"alerting", check_alerting},         {"otlp", check_otlp},       {"remote_read", check_remote_read},
      {"remote_write", check_remote_write}, {"runtime", check_runtime}, {"storage", check_storage},
      {"tracing", check_tracing},
  };
  NamedNodes found;
  for (const Section& section : kSections) {
    auto node = top.find(section.name);
    if (!node || node->is_null()) continue;
    section.check(*node, context);
    if (says_something(*node)) found.emplace_back(section.name, *node);
  }
  if (!read_patterns(top, "rule_files", context, "invalid rule file path").empty()) {
    found.emplace_back("rule_files", *top.find("rule_files"));
  }
  for (const auto& [name, node] : found) context.unused.note(name, "", node.place());
  return found;
}

}  // namespace narthex::config
