// URLs as they may be shown to people: in errors, logs and the output of commands.
#pragma once

#include <string>
#include <string_view>

namespace narthex::net {

// A URL's text, be it one or not, with "***" for its password.
std::string without_password(std::string_view text);

}  // namespace narthex::net
