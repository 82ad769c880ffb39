#include "config/marshal/marshal.h"

#include <algorithm>

#include "base/number.h"
#include "config/sections/protocols.h"
#include "base/size.h"

namespace narthex::config {
namespace {

void add_duration(Value& out, std::string_view name, Duration duration) {
  if (duration.ns != 0) out.add(name, duration.str());
}

void add_protocols(Value& out, const std::vector<scrape::Protocol>& protocols) {
  Value list = Value::sequence();
  for (const scrape::Protocol protocol : protocols) list.push(Value::text(protocol_name(protocol)));
  out.add("scrape_protocols", std::move(list));
}

void add_label_limits(Value& out, const scrape::Limits& limits) {
  out.add_if("label_limit", limits.labels);
  out.add_if("label_name_length_limit", limits.label_name_length);
  out.add_if("label_value_length_limit", limits.label_value_length);
}

void add_first_limits(Value& out, const scrape::Limits& limits) {
  if (limits.body_size != 0) out.add("body_size_limit", format_size(limits.body_size));
  out.add_if("sample_limit", limits.samples).add_if("target_limit", limits.targets);
  add_label_limits(out, limits);
}

Value global_value(const Global& global) {
  Value out = Value::mapping();
  add_duration(out, "scrape_interval", global.scrape_interval);
  add_duration(out, "scrape_timeout", global.scrape_timeout);
  add_protocols(out, global.protocols);
  add_duration(out, "evaluation_interval", global.evaluation_interval);
  add_duration(out, "rule_query_offset", global.rule_query_offset);
  out.add_if("query_log_file", global.query_log_file);
  out.add_if("scrape_failure_log_file", global.scrape_failure_log_file);
  if (!global.external_labels.empty()) {
    Value labels = Value::mapping();
    for (const Label& label : global.external_labels) labels.add(label.name, label.value);
    out.add("external_labels", std::move(labels));
  }
  add_first_limits(out, global.limits);
  out.add_if("keep_dropped_targets", global.limits.keep_dropped_targets);
  out.add("metric_name_validation_scheme", scheme_name(global.name_validation));
  out.add("metric_name_escaping_scheme", escaping_name(global.escaping));
  out.add("scrape_native_histograms", global.scrape_native_histograms);
  out.add_if_true("convert_classic_histograms_to_nhcb", global.convert_classic_histograms);
  out.add_if_true("always_scrape_classic_histograms", global.always_scrape_classic_histograms);
  out.add("extra_scrape_metrics", global.extra_scrape_metrics);
  return out;
}

Value rule_value(const relabel::RuleOptions& rule) {
  Value out = Value::mapping();
  // These two refuse a written-out default, so that only without it the text can be loaded again.
  const bool pair_action = rule.action == "keepequal" || rule.action == "dropequal";
  if (!rule.source_labels.empty()) out.add("source_labels", Value::flow_strings(rule.source_labels));
  if (!pair_action) out.add("separator", rule.separator);
  if (!pair_action) out.add("regex", rule.regex.empty() ? Value::literal("null") : Value::text(rule.regex));
  out.add_if("modulus", rule.modulus).add_if("target_label", rule.target_label);
  if (!pair_action) out.add("replacement", rule.replacement);
  out.add("action", rule.action);
  return out;
}

void add_rules(Value& out, std::string_view name, const relabel::RuleList& rules) {
  if (!rules.empty()) out.add(name, rules_value(rules));
}

Value group_value(const TargetGroup& group) {
  Value out = Value::mapping();
  Value targets = Value::sequence();
  for (const RawLabels& target : group.targets) targets.push(Value::text(target.at(0).value));
  out.add("targets", std::move(targets));
  if (group.labels.empty()) return out;
  Value labels = Value::mapping();
  for (const Label& label : group.labels) labels.add(label.name, label.value);
  out.add("labels", std::move(labels));
  return out;
}

void add_params(Value& out, const scrape::JobOptions& job) {
  if (job.params.empty()) return;
  Value params = Value::mapping();
  for (const auto& [name, values] : job.params) params.add(name, Value::strings(values));
  out.add("params", std::move(params));
}

void add_limits(Value& out, const scrape::JobOptions& job) {
  add_first_limits(out, job.limits);
  out.add_if("native_histogram_bucket_limit", job.limits.native_histogram_buckets);
  if (job.native_histogram_min_bucket_factor != 0) {
    out.add("native_histogram_min_bucket_factor",
            Value::literal(float_general(job.native_histogram_min_bucket_factor)));
  }
  out.add_if("keep_dropped_targets", job.limits.keep_dropped_targets);
}

Value job_value(const JobSection& section) {
  const scrape::JobOptions& job = section.job.scrape;
  Value out = Value::mapping();
  out.add("job_name", job.job_name).add_if_true("honor_labels", job.honor_labels);
  out.add("honor_timestamps", job.honor_timestamps);
  out.add("track_timestamps_staleness", job.track_timestamps_staleness);
  add_params(out, job);
  add_duration(out, "scrape_interval", job.interval);
  add_duration(out, "scrape_timeout", job.timeout);
  add_protocols(out, job.protocols);
  out.add_if("fallback_scrape_protocol", job.fallback_protocol);
  out.add("scrape_native_histograms", job.scrape_native_histograms);
  out.add("always_scrape_classic_histograms", job.always_scrape_classic_histograms);
  out.add("convert_classic_histograms_to_nhcb", job.convert_classic_histograms);
  out.add("extra_scrape_metrics", job.extra_scrape_metrics);
  out.add_if("scrape_failure_log_file", job.failure_log_file);
  // Empty ones, too, which the reference leaves out: so the text loads to the same.
  out.add("metrics_path", job.metrics_path).add("scheme", job.scheme);
  out.add("enable_compression", job.enable_compression);
  add_limits(out, job);
  out.add("metric_name_validation_scheme", scheme_name(job.name_validation));
  out.add("metric_name_escaping_scheme", escaping_name(job.escaping));
  add_http_client(out, job.http);
  add_rules(out, "relabel_configs", job.relabel);
  add_rules(out, "metric_relabel_configs", job.metric_relabel);
  add_discovery(out, section.discovery, section.job.discovery.statics);
  return out;
}

// The order in which the reference prints the top level.
constexpr std::string_view kOrder[] = {"runtime", "alerting", "rule_files",   "scrape_config_files", "scrape_configs",
                                       "storage", "tracing",  "remote_write", "remote_read",         "otlp"};

}  // namespace

Value rules_value(const relabel::RuleList& rules) {
  Value list = Value::sequence();
  for (const relabel::RuleOptions& rule : rules) list.push(rule_value(rule));
  return list;
}

void add_discovery(Value& out, std::vector<Discovery> sections, const sd::StaticOptions& statics) {
  if (!statics.groups.empty()) {
    Value list = Value::sequence();
    for (const TargetGroup& group : statics.groups) list.push(group_value(group));
    sections.push_back({"static_configs", std::move(list), {}});
  }
  std::sort(sections.begin(), sections.end(), [](const Discovery& a, const Discovery& b) { return a.name < b.name; });
  for (Discovery& section : sections) out.add(section.name, std::move(section.value));
}

std::string marshal(const Global& global, const std::vector<JobSection>& jobs, const OtherSections& others) {
  Value out = Value::mapping();
  out.add("global", global_value(global));
  for (const std::string_view name : kOrder) {
    if (name == "scrape_configs" && !jobs.empty()) {
      Value list = Value::sequence();
      for (const JobSection& job : jobs) list.push(job_value(job));
      out.add(name, std::move(list));
    }
    for (const auto& [section, value] : others.values) {
      if (section == name) out.add(name, value);
    }
  }
  return out.print();
}

std::string marshal(const JobSection& job) { return job_value(job).print(); }

}  // namespace narthex::config
