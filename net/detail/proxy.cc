#include "net/detail/proxy.h"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <charconv>
#include <cstdlib>
#include <vector>

#include "net/detail/encoding.h"

namespace narthex::net {
namespace {

using Address = boost::asio::ip::address;

std::optional<Address> parse_address(const std::string& text) {
  boost::system::error_code error;
  Address address = boost::asio::ip::make_address(text, error);
  if (error) return std::nullopt;
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    address = boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, address.to_v6());
  }
  return address;
}

std::string bytes_of(const Address& address) {
  const auto text = [](const auto& bytes) { return std::string(bytes.begin(), bytes.end()); };
  return address.is_v4() ? text(address.to_v4().to_bytes()) : text(address.to_v6().to_bytes());
}

struct Range {
  std::string bytes;
  size_t bits = 0;

  bool contains(const std::string& address) const {
    if (address.size() != bytes.size()) return false;
    for (size_t bit = 0; bit < bits; ++bit) {
      const int mask = 0x80 >> (bit % 8);
      if ((address[bit / 8] & mask) != (bytes[bit / 8] & mask)) return false;
    }
    return true;
  }
};

// "10.0.0.0/8"
std::optional<Range> parse_range(const std::string& text) {
  const size_t slash = text.find('/');
  if (slash == std::string::npos) return std::nullopt;
  const auto address = parse_address(text.substr(0, slash));
  size_t bits = 0;
  const char* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data() + slash + 1, end, bits);
  if (!address || parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  Range out{bytes_of(*address), bits};
  return bits <= 8 * out.bytes.size() ? std::optional(out) : std::nullopt;
}

std::string lowered_and_trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return "";
  std::string out(text.substr(first, text.find_last_not_of(kSpace) - first + 1));
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}

// Cuts ":port" off. A second colon outside brackets makes it an address without a port.
std::string take_port(std::string& host) {
  std::string port;
  const size_t colon = host.rfind(':');
  const size_t bracket = host.rfind(']');
  const bool has_port =
      colon != std::string::npos && (bracket == std::string::npos ? host.find(':') == colon : colon == bracket + 1);
  if (has_port) {
    port = host.substr(colon + 1);
    host.erase(colon);
  }
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return port;
}

std::string from_environment(const char* upper, const char* lower) {
  for (const char* name : {upper, lower}) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0') return value;
  }
  return "";
}

std::optional<Url> proxy_of_environment(const char* upper, const char* lower) {
  const std::string text = from_environment(upper, lower);
  const auto url = parse_proxy(text);
  return text.empty() || !url ? std::nullopt : std::optional(*url);
}

}  // namespace

struct NoProxy::Rules {
  struct OneAddress {
    Address address;
    std::string port;  // "": any
  };
  struct Domain {
    std::string suffix;  // with its dot
    bool itself = false;
    std::string port;  // "": any
    bool matches(const std::string& host) const {
      return host.ends_with(suffix) || (itself && std::string_view(suffix).substr(1) == host);
    }
  };
  bool everything = false;
  std::vector<Range> ranges;
  std::vector<OneAddress> addresses;
  std::vector<Domain> domains;

  void add(std::string entry) {
    if (entry == "*") {
      everything = true;
      return;
    }
    if (auto range = parse_range(entry)) {
      ranges.push_back(std::move(*range));
      return;
    }
    std::string port = take_port(entry);
    if (const auto address = parse_address(entry)) {
      addresses.push_back({*address, std::move(port)});
      return;
    }
    if (entry.starts_with("*.")) entry.erase(0, 1);
    if (entry.empty()) return;
    const bool itself = entry.front() != '.';
    domains.push_back({itself ? '.' + entry : entry, itself, std::move(port)});
  }

  bool match_address(const Address& address, std::string_view port) const {
    const std::string bytes = bytes_of(address);
    return std::any_of(ranges.begin(), ranges.end(), [&](const Range& range) { return range.contains(bytes); }) ||
           std::any_of(addresses.begin(), addresses.end(), [&](const OneAddress& each) {
             return each.address == address && (each.port.empty() || each.port == port);
           });
  }

  bool match_domain(const std::string& host, std::string_view port) const {
    return std::any_of(domains.begin(), domains.end(), [&](const Domain& domain) {
      return domain.matches(host) && (domain.port.empty() || domain.port == port);
    });
  }
};

NoProxy::NoProxy(std::string_view list) {
  auto rules = std::make_unique<Rules>();
  while (!list.empty()) {
    const std::string_view entry = list.substr(0, list.find(','));
    list.remove_prefix(std::min(list.size(), entry.size() + 1));
    rules->add(lowered_and_trimmed(entry));
  }
  rules_ = std::move(rules);
}

NoProxy::NoProxy(NoProxy&&) noexcept = default;
NoProxy& NoProxy::operator=(NoProxy&&) noexcept = default;
NoProxy::~NoProxy() = default;

bool NoProxy::matches(std::string_view host, std::string_view port) const {
  if (host == "localhost") return true;
  const std::string name = lowered_and_trimmed(host);
  const auto address = parse_address(name);
  if (address && address->is_loopback()) return true;
  return rules_->everything || (address ? rules_->match_address(*address, port) : rules_->match_domain(name, port));
}

Result<Proxies> Proxies::create(const ProxyOptions& options) {
  Proxies out;
  if (options.from_environment) {
    out.http_ = proxy_of_environment("HTTP_PROXY", "http_proxy");
    out.https_ = proxy_of_environment("HTTPS_PROXY", "https_proxy");
    out.except_.emplace(from_environment("NO_PROXY", "no_proxy"));
  } else if (!options.url.empty()) {
    auto url = parse_proxy(options.url);
    if (!url) return prefixed("invalid proxy_url: ", url.error());
    out.http_ = out.https_ = std::move(*url);
    if (!options.no_proxy.empty()) out.except_.emplace(options.no_proxy);
  }
  return out;
}

const Url* Proxies::proxy_for(const Url& url) const {
  const std::optional<Url>& proxy = url.scheme == "https" ? https_ : http_;
  if (!proxy || (except_ && except_->matches(url.host_name(), port_or_default(url)))) return nullptr;
  return &*proxy;
}

Result<Url> parse_proxy(const std::string& text) {
  return parse_url(text.find("://") == std::string::npos ? "http://" + text : text);
}

bool is_socks(const Url& proxy) { return proxy.scheme == "socks5" || proxy.scheme == "socks5h"; }

bool is_usable_proxy(const Url& proxy) { return proxy.scheme == "http" || proxy.scheme == "https" || is_socks(proxy); }

std::string proxy_authorization(const Url& proxy) {
  return proxy.user ? basic_authorization(proxy.user->name, proxy.user->password.value_or("")) : "";
}

std::string port_or_default(const Url& url) {
  std::string port = url.port();
  if (!port.empty()) return port;
  if (url.scheme == "http") return "80";
  if (url.scheme == "https") return "443";
  return is_socks(url) ? "1080" : "";
}

std::string host_and_port(const Url& url) {
  const std::string host = url.host_name();
  const bool is_v6 = host.find(':') != std::string::npos;
  return (is_v6 ? '[' + host + ']' : host) + ':' + port_or_default(url);
}

}  // namespace narthex::net
