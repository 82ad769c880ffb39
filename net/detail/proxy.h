// Which requests go through which proxy: the rules of Go's httpproxy package. Decision only; no sockets.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "net/detail/url.h"
#include "net/options.h"

namespace narthex::net {

// The hosts of a no_proxy list, separated by commas: `example.com` (and what is below it), `.example.com` and
// `*.example.com` (only what is below it), addresses, CIDR ranges, each but ranges with or without `:port`; `*` is
// everything. "localhost" and loopback addresses match any list, even an empty one. Immutable, thread-safe.
class NoProxy {
 public:
  explicit NoProxy(std::string_view list);
  NoProxy(NoProxy&&) noexcept;
  NoProxy& operator=(NoProxy&&) noexcept;
  ~NoProxy();
  // `host` as Url::host_name() has it; `port` is a number.
  bool matches(std::string_view host, std::string_view port) const;

 private:
  struct Rules;
  std::unique_ptr<const Rules> rules_;
};

// The proxies of one client. Immutable, thread-safe.
class Proxies {
 public:
  // Reads HTTP_PROXY, HTTPS_PROXY and NO_PROXY (or their lower-case names) now, if the options say so. Unusable URLs in
  // the environment count as absent, as in Go; an unusable proxy_url is an error: `invalid proxy_url: parse "…": …`.
  static Result<Proxies> create(const ProxyOptions& options);

  // The proxy for a request to `url`, null if there is none. Without no_proxy, a configured proxy_url is for every
  // request, also to this machine.
  const Url* proxy_for(const Url& url) const;

 private:
  Proxies() = default;
  std::optional<Url> http_;
  std::optional<Url> https_;
  std::optional<NoProxy> except_;
};

// `proxy:3128` means http://proxy:3128. Errors as parse_url().
Result<Url> parse_proxy(const std::string& text);

bool is_socks(const Url& proxy);
// Whether its scheme is http, https, socks5 or socks5h (the proxy resolves names in both).
bool is_usable_proxy(const Url& proxy);
// The value of a Proxy-Authorization header, "" if the URL has no user.
std::string proxy_authorization(const Url& proxy);

// The port that a URL means: its own, or that of its scheme; "" if there is none.
std::string port_or_default(const Url& url);
// `host:port`, in brackets where it must be, with the scheme's port if the URL has none.
std::string host_and_port(const Url& url);

}  // namespace narthex::net
