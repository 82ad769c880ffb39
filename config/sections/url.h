// URLs as far as a configuration is checked: what Go's net/url would refuse, and hiding passwords. Private to config/.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace narthex::config {

struct UrlParts {
  std::string scheme;  // lower case, "" if there is none
  std::string host;    // with port, "" if there is none
};

// Error: Go's, e.g. `parse "http://a:b": invalid port ":b" after host`, without the password. If the password may be
// what is wrong (`http://u:a/b@h`), the reason is "net/url: invalid userinfo" and quotes nothing.
Result<UrlParts> parse_url(std::string_view url);

// A URL's text, be it one or not, with "xxxxx" for its password.
std::string hide_password(std::string_view url);

}  // namespace narthex::config
