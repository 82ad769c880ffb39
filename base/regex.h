// RE2 with the syntax and the error texts that users of Go's regexp know. Why a wrapper: Debian's RE2 does not accept
// `(?<name>…)`, accepts `\C` and duplicate group names, and words its errors differently (measured with 2022-06).
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace re2 {
class RE2;
}

namespace narthex {

// Compiles `^(?s:pattern)$`: anchored on both sides, '.' matches newlines, leftmost-first. Match it with
// RE2::UNANCHORED (the anchors are inside) or, faster, ANCHOR_BOTH.
// Error: "error parsing regexp: <detail>: `<fragment>`", worded as Go words it.
Result<std::shared_ptr<const re2::RE2>> compile_anchored(std::string_view pattern);

}  // namespace narthex
