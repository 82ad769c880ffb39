// Text in quotes, as the error texts and answers of the field have it.
#pragma once

#include <string>
#include <string_view>

namespace narthex {

// In double quotes with Go's escapes (%q): \a \b \f \n \r \t \v \\ \" \xHH (invalid UTF-8 and control characters below
// 0x80), \uXXXX and \UXXXXXXXX (what Unicode does not print). Valid printable UTF-8 stays as it is.
std::string go_quote(std::string_view text);

// Appends `text` as a JSON string. '<', '>', '&', U+2028 and U+2029 are escaped as \uXXXX, and invalid UTF-8 becomes
// U+FFFD, as clients of Go programs are used to.
void append_json_string(std::string& out, std::string_view text);

// Whether `text` is well-formed UTF-8 (no surrogates, no overlong forms).
bool is_valid_utf8(std::string_view text);

// Decodes the code point at the start of a non-empty `text`; `length` receives its bytes. Malformed: 0xFFFD, length 1.
char32_t decode_utf8(std::string_view text, int& length);

void append_utf8(std::string& out, char32_t code_point);

// The first `limit` code points of `text` (each malformed byte counts as one).
std::string_view utf8_prefix(std::string_view text, size_t limit);

}  // namespace narthex
