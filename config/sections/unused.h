// Sections of the file that nothing in this program uses: checked as far as that is cheap, so that mistakes in them are
// found, and named in one warning. Configuration spec, sections 1.2, 5.1, 6.1 and 8.3. Private to config/.
#pragma once

#include "config/sections/context.h"
#include "config/sections/discovery.h"

namespace narthex::config {

void check_alerting(const yaml::Node& node, const Context& context);
void check_remote_write(const yaml::Node& node, const Context& context);
void check_remote_read(const yaml::Node& node, const Context& context);
void check_otlp(const yaml::Node& node, const Context& context);
void check_storage(const yaml::Node& node, const Context& context);
void check_tracing(const yaml::Node& node, const Context& context);
void check_runtime(const yaml::Node& node, const Context& context);

// Checks all of them in the fields of the file's top level, and `rule_files`. Returns those that hold something, by
// name.
NamedNodes check_unused_sections(yaml::Fields& top, const Context& context);

}  // namespace narthex::config
