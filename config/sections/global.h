// The `global` section. Scrape spec, section 1.4. Private to config/.
#pragma once

#include "config/config.h"
#include "config/sections/context.h"

namespace narthex::config {

// Reads the section from the fields of the file's top level. What it does not say is as in `defaults`.
Global read_global(yaml::Fields& top, const Global& defaults, const Context& context);

// The limits that a job inherits, and `body_size_limit`: read into `out`, which holds what 0 stands for.
void read_limits(yaml::Fields& fields, scrape::Limits& out);

}  // namespace narthex::config
