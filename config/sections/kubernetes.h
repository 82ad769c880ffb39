// One item of `kubernetes_sd_configs`. Kubernetes spec, section 1. Private to config/.
#pragma once

#include "config/sections/context.h"

namespace narthex::config {

// Reports what is wrong with it.
void check_kubernetes(const yaml::Node& node, const Context& context);

}  // namespace narthex::config
