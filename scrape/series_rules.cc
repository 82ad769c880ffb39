#include "scrape/series_rules.h"

#include <algorithm>

#include "base/quote.h"

namespace narthex::scrape {
namespace {

const Label* find(std::span<const Label> labels, std::string_view name) {
  auto it = std::lower_bound(labels.begin(), labels.end(), name,
                             [](const Label& label, std::string_view n) { return label.name < n; });
  return it != labels.end() && it->name == name ? &*it : nullptr;
}

// The shortest names first, so that the outcome does not depend on which conflict is looked at first.
void move_to_exported(std::vector<const Label*>& conflicts, LabelsBuilder& out) {
  std::stable_sort(conflicts.begin(), conflicts.end(),
                   [](const Label* a, const Label* b) { return a->name.size() < b->name.size(); });
  for (const Label* label : conflicts) {
    std::string name = "exported_" + label->name;
    while (!out.get(name).empty()) name.insert(0, "exported_");
    out.set(name, label->value);
  }
}

std::string cut(std::string_view text) { return std::string(utf8_prefix(text, 50)); }

Error over_limit(std::string_view limit_name, const Labels& labels, std::string_view middle, size_t found,
                 std::string_view found_name, uint64_t limit) {
  return {Code::kLimit, std::string(limit_name) + " exceeded (metric: " + cut(labels.get(kMetricName)) + ", " +
                            std::string(middle) + std::string(found_name) + ": " + std::to_string(found) +
                            ", limit: " + std::to_string(limit) + ")"};
}

}  // namespace

void merge_target_labels(std::span<const Label> exposed, const Labels& target, bool honor_labels, LabelsBuilder& out) {
  out.reset(Labels{});
  for (const Label& label : exposed) {
    if (!label.value.empty()) out.add_base(label.name, label.value);
  }
  std::vector<const Label*> conflicts;
  for (const Label& label : target) {
    const Label* same = find(exposed, label.name);
    if (honor_labels && same) continue;
    if (same && !same->value.empty()) conflicts.push_back(same);
    out.set(label.name, label.value);
  }
  move_to_exported(conflicts, out);
}

Result<> check_label_limits(const Labels& labels, const Limits& limits) {
  if (limits.labels && labels.size() > limits.labels) {
    return over_limit("label_limit", labels, "", labels.size(), "number of labels", limits.labels);
  }
  if (!limits.label_name_length && !limits.label_value_length) return {};
  for (const Label& label : labels) {
    std::string middle = "label name: " + cut(label.name) + ", ";
    if (limits.label_name_length && label.name.size() > limits.label_name_length) {
      return over_limit("label_name_length_limit", labels, middle, label.name.size(), "length",
                        limits.label_name_length);
    }
    if (limits.label_value_length && label.value.size() > limits.label_value_length) {
      middle += "value: " + go_quote(cut(label.value)) + ", ";
      return over_limit("label_value_length_limit", labels, middle, label.value.size(), "length",
                        limits.label_value_length);
    }
  }
  return {};
}

Result<> check_names(const Labels& labels, NameScheme scheme) {
  const std::string_view metric = labels.get(kMetricName);
  if (metric.empty()) return invalid("missing metric name (__name__ label)");
  bool valid = is_valid_metric_name(metric, scheme);
  for (const Label& label : labels) {
    valid = valid && is_valid_label_name(label.name, scheme) && is_valid_utf8(label.value);
  }
  if (!valid) return invalid("invalid metric name or label names: " + labels.str());
  return {};
}

Result<SeriesRules::Job> SeriesRules::compile(const JobOptions& job) {
  auto rules = relabel::compile(job.metric_relabel);
  if (!rules) return rules.error();
  return Job{std::move(*rules), job.honor_labels, job.name_validation, job.limits};
}

void SeriesRules::take(const exposition::SeriesLabels& exposed) {
  exposed_.clear();
  exposed_.push_back({std::string(kMetricName), std::string(exposed.name())});
  for (const exposition::LabelView& label : exposed.labels()) {
    exposed_.push_back({std::string(label.name), std::string(label.value)});
  }
}

void SeriesRules::add(const TypeAndUnit& metadata) {
  std::erase_if(exposed_, [](const Label& label) { return label.name == "__type__" || label.name == "__unit__"; });
  if (!metadata.type.empty()) exposed_.push_back({"__type__", std::string(metadata.type)});
  if (!metadata.unit.empty()) exposed_.push_back({"__unit__", std::string(metadata.unit)});
}

std::string SeriesRules::sort_unique() {
  auto by_name = [](const Label& a, const Label& b) { return a.name < b.name; };
  auto same_name = [](const Label& a, const Label& b) { return a.name == b.name; };
  std::stable_sort(exposed_.begin(), exposed_.end(), by_name);
  const auto repeated = std::adjacent_find(exposed_.begin(), exposed_.end(), same_name);
  if (repeated == exposed_.end()) return {};
  std::string name = repeated->name;
  exposed_.erase(std::unique(exposed_.begin(), exposed_.end(), same_name), exposed_.end());
  return name;
}

Result<Labels> SeriesRules::final_labels(const Labels& target, const exposition::SeriesLabels& exposed,
                                         const TypeAndUnit* metadata) {
  take(exposed);
  if (metadata != nullptr) add(*metadata);
  std::string repeated = sort_unique();
  if (!job_.honor_labels && target.has(repeated)) repeated.clear();  // the target's value replaces both
  merge_target_labels(exposed_, target, job_.honor_labels, builder_);
  if (!relabel::apply(job_.metric_relabel, builder_)) return Labels();
  Labels labels = builder_.build();
  if (labels.empty()) return labels;
  if (auto ok = check_names(labels, job_.scheme); !ok) return ok.error();
  if (auto ok = check_label_limits(labels, job_.limits); !ok) return ok.error();
  if (!repeated.empty() && labels.has(repeated)) {
    return invalid("label name " + go_quote(repeated) + " is not unique: invalid sample");
  }
  return labels;
}

}  // namespace narthex::scrape
