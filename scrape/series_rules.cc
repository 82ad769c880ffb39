#include "scrape/series_rules.h"

#include <algorithm>

#include "base/quote.h"
#include "scrape/label_conflicts.h"
#include "scrape/label_limits.h"
#include "scrape/series_names.h"

namespace narthex::scrape {
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
  repeated_ = sort_unique();
  if (!job_.honor_labels && target.has(repeated_)) repeated_.clear();  // the target's value replaces both
  merge_target_labels(exposed_, target, job_.honor_labels, builder_);
  if (!relabel::apply(job_.metric_relabel, builder_)) return Labels();
  Labels labels = builder_.build();
  if (labels.empty()) return labels;
  if (auto ok = check_names(labels, job_.scheme); !ok) return ok.error();
  if (auto ok = check_label_limits(labels, job_.limits); !ok) return ok.error();
  if (!repeated_.empty() && !labels.has(repeated_)) repeated_.clear();
  return labels;
}

Result<> SeriesRules::check_unique() const {
  if (repeated_.empty()) return {};
  return invalid("label name " + go_quote(repeated_) + " is not unique: invalid sample");
}

}  // namespace narthex::scrape
