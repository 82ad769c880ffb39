// How text travels in headers, forms and tokens. Pure functions.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace narthex::net {

// RFC 4648, sections 4 and 5; the latter without padding, as JWT wants it.
std::string base64(std::string_view bytes);
std::string base64_url(std::string_view bytes);

// "Basic …", the value of an Authorization header.
std::string basic_authorization(std::string_view username, std::string_view password);

// Go's url.QueryEscape: a blank becomes "+".
std::string query_escape(std::string_view text);
// An application/x-www-form-urlencoded body, in order of the names.
std::string form_encode(const std::map<std::string, std::string>& fields);
// The other way. What is not well-formed stays as it is written; of a name that comes twice the first counts.
std::map<std::string, std::string> form_decode(std::string_view form);

// `text` of somebody else's with "<secret>" in place of `secret`: servers like to repeat what they were sent. Fewer
// than four bytes are left alone, for they would be found everywhere.
std::string without_secret(std::string text, std::string_view secret);

}  // namespace narthex::net
