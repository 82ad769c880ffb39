// What becomes of a label that both a target and a line of its body have. Pure. Source: scrape spec, section 6.1.
#pragma once

#include <span>

#include "model/labels.h"

namespace narthex::scrape {

// Gives an exposed label set the target's labels.
//   honor_labels off: an exposed value makes way and goes to `exported_<name>`, with as many prefixes as it takes to
//     find a name without a value. The shortest names are moved first.
//   honor_labels on: the exposed label stays, and hides the target's even if it is empty.
// `exposed` is sorted by name and unique; empty values are kept in it for the sake of the last rule.
void merge_target_labels(std::span<const Label> exposed, const Labels& target, bool honor_labels, LabelsBuilder& out);

}  // namespace narthex::scrape
