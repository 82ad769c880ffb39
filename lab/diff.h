// What changed between two label sets, as people read it.
#pragma once

#include <string>
#include <vector>

#include "model/labels.h"

namespace narthex::lab {

// One line per difference, sorted by label name: `- a="1"` for what was, `+ a="2"` for what is. Empty: no difference.
std::vector<std::string> diff(const Labels& before, const Labels& after);

}  // namespace narthex::lab
