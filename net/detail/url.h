// URLs as Go's net/url reads them: more lenient than RFC 3986 in paths and queries, with its error texts. They end up
// in what users see of a failed request. Plain data; no I/O.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "net/url_text.h"

namespace narthex::net {

struct Url {
  struct User {
    std::string name;
    std::optional<std::string> password;
  };

  std::string scheme;  // lower case
  std::string opaque;  // what follows "scheme:" if that is no '/'
  std::optional<User> user;
  std::string host;   // with port and brackets, as written
  std::string path;   // escaped, as it is sent
  std::string query;  // as written
  bool force_query = false;
  std::string fragment;  // as written

  // The URL as text again; `with_password`: else "***" stands for a password.
  std::string str(bool with_password) const;
  // Path and query, for the request line.
  std::string target() const;
  // The host without port and brackets, as it is looked up.
  std::string host_name() const;
  std::string port() const;  // "" if none
};

// Error: `parse "<text without fragment>": <reason>`, of a text with a password `parse "<text without it>": net/url:
// invalid userinfo`.
Result<Url> parse_url(std::string_view text);

// The URL that `reference` (a Location header) means, seen from `base`. Errors as parse_url.
Result<Url> resolve_url(const Url& base, std::string_view reference);

// Whether `host` is `parent` or one of its subdomains (Go's rule for sending credentials on).
bool is_host_or_subdomain(std::string_view host, std::string_view parent);

}  // namespace narthex::net
