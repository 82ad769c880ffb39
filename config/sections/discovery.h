// The discovery sections of a job or of an alertmanager: `*_sd_configs`. Kubernetes spec, sections 1 and 7 to 9.
// Private to config/.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "config/sections/context.h"

namespace narthex::config {

using NamedNodes = std::vector<std::pair<std::string, yaml::Node>>;

// Checks every `*_sd_configs` of `fields`: kubernetes, file, http and dns in full, of the others that they are lists
// without null items. Returns those that have items, sorted by name.
NamedNodes check_discovery(yaml::Fields& fields, const Context& context);

}  // namespace narthex::config
