// `static_configs`. Scrape spec, sections 1.1 and 1.5. Private to config/.
#pragma once

#include "config/sections/context.h"
#include "sd/options.h"

namespace narthex::config {

// Reads the groups of `static_configs`; group i has the source "<i>". With `check_addresses`, an address that holds a
// '/' is refused (that is so where no relabel rule could mend it).
sd::StaticOptions read_statics(yaml::Fields& fields, bool check_addresses);

}  // namespace narthex::config
