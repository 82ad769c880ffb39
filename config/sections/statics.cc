#include "config/sections/statics.h"

#include <algorithm>

#include "base/quote.h"

namespace narthex::config {
namespace {

constexpr const char* kGroupType =
    "struct { Targets []string \"yaml:\\\"targets\\\"\"; Labels model.LabelSet \"yaml:\\\"labels\\\"\" }";

void read_targets(yaml::Fields& fields, bool check_addresses, TargetGroup& group) {
  yaml::Problems& problems = fields.problems();
  fields.each("targets", "[]string", [&](const yaml::Node& item) {
    std::string address;
    if (!yaml::read(item, address, problems)) return;
    if (check_addresses && address.find('/') != std::string::npos) {
      problems.add(item, go_quote(address) + " is not a valid hostname");
    }
    group.targets.push_back({{"__address__", address}});
  });
}

void read_group_labels(yaml::Fields& fields, TargetGroup& group) {
  yaml::Problems& problems = fields.problems();
  fields.each_entry("labels", "model.LabelSet", [&](const std::string& name, const yaml::Entry& entry) {
    std::string value;
    if (!is_valid_label_name(name, NameScheme::kUtf8)) {
      problems.add(entry.key, go_quote(name) + " is not a valid label name");
    }
    if (yaml::read(entry.value, value, problems, "model.LabelValue")) group.labels.push_back({name, value});
  });
  std::sort(group.labels.begin(), group.labels.end());
}

}  // namespace

sd::StaticOptions read_statics(yaml::Fields& fields, bool check_addresses) {
  sd::StaticOptions statics;
  yaml::Problems& problems = fields.problems();
  fields.each("static_configs", "[]*targetgroup.Group", [&](const yaml::Node& item) {
    if (item.is_null()) return problems.add(item, "empty or null section in static_configs");
    TargetGroup& group = statics.groups.emplace_back();
    group.source = std::to_string(statics.groups.size() - 1);
    yaml::Fields group_fields(item, kGroupType, problems);
    read_targets(group_fields, check_addresses, group);
    read_group_labels(group_fields, group);
  });
  return statics;
}

}  // namespace narthex::config
