// Upper and lower case as the `lowercase` and `uppercase` actions mean it: code point by code point.
#pragma once

#include <string>
#include <string_view>

namespace narthex::relabel {

// The simple case mapping of one code point; itself if it has none. 'ß' has no upper case, 'ı' becomes 'I'.
char32_t to_lower(char32_t c);
char32_t to_upper(char32_t c);

// Appends `text` mapped. Bytes that are not UTF-8 become U+FFFD, as in Go. `text` must not point into `out`.
void append_lowercase(std::string& out, std::string_view text);
void append_uppercase(std::string& out, std::string_view text);

}  // namespace narthex::relabel
