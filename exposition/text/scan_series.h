// A series as a whole: the name and what stands in braces.
#pragma once

#include "exposition/text/grammar.h"

namespace narthex::exposition::text {

// `p` stands on the first byte of a name, or on "{". Returns the byte behind the name or the braces, or nullptr and the
// fault.
template <class Visitor>
const char* scan_series(const char* p, const char* end, Visitor& visitor, Fault& fault) {
  bool named = is(*p, kNameStart);
  if (named) {
    const char* name = p;
    p = skip(p, end, kNameStart | kDigit);
    visitor.name(name, p);
    const char* brace = skip(p, end, kBlank);
    if (brace == end || *brace != '{') return p;
    p = brace;
  }
  p = scan_braces(p + 1, end, named, visitor, fault);
  if (p != nullptr && !named) {
    fault = {.kind = Fault::kNameMissing, .at = p - 1, .stop = skip(p, end, kBlank)};
    return nullptr;
  }
  return p;
}

}  // namespace narthex::exposition::text
