// A series as a whole: the name and what stands in braces.
#pragma once

#include "exposition/text/grammar.h"

namespace narthex::exposition::text {

// `p` stands on the first byte of a name, or on "{". Returns the byte behind the name or the braces, or nullptr and the
// fault.
template <class Dialect, class Visitor>
const char* scan_series(const char* p, const char* end, Visitor& visitor, Fault& fault) {
  bool named = is(*p, kNameStart);
  if (named) {
    const char* name = p;
    p = skip(p, end, kNameStart | kDigit);
    visitor.name(name, p);
    const char* brace = Dialect::gap(p, end);
    if (brace == end || *brace != '{') return p;
    p = brace;
  }
  p = scan_braces<Dialect>(p + 1, end, named, visitor, fault);
  if (p != nullptr && !named) {
    fault = {.kind = Fault::kNameMissing, .at = p - 1, .stop = Dialect::gap(p, end)};
    return nullptr;
  }
  return p;
}

}  // namespace narthex::exposition::text
