#include "net/detail/tunnel.h"

#include <boost/asio/ip/address.hpp>
#include <charconv>

#include "net/detail/encoding.h"
#include "net/detail/proxy.h"
#include "net/detail/request_head.h"
#include "net/detail/response_parser.h"

namespace narthex::net {
namespace {

constexpr size_t kMaxHeadBytes = 256 * 1024;

Task<std::string> write_all(Transport& transport, std::string_view data) {
  while (!data.empty()) {
    const Moved moved = transport.write(data.data(), data.size());
    if (moved.want != Want::kNothing) {
      co_await transport.wait(moved.want);
    } else if (moved.bytes == 0) {
      co_return moved.error.empty() ? "EOF" : moved.error;
    }
    data.remove_prefix(moved.bytes);
  }
  co_return "";
}

// What one read brought: at least a byte, or why there is none.
struct Piece {
  size_t bytes = 0;
  std::string error;
};

Task<Piece> read_some(Transport& transport, char* to, size_t size) {
  for (;;) {
    Moved moved = transport.read(to, size);
    if (moved.want == Want::kNothing) {
      if (moved.bytes == 0 && moved.error.empty()) moved.error = "EOF";
      co_return Piece{moved.bytes, std::move(moved.error)};
    }
    co_await transport.wait(moved.want);
  }
}

std::string reason_of(const ResponseHead& head) { return head.reason.empty() ? "unknown status code" : head.reason; }

// RFC 1928 and 1929.
constexpr char kSocksVersion = 5;
constexpr char kNoAuthentication = 0;
constexpr char kUserAndPassword = 2;
constexpr char kNothingAcceptable = '\xff';
constexpr char kConnect = 1;
constexpr char kIpv4 = 1;
constexpr char kName = 3;
constexpr char kIpv6 = 4;
constexpr char kPasswordVersion = 1;
constexpr size_t kLongest = 255;  // lengths are bytes

const char* socks_reason(unsigned char reply) {
  static constexpr const char* kReasons[] = {"succeeded",
                                             "general SOCKS server failure",
                                             "connection not allowed by ruleset",
                                             "network unreachable",
                                             "host unreachable",
                                             "connection refused",
                                             "TTL expired",
                                             "command not supported",
                                             "address type not supported"};
  return reply < std::size(kReasons) ? kReasons[reply] : nullptr;
}

// One conversation with a SOCKS proxy. Every step answers "" or what failed.
class Socks {
 public:
  Socks(Transport& transport, const Url& target, const Url& proxy)
      : transport_(transport), target_(target), proxy_(proxy) {}

  Task<std::string> run() {
    std::string error = co_await agree_on_method();
    if (error.empty()) error = co_await request_connection();
    co_return error;
  }

 private:
  static std::string number(char byte) { return std::to_string(static_cast<unsigned char>(byte)); }

  static std::string check_version(char byte) {
    return byte == kSocksVersion ? "" : "unexpected protocol version " + number(byte);
  }

  Task<std::string> exchange(const std::string& request, size_t answer_bytes) {
    std::string error = co_await write_all(transport_, request);
    if (error.empty()) error = co_await read(answer_bytes);
    co_return error;
  }

  // Exactly so many bytes into answer_: what follows belongs to the target.
  Task<std::string> read(size_t bytes) {
    answer_.resize(bytes);
    for (size_t filled = 0; filled < bytes;) {
      const Piece piece = co_await read_some(transport_, answer_.data() + filled, bytes - filled);
      if (piece.bytes == 0) co_return filled > 0 && piece.error == "EOF" ? "unexpected EOF" : piece.error;
      filled += piece.bytes;
    }
    co_return "";
  }

  Task<std::string> agree_on_method() {
    std::string offer{kSocksVersion, 1, kNoAuthentication};
    if (proxy_.user) offer = {kSocksVersion, 2, kNoAuthentication, kUserAndPassword};
    std::string error = co_await exchange(offer, 2);
    if (error.empty()) error = check_version(answer_[0]);
    if (!error.empty()) co_return error;
    const char method = answer_[1];
    if (method == kNothingAcceptable) co_return "no acceptable authentication methods";
    if (method == kUserAndPassword && proxy_.user) co_return co_await authenticate();
    co_return method == kNoAuthentication ? "" : "unsupported authentication method " + number(method);
  }

  Task<std::string> authenticate() {
    const std::string& user = proxy_.user->name;
    const std::string password = proxy_.user->password.value_or("");
    if (user.empty() || user.size() > kLongest || password.size() > kLongest) co_return "invalid username/password";
    std::string request{kPasswordVersion, static_cast<char>(user.size())};
    request += user;
    request += static_cast<char>(password.size());
    request += password;
    const std::string error = co_await exchange(request, 2);
    if (!error.empty()) co_return error;
    if (answer_[0] != kPasswordVersion) co_return "invalid username/password version";
    co_return answer_[1] == 0 ? "" : "username/password authentication failed";
  }

  // Type and address of the target; "" if the name is too long.
  std::string address_bytes() const {
    const std::string host = target_.host_name();
    boost::system::error_code no_address;
    const auto address = boost::asio::ip::make_address(host, no_address);
    std::string out;
    if (no_address) {
      if (host.size() > kLongest) return out;
      out = {kName, static_cast<char>(host.size())};
      return out + host;
    }
    if (address.is_v4()) {
      const auto bytes = address.to_v4().to_bytes();
      return (out += kIpv4).append(bytes.begin(), bytes.end());
    }
    const auto bytes = address.to_v6().to_bytes();
    return (out += kIpv6).append(bytes.begin(), bytes.end());
  }

  Task<std::string> request_connection() {
    const std::string address = address_bytes();
    if (address.empty()) co_return "FQDN too long";
    int port = 0;
    const std::string digits = port_or_default(target_);
    std::from_chars(digits.data(), digits.data() + digits.size(), port);
    std::string request{kSocksVersion, kConnect, 0};
    request += address;
    request += static_cast<char>(port >> 8);
    request += static_cast<char>(port & 0xff);
    std::string error = co_await exchange(request, 4);
    if (error.empty()) error = check_version(answer_[0]);
    if (error.empty()) error = check_reply();
    if (error.empty()) error = co_await skip_bound_address();
    co_return error;
  }

  std::string check_reply() const {
    const auto reply = static_cast<unsigned char>(answer_[1]);
    if (reply == 0) return answer_[2] == 0 ? "" : "non-zero reserved field";
    const char* reason = socks_reason(reply);
    return reason != nullptr ? std::string("unknown error ") + reason
                             : "unknown error unknown code: " + std::to_string(reply);
  }

  // Where the proxy connects from; of no use here.
  Task<std::string> skip_bound_address() {
    constexpr size_t kPortBytes = 2;
    const char kind = answer_[3];
    size_t bytes = 0;
    if (kind == kIpv4) bytes = 4;
    if (kind == kIpv6) bytes = 16;
    if (kind == kName) {
      const std::string error = co_await read(1);
      if (!error.empty()) co_return error;
      bytes = static_cast<unsigned char>(answer_[0]);
    } else if (bytes == 0) {
      co_return "unknown address type " + number(kind);
    }
    co_return co_await read(bytes + kPortBytes);
  }

  Transport& transport_;
  const Url& target_;
  const Url& proxy_;
  std::string answer_;
};

}  // namespace

Result<std::string> connect_head(const std::string& target, const Url& proxy, const ProxyOptions& options,
                                 const std::string& user_agent) {
  HeaderList headers;
  const std::string credentials = proxy_authorization(proxy);
  if (!credentials.empty()) headers.emplace_back("Proxy-Authorization", credentials);
  for (const auto& [name, values] : options.connect_headers) {
    if (!credentials.empty() && equal_ignoring_case(name, "Proxy-Authorization")) continue;
    for (const std::string& value : values) headers.emplace_back(name, value);
  }
  return connect_request(target, headers, user_agent);
}

Task<std::string> open_http_tunnel(Transport& transport, const std::string& head) {
  const std::string unsent = co_await write_all(transport, head);
  if (!unsent.empty()) co_return unsent;
  // Nothing but the answer can come: the target of a tunnel to TLS does not speak until spoken to.
  std::string answer;
  size_t scanned = 0;
  size_t end = 0;
  while (end == 0) {
    char buffer[4096];
    const Piece piece = co_await read_some(transport, buffer, sizeof buffer);
    if (piece.bytes == 0) co_return piece.error == "EOF" ? "unexpected EOF" : piece.error;
    answer.append(buffer, piece.bytes);
    end = find_head_end(answer, scanned);
    if (end == 0 && answer.size() > kMaxHeadBytes) co_return "unexpected EOF";
  }
  ResponseParser parser(false);
  const auto parsed = parser.parse_head(std::string_view(answer).substr(0, end));
  if (!parsed) co_return parsed.error().message;
  co_return parsed->status == 200 ? "" : reason_of(*parsed);
}

std::string without_proxy_secrets(std::string text, const Url& proxy, const ProxyOptions& options) {
  if (proxy.user) {
    text = without_secret(std::move(text), proxy.user->password.value_or(""));
    text = without_secret(std::move(text), proxy_authorization(proxy).substr(std::string_view("Basic ").size()));
  }
  for (const auto& [name, values] : options.connect_headers) {
    for (const std::string& value : values) text = without_secret(std::move(text), value);
  }
  return text;
}

Task<std::string> open_socks_tunnel(Transport& transport, const Url& target, const Url& proxy) {
  Socks socks(transport, target, proxy);
  co_return co_await socks.run();
}

}  // namespace narthex::net
