#include "net/detail/dial.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <charconv>
#include <vector>

#include "base/quote.h"
#include "net/detail/go_errno.h"
#include "net/detail/proxy.h"
#include "net/detail/resolver.h"
#include "net/detail/tunnel.h"
#include "net/detail/waiting.h"

namespace narthex::net {
namespace asio = boost::asio;
namespace {

using Address = asio::ip::address;
using Endpoint = Transport::Protocol::endpoint;

constexpr int64_t kHandshakeTimeoutNs = 10'000'000'000;  // scrape spec, section 1.7
constexpr int64_t kTunnelTimeoutNs = 60'000'000'000;     // as Go waits for the answer to a CONNECT
constexpr int64_t kLeastAttemptNs = 2'000'000'000;       // Go's saneMinimum for one of several addresses

struct Candidate {
  Endpoint endpoint;
  std::string network;  // "tcp", "unix"
  std::string peer;     // "127.0.0.1:80", "/run/x.sock"
  std::string text() const { return "dial " + network + ' ' + peer; }
};

// One dial. Every step answers "" or what failed.
class Dial {
 public:
  explicit Dial(const DialRequest& request) : request_(request) {}

  Task<Dialed> run() {
    Dialed out;
    co_await reach(out);
    if (request_.proxy != nullptr) {
      if (!out.error.empty()) {
        out.error = "proxyconnect tcp: " + out.error;
      } else {
        co_await pass_proxy(out);
      }
    }
    if (out.error.empty()) out.transport = std::move(transport_);
    co_return out;
  }

 private:
  // Whom we connect to ourselves.
  const Url& hop() const { return request_.proxy != nullptr ? *request_.proxy : request_.url; }

  // Connects to the hop, and secures that.
  Task<void> reach(Dialed& out) {
    out.phase = FailedPhase::kResolve;
    if (request_.proxy != nullptr && !is_usable_proxy(*request_.proxy)) {
      out.error = "unsupported proxy scheme " + go_quote(request_.proxy->scheme);
    } else if (request_.unix_socket.empty()) {
      out.error = co_await resolve();
    } else {
      out.error = unix_candidate();
    }
    if (out.error.empty()) {
      out.phase = FailedPhase::kConnect;
      out.error = co_await connect();
    }
    if (out.error.empty() && hop().scheme == "https") {
      out.phase = FailedPhase::kTls;
      out.error = co_await secure(hop());
    }
  }

  // Lets the proxy connect to the target, where it does not take the request itself.
  Task<void> pass_proxy(Dialed& out) {
    const bool to_https = request_.url.scheme == "https";
    if (!to_https && !is_socks(*request_.proxy)) co_return;
    out.phase = FailedPhase::kConnect;
    out.error = co_await open_tunnel();
    if (out.error.empty() && to_https) {
      out.phase = FailedPhase::kTls;
      out.error = co_await secure(request_.url);
    }
  }

  std::string unix_candidate() {
    const std::string& path = request_.unix_socket;
    if (path.size() >= sizeof(sockaddr_un::sun_path)) return "dial unix " + path + ": connect: invalid argument";
    candidates_.push_back({Endpoint(asio::local::stream_protocol::endpoint(path)), "unix", path});
    return "";
  }

  // The port number, or -1 with the reason.
  int port(std::string& error) const {
    const std::string text = port_or_default(hop());
    int number = -1;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (code == std::errc() && end == text.data() + text.size() && number <= 65535) return number;
    error = "dial tcp: address " + text + ": invalid port";
    return -1;
  }

  void add(const Address& address, int port) {
    const auto number = static_cast<uint16_t>(port);
    const std::string host = address.is_v6() ? '[' + address.to_string() + ']' : address.to_string();
    candidates_.push_back(
        {Endpoint(asio::ip::tcp::endpoint(address, number)), "tcp", host + ':' + std::to_string(port)});
  }

  Task<std::string> resolve() {
    std::string error;
    const int number = port(error);
    if (number < 0) co_return error;
    const std::string host = hop().host_name();
    boost::system::error_code no_address;
    // "http://:80" means this machine, as in Go.
    const Address literal = asio::ip::make_address(host.empty() ? "127.0.0.1" : host, no_address);
    if (!no_address) {
      add(literal, number);
      co_return "";
    }
    const int64_t start = system_clock().steady_ns();
    const Lookup answer = co_await ask(host);
    request_.phases.resolve = system_clock().steady_ns() - start;
    if (!answer.error.empty()) co_return "dial tcp: " + answer.error;
    for (const Address& address : answer.addresses) add(address, number);
    co_return "";
  }

  Task<Lookup> ask(const std::string& host) {
    Reactor::Impl& reactor = request_.reactor.impl();
    if (!reactor.resolver) reactor.resolver = Resolver::create(request_.reactor);
    const Awaited<Lookup> answer(request_.reactor);
    reactor.resolver->lookup(host, answer.callback());
    std::optional<Lookup> found = co_await answer.wait(request_.interrupt);
    if (!found) found.emplace(Lookup{{}, "lookup canceled"});
    co_return std::move(*found);
  }

  // Tries one address after the other; the first failure is the one that is told.
  Task<std::string> connect() {
    const int64_t start = system_clock().steady_ns();
    std::string first_error;
    for (size_t i = 0; i < candidates_.size() && !transport_ && !request_.interrupt.raised(); ++i) {
      const int64_t left = request_.deadline_ns - system_clock().steady_ns();
      const auto remaining = static_cast<int64_t>(candidates_.size() - i);
      const int64_t share = remaining == 1 ? left : std::min(left, std::max(left / remaining, kLeastAttemptNs));
      std::string error = co_await connect_to(candidates_[i], share);
      if (first_error.empty()) first_error = std::move(error);
    }
    request_.phases.connect = system_clock().steady_ns() - start;
    co_return transport_ ? "" : first_error;
  }

  Task<std::string> connect_to(const Candidate& candidate, int64_t time_ns) {
    Transport::Socket socket(request_.reactor.impl().io);
    boost::system::error_code error;
    socket.open(candidate.endpoint.protocol(), error);
    if (error) co_return candidate.text() + ": socket: " + errno_text(error.value());
    bool late = false;
    {
      const auto close = [&socket] {
        boost::system::error_code ignored;
        socket.close(ignored);
      };
      const Interrupt::Scope scope(request_.interrupt, close);
      const Timer timer = request_.reactor.after(time_ns, [&] {
        late = true;
        close();
      });
      std::tie(error) = co_await socket.async_connect(candidate.endpoint, asio::as_tuple(use_task));
    }
    if (late) co_return candidate.text() + ": i/o timeout";
    if (error) co_return candidate.text() + ": connect: " + errno_text(error.value());
    // Ignored where it does not exist (unix sockets).
    socket.set_option(asio::ip::tcp::no_delay(true), error);
    transport_ = std::make_unique<Transport>(std::move(socket), candidate.network, candidate.peer);
    co_return "";
  }

  // Closes the connection when the time is over; tells whether it was.
  Timer close_after(int64_t time_ns, bool& late) {
    return request_.reactor.after(time_ns, [this, &late] {
      late = true;
      transport_->close();
    });
  }

  Task<std::string> open_tunnel() {
    const Url& proxy = *request_.proxy;
    const std::string target = host_and_port(request_.url);
    const Interrupt::Scope scope(request_.interrupt, [this] { transport_->close(); });
    bool late = false;
    const Timer timer = close_after(kTunnelTimeoutNs, late);
    std::string error;
    if (is_socks(proxy)) {
      error = co_await open_socks_tunnel(*transport_, request_.url, proxy);
      if (!error.empty()) error = "socks connect tcp " + transport_->peer() + "->" + target + ": " + error;
    } else {
      const auto head = connect_head(target, proxy, request_.proxy_options, request_.user_agent);
      if (!head) co_return head.error().message;
      error = co_await open_http_tunnel(*transport_, *head);
      error = without_proxy_secrets(std::move(error), proxy, request_.proxy_options);
    }
    if (late) co_return "context deadline exceeded";
    co_return error;
  }

  // TLS to `peer`, inside the one to the proxy if there is one.
  Task<std::string> secure(const Url& peer) {
    const int64_t start = system_clock().steady_ns();
    TlsSession outer = transport_->take_tls();
    const std::string host = peer.host_name();
    transport_->set_tls(outer.ssl ? request_.tls->open_inside(std::move(outer), host)
                                  : request_.tls->open(transport_->handle(), host));
    const Interrupt::Scope scope(request_.interrupt, [this] { transport_->close(); });
    bool late = false;
    const Timer timer = close_after(kHandshakeTimeoutNs, late);
    Moved moved = transport_->handshake();
    while (moved.want != Want::kNothing) {
      co_await transport_->wait(moved.want);
      moved = transport_->handshake();
    }
    request_.phases.tls = std::max<int64_t>(request_.phases.tls, 0) + system_clock().steady_ns() - start;
    if (late) co_return "net/http: TLS handshake timeout";
    co_return moved.error;
  }

  const DialRequest& request_;
  std::vector<Candidate> candidates_;
  std::unique_ptr<Transport> transport_;
};

}  // namespace

Task<Dialed> dial(const DialRequest& request) {
  Dial running(request);
  co_return co_await running.run();
}

}  // namespace narthex::net
