// The discovery sections of a job or of an alertmanager: `*_sd_configs`. Kubernetes spec, sections 1 and 7 to 9.
// Private to config/.
#pragma once

#include <string>
#include <vector>

#include "config/marshal/writer.h"
#include "config/sections/context.h"

namespace narthex::config {

// A section with items.
struct Discovery {
  std::string name;  // "consul_sd_configs"
  Value value;       // as it is printed: defaults filled in, secrets hidden
  Place place;
};

// Reads and checks every `*_sd_configs` of `fields`. Returns those that have items, sorted by name.
std::vector<Discovery> read_discovery(yaml::Fields& fields, const Context& context);

}  // namespace narthex::config
