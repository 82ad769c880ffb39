// A connected socket, with or without TLS on it. Reads and writes never block and go straight to the system (or
// OpenSSL), and only waiting goes through the event loop: one body costs few trips through it.
#pragma once

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <memory>
#include <string>

#include "net/detail/reactor_impl.h"
#include "net/detail/tls.h"

namespace narthex::net {

enum class Want { kNothing, kRead, kWrite };

// What one read or write brought. Either bytes > 0, or something to wait for, or eof, or a text that says what failed.
struct Moved {
  size_t bytes = 0;
  Want want = Want::kNothing;
  bool eof = false;
  std::string error = {};
};

// Not thread-safe; belongs to one reactor.
class Transport {
 public:
  using Protocol = boost::asio::generic::stream_protocol;
  using Socket = boost::asio::basic_stream_socket<Protocol, Executor>;

  // `network`: "tcp" or "unix"; `peer`: address and port, or path. For error texts.
  Transport(Socket socket, std::string network, std::string peer);
  ~Transport();
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;

  // From now on bytes go through `tls`, which must have been made for this socket's handle.
  void set_tls(TlsSession tls) { tls_ = std::move(tls); }
  // For a session inside that one; set_tls() must follow.
  TlsSession take_tls() { return std::move(tls_); }
  const TlsSession& tls() const { return tls_; }
  int handle() { return socket_.native_handle(); }
  const std::string& peer() const { return peer_; }

  // One step of the TLS handshake; done when there is neither something to wait for nor an error.
  Moved handshake();
  Moved read(char* data, size_t size);
  Moved write(const char* data, size_t size);
  // Until the socket is ready, or was closed.
  Task<void> wait(Want want);
  // Ends a wait() under way; later reads and writes fail. Idempotent.
  void close();
  bool is_open() const { return socket_.is_open(); }
  // False if the peer closed or sent something unasked: then nothing more can be exchanged here. For idle ones.
  bool idle_and_alive();

 private:
  Moved failed(const char* operation, int code);
  Moved tls_failed(const char* operation, int result, int code);

  Socket socket_;
  std::string network_;
  std::string peer_;  // kept, as the system forgets it after a reset
  TlsSession tls_;
};

}  // namespace narthex::net
