#include "net/detail/listen.h"

#include <boost/asio/ip/v6_only.hpp>
#include <charconv>
#include <optional>

#include "net/detail/go_errno.h"

namespace narthex::net {
namespace asio = boost::asio;
namespace {

using tcp = asio::ip::tcp;
using boost::system::error_code;

struct HostPort {
  std::string host;
  uint16_t port = 0;
};

Result<HostPort> split(const std::string& address) {
  const auto malformed = [&](const std::string& why) { return invalid("listen tcp: address " + address + ": " + why); };
  const size_t colon = address.rfind(':');
  const size_t bracket = address.rfind(']');
  if (colon == std::string::npos || (bracket != std::string::npos && colon < bracket)) {
    return malformed("missing port in address");
  }
  HostPort out{address.substr(0, colon)};
  if (out.host.starts_with('[') && out.host.ends_with(']')) {
    out.host = out.host.substr(1, out.host.size() - 2);
  } else if (out.host.find(':') != std::string::npos) {
    return malformed("too many colons in address");
  }
  const char* const end = address.data() + address.size();
  const auto [stopped, code] = std::from_chars(address.data() + colon + 1, end, out.port);
  if (code != std::errc() || stopped != end) return malformed("invalid port");
  return out;
}

Result<asio::ip::address> look_up(asio::io_context& io, const std::string& host) {
  error_code error;
  const auto literal = asio::ip::make_address(host, error);
  if (!error) return literal;
  tcp::resolver resolver(io);
  const auto found = resolver.resolve(host, "", error);
  if (error || found.empty()) {
    return Error{Code::kNotFound, "listen tcp: lookup " + host + ": no such host"};
  }
  // Go listens on the IPv4 address of a name that has both.
  for (const auto& entry : found) {
    if (entry.endpoint().address().is_v4()) return entry.endpoint().address();
  }
  return found.begin()->endpoint().address();
}

// `step` is what failed, "" if nothing did.
struct Attempt {
  std::optional<tcp::acceptor> acceptor;
  std::string step;
  error_code error;
};

Attempt open(asio::io_context& io, const tcp::endpoint& endpoint, bool both_families) {
  Attempt out;
  tcp::acceptor acceptor(io);
  const auto failed = [&out](const char* step) {
    if (out.error) out.step = step;
    return static_cast<bool>(out.error);
  };
  acceptor.open(endpoint.protocol(), out.error);
  if (failed("socket")) return out;
  acceptor.set_option(tcp::acceptor::reuse_address(true), out.error);
  if (failed("setsockopt")) return out;
  if (endpoint.address().is_v6()) acceptor.set_option(asio::ip::v6_only(!both_families), out.error);
  if (failed("setsockopt")) return out;
  acceptor.bind(endpoint, out.error);
  if (failed("bind")) return out;
  acceptor.listen(asio::socket_base::max_listen_connections, out.error);
  if (failed("listen")) return out;
  out.acceptor = std::move(acceptor);
  return out;
}

}  // namespace

Result<tcp::acceptor> listen_on(asio::io_context& io, const std::string& address) {
  auto parts = split(address);
  if (!parts) return parts.error();
  Attempt attempt;
  if (parts->host.empty()) {
    attempt = open(io, tcp::endpoint(tcp::v6(), parts->port), true);
    const bool no_ipv6 = attempt.step == "socket" || attempt.error == asio::error::address_family_not_supported ||
                         attempt.error.value() == EADDRNOTAVAIL;
    if (no_ipv6) attempt = open(io, tcp::endpoint(tcp::v4(), parts->port), false);
  } else {
    auto host = look_up(io, parts->host);
    if (!host) return host.error();
    attempt = open(io, tcp::endpoint(*host, parts->port), false);
  }
  if (attempt.acceptor) return std::move(*attempt.acceptor);
  return Error{Code::kIo, "listen tcp " + address + ": " + attempt.step + ": " + errno_text(attempt.error.value())};
}

}  // namespace narthex::net
