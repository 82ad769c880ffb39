#include "relabel/engine/case.h"

#include <algorithm>
#include <span>

#include "base/quote.h"
#include "relabel/engine/case_table.h"

namespace narthex::relabel {
namespace {

char32_t map(std::span<const CaseRange> table, char32_t c) {
  auto range =
      std::lower_bound(table.begin(), table.end(), c, [](const CaseRange& r, char32_t v) { return r.last < v; });
  if (range == table.end() || c < range->first || (c - range->first) % range->step != 0) return c;
  return static_cast<char32_t>(static_cast<int32_t>(c) + range->delta);
}

template <char32_t (*kMap)(char32_t)>
void append_mapped(std::string& out, std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    int length = 0;
    append_utf8(out, kMap(decode_utf8(text.substr(i), length)));
    i += static_cast<size_t>(length);
  }
}

}  // namespace

char32_t to_lower(char32_t c) {
  if (c < 0x80) return c >= 'A' && c <= 'Z' ? c + 32 : c;
  return map(kToLower, c);
}

char32_t to_upper(char32_t c) {
  if (c < 0x80) return c >= 'a' && c <= 'z' ? c - 32 : c;
  return map(kToUpper, c);
}

void append_lowercase(std::string& out, std::string_view text) { append_mapped<to_lower>(out, text); }
void append_uppercase(std::string& out, std::string_view text) { append_mapped<to_upper>(out, text); }

}  // namespace narthex::relabel
