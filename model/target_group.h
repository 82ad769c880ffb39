// What a discovery mechanism delivers: targets that share labels.
#pragma once

#include <string>
#include <vector>

#include "model/labels.h"

namespace narthex {

// Targets and groups keep labels with empty values: an empty label of a target hides the group's label of that name
// (scrape spec, section 2), so these are plain lists, in the order of the source.
using RawLabels = std::vector<Label>;

struct TargetGroup {
  std::vector<RawLabels> targets;  // each holds at least __address__
  RawLabels labels;
  std::string source;  // unique within its job: "0", "/etc/targets.json:1", "pod/default/web-0"
};

}  // namespace narthex
