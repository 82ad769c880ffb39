// Label lists as one string each, and groups of them: what discovery delivered is kept for ten thousand targets, but
// looked at only when somebody asks.
//
//   labels = { size(name) name size(value) value }     size: four bytes, the machine's order
#pragma once

#include <string>
#include <vector>

#include "model/target_group.h"

namespace narthex::scrape {

std::string pack(const RawLabels& labels);
RawLabels unpack(std::string_view packed);

// A target group as it came, immutable. Equal groups compare equal.
struct PackedGroup {
  std::string source;
  std::string labels;
  std::vector<std::string> targets;
  friend bool operator==(const PackedGroup&, const PackedGroup&) = default;
};

PackedGroup pack(const TargetGroup& group);

}  // namespace narthex::scrape
