// What is sent before a body: the request line, the caller's headers, and the configured ones with their secrets.
// Nothing here is ever logged.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "net/detail/url.h"
#include "net/options.h"

namespace narthex::net {

using HeaderList = std::vector<std::pair<std::string, std::string>>;

struct RequestHead {
  std::string_view method;
  const Url& url;
  std::string_view user_agent;
  const HeaderList& headers;     // the caller's
  const HeaderList& configured;  // see configured_headers()
  std::string_view token = {};   // of OAuth 2, goes before any other Authorization; "" = none
  std::string_view referer;      // "" = none
  bool to_proxy = false;         // an HTTP proxy that is asked for the whole URL
  std::string_view proxy_authorization = {};
  bool accept_gzip = true;
  bool withhold_secrets = false;  // the caller's Authorization, Cookie, … (scrape spec, section 5.1)
  size_t body_bytes = 0;

  // Error (a header that cannot be sent): `net/http: invalid header field value for "X"`.
  Result<std::string> str() const;
};

// The head of a CONNECT to `target` ("host:port"). Errors as of RequestHead::str().
Result<std::string> connect_request(const std::string& target, const HeaderList& headers, std::string_view user_agent);

// Authorization and http_headers of the options; files are read now. `withhold_secrets`: the request goes to another
// host than the configuration meant. Error: `unable to read authorization credentials: unable to read file …`.
Result<HeaderList> configured_headers(const HttpClientOptions& options, bool withhold_secrets);

// Whether a header of this name says who asks: withheld from other hosts.
bool is_sensitive_header(std::string_view name);

// What of `head`, as RequestHead::str() made it, is secret: credentials, and the values of configured headers that have
// secrets or files. Views into `head`.
std::vector<std::string_view> secrets_in(std::string_view head, const HttpClientOptions& options);

bool equal_ignoring_case(std::string_view a, std::string_view b);

}  // namespace narthex::net
