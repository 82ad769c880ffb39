#include "net/detail/transport.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cerrno>

#include "net/detail/go_errno.h"
#include "net/detail/tls_errors.h"

namespace narthex::net {
namespace asio = boost::asio;
namespace {

std::string address_text(const Transport::Protocol::endpoint& endpoint) {
  const int family = endpoint.protocol().family();
  if (family != AF_INET && family != AF_INET6) return "";
  asio::ip::tcp::endpoint tcp;
  tcp.resize(endpoint.size());
  std::copy_n(reinterpret_cast<const char*>(endpoint.data()), endpoint.size(), reinterpret_cast<char*>(tcp.data()));
  const std::string address = tcp.address().to_string();
  return (family == AF_INET6 ? '[' + address + ']' : address) + ':' + std::to_string(tcp.port());
}

}  // namespace

Transport::Transport(Socket socket, std::string network, std::string peer)
    : socket_(std::move(socket)), network_(std::move(network)), peer_(std::move(peer)) {
  boost::system::error_code ignored;
  socket_.native_non_blocking(true, ignored);
}

Transport::~Transport() = default;

Moved Transport::failed(const char* operation, int code) {
  boost::system::error_code ignored;
  const std::string local = address_text(socket_.local_endpoint(ignored));
  return Moved{.error = socket_error_text(operation, network_, local, peer_, code)};
}

Moved Transport::tls_failed(const char* operation, int result, int code) {
  switch (SSL_get_error(tls_.ssl.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return Moved{.want = Want::kRead};
    case SSL_ERROR_WANT_WRITE:
      return Moved{.want = Want::kWrite};
    case SSL_ERROR_ZERO_RETURN:
      return Moved{.eof = true};
    case SSL_ERROR_SYSCALL:
      if (code != 0) return failed(operation, code);
      return Moved{.eof = true, .error = "unexpected EOF"};
    default:
      return tls_cut_off() ? Moved{.eof = true, .error = "unexpected EOF"} : Moved{.error = tls_error_text()};
  }
}

Moved Transport::handshake() {
  if (!is_open()) return Moved{.error = "use of closed network connection"};
  ERR_clear_error();
  errno = 0;
  const int result = SSL_do_handshake(tls_.ssl.get());
  const int code = errno;
  if (result == 1) return {};
  switch (SSL_get_error(tls_.ssl.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return Moved{.want = Want::kRead};
    case SSL_ERROR_WANT_WRITE:
      return Moved{.want = Want::kWrite};
    case SSL_ERROR_SYSCALL:
      return code != 0 ? failed("read", code) : Moved{.error = "EOF"};
    default:
      return Moved{.error = tls_cut_off() ? "EOF" : handshake_error_text(*tls_.verdict)};
  }
}

Moved Transport::read(char* data, size_t size) {
  if (!is_open()) return Moved{.error = "use of closed network connection"};
  errno = 0;
  if (tls_.ssl) {
    ERR_clear_error();
    const int got = SSL_read(tls_.ssl.get(), data, static_cast<int>(std::min<size_t>(size, INT32_MAX)));
    return got > 0 ? Moved{.bytes = static_cast<size_t>(got)} : tls_failed("read", got, errno);
  }
  const ssize_t got = ::recv(handle(), data, size, 0);
  if (got > 0) return Moved{.bytes = static_cast<size_t>(got)};
  if (got == 0) return Moved{.eof = true};
  if (errno == EAGAIN || errno == EINTR) return Moved{.want = Want::kRead};
  return failed("read", errno);
}

Moved Transport::write(const char* data, size_t size) {
  if (!is_open()) return Moved{.error = "use of closed network connection"};
  errno = 0;
  if (tls_.ssl) {
    ERR_clear_error();
    const int sent = SSL_write(tls_.ssl.get(), data, static_cast<int>(std::min<size_t>(size, INT32_MAX)));
    return sent > 0 ? Moved{.bytes = static_cast<size_t>(sent)} : tls_failed("write", sent, errno);
  }
  const ssize_t sent = ::send(handle(), data, size, MSG_NOSIGNAL);
  if (sent >= 0) return Moved{.bytes = static_cast<size_t>(sent)};
  if (errno == EAGAIN || errno == EINTR) return Moved{.want = Want::kWrite};
  return failed("write", errno);
}

Task<void> Transport::wait(Want want) {
  const auto what = want == Want::kWrite ? Socket::wait_write : Socket::wait_read;
  // The error is not looked at: whatever happened, the next read or write tells it better.
  co_await socket_.async_wait(what, asio::as_tuple(use_task));
}

void Transport::close() {
  boost::system::error_code ignored;
  socket_.close(ignored);
}

bool Transport::idle_and_alive() {
  if (!is_open()) return false;
  char byte;
  const ssize_t got = ::recv(handle(), &byte, 1, MSG_PEEK);
  // TLS 1.3 servers send session tickets when they like: such bytes must be digested before one can tell.
  if (got > 0 && tls_.ssl) {
    ERR_clear_error();
    const int peeked = SSL_peek(tls_.ssl.get(), &byte, 1);
    return peeked <= 0 && SSL_get_error(tls_.ssl.get(), peeked) == SSL_ERROR_WANT_READ;
  }
  return got < 0 && (errno == EAGAIN || errno == EINTR);
}

}  // namespace narthex::net
