// Whether an answer sends the client on, and where to. Decision only; no I/O. Scrape spec, section 5.1.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "net/detail/url.h"

namespace narthex::net {

struct Redirect {
  Url url;
  std::string method;
  bool keep_body = false;
  std::string referer;  // "" = none
};

// Whether such an answer is a redirect, given that redirects are followed.
bool is_redirect(int status, std::string_view location);

// nullopt: the answer is the final one. Error: `failed to parse Location header "x": parse …`.
Result<std::optional<Redirect>> decide_redirect(int status, std::string_view location, std::string_view method,
                                                const Url& from);

}  // namespace narthex::net
