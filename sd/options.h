// What a job's discovery sections say. Plain data.
#pragma once

#include <vector>

#include "model/target_group.h"

namespace narthex::sd {

// All static_configs of a job are one provider; group i has the source "<i>".
struct StaticOptions {
  std::vector<TargetGroup> groups;
};

struct Options {
  StaticOptions statics;
};

}  // namespace narthex::sd
