#include "scrape/target.h"

#include <algorithm>

#include "base/quote.h"
#include "scrape/identity.h"
#include "scrape/target_url.h"

namespace narthex::scrape {
namespace {

constexpr std::string_view kAddress = "__address__";
constexpr std::string_view kInterval = "__scrape_interval__";
constexpr std::string_view kTimeout = "__scrape_timeout__";
constexpr std::string_view kConvertClassic = "__convert_classic_histograms_to_nhcb__";
constexpr std::string_view kAlwaysClassic = "__always_scrape_classic_histograms__";
constexpr std::string_view kNative = "__scrape_native_histograms__";

std::string bool_text(bool value) { return value ? "true" : "false"; }

bool has_name(const std::vector<Label>& labels, std::string_view name) {
  return std::any_of(labels.begin(), labels.end(), [&](const Label& label) { return label.name == name; });
}

bool has_value(const std::vector<Label>& labels, std::string_view name) {
  return std::any_of(labels.begin(), labels.end(),
                     [&](const Label& label) { return label.name == name && !label.value.empty(); });
}

Result<> check_address(std::string_view address) {
  if (address.empty()) return invalid("no address");
  if (address.find('/') != std::string_view::npos) return invalid(go_quote(address) + " is not a valid hostname");
  return {};
}

// `what` is "scrape interval" or "scrape timeout".
Result<Duration> read_span(std::string_view text, std::string_view what) {
  auto span = parse_duration(text);
  if (!span) return prefixed("error parsing " + std::string(what) + ": ", span.error());
  if (span->ns == 0) return invalid(std::string(what) + " cannot be 0");
  return span;
}

Result<> read_times(const Labels& labels, Target& target) {
  auto interval = read_span(labels.get(kInterval), "scrape interval");
  if (!interval) return interval.error();
  auto timeout = read_span(labels.get(kTimeout), "scrape timeout");
  if (!timeout) return timeout.error();
  if (*timeout > *interval) {
    return invalid("scrape timeout cannot be greater than scrape interval (" + go_quote(labels.get(kTimeout)) + " > " +
                   go_quote(labels.get(kInterval)) + ")");
  }
  target.interval = *interval;
  target.timeout = *timeout;
  target.interval_text = labels.get(kInterval);
  target.timeout_text = labels.get(kTimeout);
  return {};
}

Result<> read_bools(const Labels& labels, HistogramSettings& out) {
  struct Setting {
    std::string_view label;
    std::string_view what;
    bool HistogramSettings::*member;
  };
  static constexpr Setting kSettings[] = {
      {kConvertClassic, "convert classic histograms to nhcb", &HistogramSettings::convert_classic},
      {kAlwaysClassic, "always scrape classic histograms", &HistogramSettings::always_classic},
      {kNative, "scrape native histograms", &HistogramSettings::native}};
  for (const Setting& setting : kSettings) {
    const std::string_view text = labels.get(setting.label);
    if (text.empty()) continue;
    auto value = parse_bool(text);
    if (!value) return prefixed("error parsing " + std::string(setting.what) + ": ", value.error());
    out.*setting.member = *value;
  }
  return {};
}

// Steps 8, 9 and 11.
Labels final_labels(const Labels& relabeled) {
  std::vector<Label> kept;
  for (const Label& label : relabeled) {
    if (!label.name.starts_with("__meta_")) kept.push_back(label);
  }
  if (!has_name(kept, "instance")) kept.push_back({"instance", std::string(relabeled.get(kAddress))});
  return Labels(std::move(kept));
}

Result<> check_values(const Labels& labels) {
  for (const Label& label : labels) {
    if (!is_valid_utf8(label.value)) {
      return invalid("invalid label value for " + go_quote(label.name) + ": " + go_quote(label.value));
    }
  }
  return {};
}

// Steps 5 to 11; fills everything but what needs the job.
Result<Target> read_target(const Labels& relabeled, HistogramSettings histograms) {
  Target target;
  target.histograms = histograms;
  if (auto ok = check_address(relabeled.get(kAddress)); !ok) return ok.error();
  if (auto ok = read_times(relabeled, target); !ok) return ok.error();
  if (auto ok = read_bools(relabeled, target.histograms); !ok) return ok.error();
  target.labels = final_labels(relabeled);
  if (auto ok = check_values(target.labels); !ok) return ok.error();
  target.public_labels = public_labels(target.labels);
  target.unix_socket = target.labels.get("__unix_socket__");
  return target;
}

Dropped dropped_by_rule(std::span<const relabel::Rule> rules, Labels discovered) {
  const relabel::Explanation explanation = relabel::explain(rules, discovered);
  if (explanation.steps.empty()) return {std::move(discovered), "dropped by relabeling", {}};
  const relabel::Step& last = explanation.steps.back();
  return {std::move(discovered), last.reason, last.place};
}

}  // namespace

Result<bool> parse_bool(std::string_view text) {
  for (std::string_view word : {"1", "t", "T", "TRUE", "true", "True"}) {
    if (text == word) return true;
  }
  for (std::string_view word : {"0", "f", "F", "FALSE", "false", "False"}) {
    if (text == word) return false;
  }
  return invalid("strconv.ParseBool: parsing " + go_quote(text) + ": invalid syntax");
}

Labels public_labels(const Labels& labels) {
  std::vector<Label> kept;
  for (const Label& label : labels) {
    if (!label.name.starts_with("__")) kept.push_back(label);
  }
  return Labels(std::move(kept));
}

Result<TargetFactory> TargetFactory::create(const JobOptions& job) {
  auto rules = relabel::compile(job.relabel);
  if (!rules) return rules.error();
  std::vector<Label> defaults = {
      {"job", job.job_name},
      {std::string(kInterval), job.interval.str()},
      {std::string(kTimeout), job.timeout.str()},
      {"__metrics_path__", job.metrics_path},
      {"__scheme__", job.scheme},
      {std::string(kConvertClassic), bool_text(job.convert_classic_histograms)},
      {std::string(kAlwaysClassic), bool_text(job.always_scrape_classic_histograms)},
      {std::string(kNative), bool_text(job.scrape_native_histograms)},
  };
  for (const auto& [key, values] : job.params) {
    if (!values.empty()) defaults.push_back({"__param_" + key, values[0]});
  }
  return TargetFactory(std::move(defaults), std::move(*rules), job.params,
                       {.native = job.scrape_native_histograms,
                        .convert_classic = job.convert_classic_histograms,
                        .always_classic = job.always_scrape_classic_histograms});
}

Labels TargetFactory::discovered_labels(const RawLabels& target, const RawLabels& group) const {
  std::vector<Label> labels = target;
  for (const Label& label : group) {
    if (!has_name(target, label.name)) labels.push_back(label);
  }
  for (const Label& label : defaults_) {
    if (!has_value(labels, label.name)) labels.push_back(label);
  }
  return Labels(std::move(labels));
}

TargetOutcome TargetFactory::make(const RawLabels& raw_target, const RawLabels& group) const {
  Labels discovered = discovered_labels(raw_target, group);
  LabelsBuilder builder(discovered);
  if (!relabel::apply(rules_, builder)) return dropped_by_rule(rules_, std::move(discovered));
  const Labels relabeled = builder.build();
  auto target = read_target(relabeled, histograms_);
  if (!target) return Refused{std::move(discovered), target.error()};
  target->url = target_url(target->labels, params_);
  target->hash = target_hash(target->labels, target->url);
  target->discovered_labels = std::move(discovered);
  return std::move(*target);
}

}  // namespace narthex::scrape
