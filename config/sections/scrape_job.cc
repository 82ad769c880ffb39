#include "config/sections/scrape_job.h"

#include <algorithm>

#include "base/quote.h"
#include "config/relabel_rules.h"
#include "config/sections/global.h"
#include "config/sections/http_client.h"
#include "config/sections/protocols.h"
#include "config/sections/statics.h"

namespace narthex::config {
namespace {

using scrape::JobOptions;

std::string owner(const JobOptions& job) { return "scrape config with job name " + go_quote(job.job_name); }

void read_times(yaml::Fields& fields, const Global& global, JobOptions& job) {
  const size_t before = fields.problems().count();
  Duration interval;
  Duration timeout;
  fields.parse("scrape_interval", interval, parse_duration);
  fields.parse("scrape_timeout", timeout, parse_duration);
  job.interval = interval.ns != 0 ? interval : global.scrape_interval;
  job.timeout = timeout.ns != 0 ? timeout : std::min(global.scrape_timeout, job.interval);
  if (job.timeout > job.interval && fields.problems().count() == before) {
    fields.problems().add(fields.place_of("scrape_timeout"),
                          "scrape timeout greater than scrape interval for " + owner(job));
  }
}

// True, false, or absent and null: as the global section says.
void read_inherited(yaml::Fields& fields, std::string_view name, bool inherited, bool& out) {
  out = inherited;
  if (auto node = fields.find(name); node && !node->is_null()) yaml::read(*node, out, fields.problems());
}

void read_histogram_choices(yaml::Fields& fields, const Global& global, JobOptions& job) {
  read_inherited(fields, "scrape_native_histograms", global.scrape_native_histograms, job.scrape_native_histograms);
  read_inherited(fields, "convert_classic_histograms_to_nhcb", global.convert_classic_histograms,
                 job.convert_classic_histograms);
  read_inherited(fields, "always_scrape_classic_histograms", global.always_scrape_classic_histograms,
                 job.always_scrape_classic_histograms);
  read_inherited(fields, "extra_scrape_metrics", global.extra_scrape_metrics, job.extra_scrape_metrics);
  fields.read("native_histogram_bucket_limit", job.limits.native_histogram_buckets);
  fields.read("native_histogram_min_bucket_factor", job.native_histogram_min_bucket_factor);
}

// Needs to know whether native histograms are scraped.
void read_job_protocols(yaml::Fields& fields, const Global& global, JobOptions& job) {
  job.protocols = global.protocols_set ? global.protocols : default_protocols(job.scrape_native_histograms);
  read_protocols(fields, owner(job), job.protocols);
  fields.read("fallback_scrape_protocol", job.fallback_protocol);
  if (job.fallback_protocol.empty()) return;
  if (auto known = parse_protocol(job.fallback_protocol); !known) {
    fields.problems().add(fields.place_of("fallback_scrape_protocol"),
                          "invalid fallback_scrape_protocol for " + owner(job) + ": " + known.error().message);
  }
}

void read_name_schemes(yaml::Fields& fields, const Global& global, JobOptions& job) {
  const size_t before = fields.problems().count();
  job.name_validation = global.name_validation;
  job.escaping = global.escaping;
  const bool legacy_global = global.name_validation == NameScheme::kLegacy;
  std::string validation;
  if (fields.read("metric_name_validation_scheme", validation) && !validation.empty()) {
    fields.parse("metric_name_validation_scheme", job.name_validation, parse_name_scheme);
    const bool legacy = job.name_validation == NameScheme::kLegacy;
    job.escaping = legacy ? scrape::Escaping::kUnderscores : scrape::Escaping::kAllowUtf8;
  }
  std::string escaping;
  Place place = fields.place();
  if (fields.read("metric_name_escaping_scheme", escaping) && !escaping.empty()) {
    place = fields.place_of("metric_name_escaping_scheme");
    auto known = parse_escaping(escaping);
    if (!known) {
      return fields.problems().add(place,
                                   "unknown scrape config name escaping method specified, must be one of "
                                   "'allow-utf-8', 'underscores', 'dots', or 'values', got " +
                                       go_quote(escaping));
    }
    job.escaping = *known;
  } else if (!legacy_global && job.name_validation == NameScheme::kLegacy) {
    place = fields.place_of("metric_name_validation_scheme");
  }
  const bool conflict = job.escaping == scrape::Escaping::kAllowUtf8 && job.name_validation == NameScheme::kLegacy;
  if (conflict && fields.problems().count() == before) {
    fields.problems().add(place, "utf8 metric names requested but validation scheme is not set to UTF8");
  }
}

void read_request(yaml::Fields& fields, JobOptions& job) {
  fields.read("honor_labels", job.honor_labels);
  fields.read("honor_timestamps", job.honor_timestamps);
  fields.read("track_timestamps_staleness", job.track_timestamps_staleness);
  fields.read("enable_compression", job.enable_compression);
  fields.read("metrics_path", job.metrics_path);
  fields.read("scheme", job.scheme);
  fields.each_entry("params", "url.Values", [&](const std::string& key, const yaml::Entry& entry) {
    yaml::read(entry.value, job.params[key], fields.problems());
  });
}

void read_rule_lists(yaml::Fields& fields, JobOptions& job) {
  job.relabel = read_rules(fields, "relabel_configs", job.name_validation,
                           "empty or null target relabeling rule in scrape config");
  job.metric_relabel = read_rules(fields, "metric_relabel_configs", job.name_validation,
                                  "empty or null metric relabeling rule in scrape config");
}

bool has_items(yaml::Fields& fields, std::string_view name) {
  auto node = fields.find(name);
  return node && !node->items().empty();
}

}  // namespace

JobSection read_job(const yaml::Node& node, const Global& global, const Context& context) {
  JobSection section;
  JobOptions& job = section.job.scrape;
  section.job.place = node.place();
  yaml::Fields fields(node, "config.ScrapeConfig", context.problems);
  const bool named = fields.read("job_name", job.job_name) || !fields.has("job_name");
  if (named && job.job_name.empty() && node.kind() == yaml::Kind::kMapping) {
    context.problems.add(fields.place_of("job_name"), "job_name is empty");
  }
  read_times(fields, global, job);
  read_request(fields, job);
  job.limits = global.limits;
  read_limits(fields, job.limits);
  read_histogram_choices(fields, global, job);
  read_job_protocols(fields, global, job);
  read_name_schemes(fields, global, job);
  job.failure_log_file = global.scrape_failure_log_file;
  std::string failure_log;
  read_path(fields, "scrape_failure_log_file", context, failure_log);
  if (!failure_log.empty()) job.failure_log_file = failure_log;
  job.http = read_http_client(fields, context);
  read_rule_lists(fields, job);
  section.job.discovery.statics = read_statics(fields, !has_items(fields, "relabel_configs"));
  section.discovery = read_discovery(fields, context);
  for (const Discovery& found : section.discovery) context.unused.note(found.name, job.job_name, found.place);
  return section;
}

}  // namespace narthex::config
