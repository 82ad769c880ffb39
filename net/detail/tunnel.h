// What is said to a proxy before it passes bytes on: SOCKS 5 (RFC 1928, 1929) and HTTP's CONNECT.
#pragma once

#include <string>
#include <string_view>

#include "net/detail/transport.h"
#include "net/detail/url.h"
#include "net/options.h"

namespace narthex::net {

// The request line and headers of a CONNECT to `target` ("host:port"). The proxy URL's user becomes
// Proxy-Authorization. Error: `net/http: invalid header field value for "X"`.
Result<std::string> connect_head(const std::string& target, const Url& proxy, const ProxyOptions& options,
                                 const std::string& user_agent);

// Sends `head` and reads the answer. "" when the tunnel stands; else what failed, in Go's words: the proxy's own reason
// (`Forbidden`), `unexpected EOF`, `malformed HTTP response "…"`. The proxy may repeat in it what it was sent: see
// without_proxy_secrets().
Task<std::string> open_http_tunnel(Transport& transport, const std::string& head);

std::string without_proxy_secrets(std::string text, const Url& proxy, const ProxyOptions& options);

// Asks for a connection to `target`, whose name the proxy resolves. "" when the tunnel stands; else what failed:
// `username/password authentication failed`, `unknown error connection refused`.
Task<std::string> open_socks_tunnel(Transport& transport, const Url& target, const Url& proxy);

}  // namespace narthex::net
