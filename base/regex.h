// RE2 with the syntax and the error texts that users of Go's regexp know. Why a wrapper: Debian's RE2 does not accept
// `(?<name>…)`, accepts `\C` and group names that are no words, and words its errors differently (measured with
// 2022-06).
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace re2 {
class RE2;
}

namespace narthex {

// Compiles `^(?s:pattern)$`: anchored on both sides, '.' matches newlines, leftmost-first.
//
// Search with RE2::UNANCHORED: the anchors are inside, RE2 knows it, and it costs nothing (measured). ANCHOR_BOTH would
// be wrong for the patterns that close the wrapper's group themselves, `a)|(b`, which Go lets pass.
//
// Error: "error parsing regexp: <detail>: `<fragment>`", worded as Go words it; kInvalid.
Result<std::shared_ptr<const re2::RE2>> compile_anchored(std::string_view pattern);

}  // namespace narthex
