// Relabel rules. Relabel spec, sections 1 and 2. Private to config/.
#pragma once

#include <string_view>

#include "config/sections/context.h"
#include "relabel/options.h"

namespace narthex::config {

// Reads the rules of list `name`, each validated; bad ones are reported and left out. `null_item` is the complaint
// about an item that is null. `scheme` is the job's; global for rules outside of jobs.
relabel::RuleList read_rules(yaml::Fields& fields, std::string_view name, NameScheme scheme,
                             std::string_view null_item);

}  // namespace narthex::config
