#include <string>

#include "config/relabel_rules.h"

namespace narthex::config {
namespace {

relabel::RuleOptions read_rule(const yaml::Node& node, NameScheme scheme, yaml::Problems& problems) {
  relabel::RuleOptions rule;
  rule.place = node.place();
  rule.scheme = scheme;
  yaml::Fields fields(node, "relabel.plain", problems);
  if (auto sources = fields.find("source_labels"); sources && !sources->is_null()) {
    rule.source_labels_set = yaml::read(*sources, rule.source_labels, problems, "model.LabelNames");
  }
  rule.separator_set = fields.read("separator", rule.separator);
  rule.regex_set = fields.read("regex", rule.regex);
  fields.read("modulus", rule.modulus, "uint64");
  fields.read("target_label", rule.target_label);
  rule.replacement_set = fields.read("replacement", rule.replacement);
  if (auto action = fields.find("action")) {
    rule.action_null = action->is_null();
    yaml::read(*action, rule.action, problems);
  }
  return rule;
}

}  // namespace

relabel::RuleList read_rules(yaml::Fields& fields, std::string_view name, NameScheme scheme,
                             std::string_view null_item) {
  relabel::RuleList rules;
  yaml::Problems& problems = fields.problems();
  fields.each(name, "[]*relabel.Config", [&](const yaml::Node& item) {
    if (item.is_null()) return problems.add(item, std::string(null_item));
    const size_t before = problems.count();
    relabel::RuleOptions rule = read_rule(item, scheme, problems);
    if (problems.count() != before) return;
    if (auto checked = relabel::validate(rule); !checked) return problems.add(checked.error());
    rule.action = relabel::action_name(*relabel::parse_action(rule.action));
    rules.push_back(std::move(rule));
  });
  return rules;
}

}  // namespace narthex::config
