// Relabel rules as YAML has them, for configuration files and for others that contain rules (relabel tests).
// Source: relabel spec, sections 1 and 2.
#pragma once

#include <string_view>

#include "base/yaml.h"
#include "relabel/options.h"

namespace narthex::config {

// Reads the rules of list `name`, each validated; bad ones are reported and left out. `null_item` is the complaint
// about an item that is null. `scheme` is the job's; global for rules outside of jobs.
relabel::RuleList read_rules(yaml::Fields& fields, std::string_view name, NameScheme scheme,
                             std::string_view null_item);

// `utf8`, `legacy` or "" (= utf8). Error: `unrecognized ValidationScheme: "<x>"`.
Result<NameScheme> parse_name_scheme(std::string_view text);

}  // namespace narthex::config
