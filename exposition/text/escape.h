// Escapes in names, label values and HELP texts.
#pragma once

#include <string>
#include <string_view>

namespace narthex::exposition::text {

// Appends `text` with the escapes resolved whose second character is one of `escapes`: "\n" becomes a newline, all
// others what stands behind the backslash. Other backslashes stay. Never appends more than `text` has.
inline void append_unescaped(std::string& out, std::string_view text, std::string_view escapes) {
  for (size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '\\' && i + 1 < text.size() && escapes.find(text[i + 1]) != escapes.npos;
    if (escape) ++i;
    out += escape && text[i] == 'n' ? '\n' : text[i];
  }
}

}  // namespace narthex::exposition::text
