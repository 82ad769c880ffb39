// `headers`: names that may not be set. Configuration spec, section 6.1. Private to config/.
#pragma once

#include "config/sections/schema.h"

namespace narthex::config {

// Complains about reserved names among the keys of the field `headers`; about `authorization` with its own words.
void check_headers(Section& section, const char* authorization);

}  // namespace narthex::config
