// Label sets as people type them on a command line or in a test file.
#pragma once

#include <string_view>

#include "base/result.h"
#include "model/target_group.h"

namespace narthex::lab {

// Reads a JSON object {"job":"node","env":"prod"} or a selector of equalities, {job="node", env="prod"},
// up{job="node"}, {"http.method"="GET"}. Names are unique; the order is that of the text. Errors (kInvalid) say what
// is wrong in one sentence, for selectors with line and column in the text.
Result<RawLabels> parse_labels(std::string_view text);

}  // namespace narthex::lab
