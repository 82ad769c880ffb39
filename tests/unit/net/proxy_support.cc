#include "tests/unit/net/proxy_support.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace narthex::net::testing {

// A connection with or without TLS.
class TestProxy::Stream {
 public:
  Stream(int fd, ServerSsl ssl) : fd_(fd), ssl_(std::move(ssl)) {}

  int fd() const { return fd_; }
  bool has_more() const { return ssl_ && SSL_pending(ssl_.get()) > 0; }
  ssize_t read(char* to, size_t size) {
    return ssl_ ? SSL_read(ssl_.get(), to, static_cast<int>(size)) : ::recv(fd_, to, size, 0);
  }
  void send(std::string_view bytes) {
    if (ssl_) {
      SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()));
    } else {
      ScriptedServer::Peer(fd_).send(bytes);
    }
  }
  // One byte after the other, so that nothing behind the head is taken. "" at the end.
  std::string read_head() {
    std::string head;
    char byte;
    while (!head.ends_with("\r\n\r\n")) {
      if (read(&byte, 1) != 1) return "";
      head += byte;
    }
    return head;
  }
  // Zeros in place of what does not come any more.
  std::string read_bytes(size_t count) {
    std::string out(count, '\0');
    for (size_t filled = 0; filled < count;) {
      const ssize_t got = read(out.data() + filled, count - filled);
      if (got <= 0) break;
      filled += static_cast<size_t>(got);
    }
    return out;
  }
  size_t read_length() { return static_cast<unsigned char>(read_bytes(1).front()); }

 private:
  int fd_;
  ServerSsl ssl_;
};

TestProxy::TestProxy(ProxySetup setup) : setup_(std::move(setup)) {
  std::vector<ScriptedServer::Script> scripts{[this](ScriptedServer::Peer& peer) { serve(peer.fd()); }};
  server_ = std::make_unique<ScriptedServer>(std::move(scripts));
}

std::string TestProxy::url(const std::string& scheme, const std::string& user) const {
  return scheme + "://" + (user.empty() ? "" : user + "@") + "127.0.0.1:" + std::to_string(port());
}

std::vector<std::string> TestProxy::asked() const {
  const std::lock_guard lock(mutex_);
  return asked_;
}

void TestProxy::note(std::string what) {
  const std::lock_guard lock(mutex_);
  asked_.push_back(std::move(what));
}

void TestProxy::serve(int fd) {
  ServerSsl ssl(nullptr, SSL_free);
  if (setup_.tls != nullptr) {
    ssl = accept_tls({.identity = setup_.tls}, fd);
    if (!ssl) return;
  }
  Stream client(fd, std::move(ssl));
  if (setup_.socks) {
    serve_socks(client);
  } else {
    serve_http(client);
  }
}

void TestProxy::serve_http(Stream& client) {
  for (std::string head = client.read_head(); !head.empty(); head = client.read_head()) {
    note(head);
    if (!head.starts_with("CONNECT ")) {
      client.send(setup_.answer ? setup_.answer(head) : ok("by proxy"));
    } else if (!setup_.refusal.empty()) {
      client.send(setup_.refusal);
      return;
    } else {
      const size_t start = std::string("CONNECT ").size();
      return relay(client, head.substr(start, head.find(' ', start) - start));
    }
  }
}

void TestProxy::serve_socks(Stream& client) {
  client.read_bytes(1);
  const std::string methods = client.read_bytes(client.read_length());
  const char method = setup_.username.empty() ? 0 : methods.find('\2') != std::string::npos ? 2 : '\xff';
  client.send("\5" + std::string(1, method));
  if (method == 2) {
    client.read_bytes(1);
    const std::string user = client.read_bytes(client.read_length());
    const std::string password = client.read_bytes(client.read_length());
    const bool fine = user == setup_.username && password == setup_.password;
    client.send(fine ? std::string_view("\1\0", 2) : std::string_view("\1\1", 2));
    if (!fine) return;
  }
  const std::string request = client.read_bytes(4);
  if (request[0] != 5) return;
  std::string host;
  if (request[3] == 3) {
    host = client.read_bytes(client.read_length());
  } else {
    const bool v4 = request[3] == 1;
    char text[INET6_ADDRSTRLEN] = {};
    ::inet_ntop(v4 ? AF_INET : AF_INET6, client.read_bytes(v4 ? 4 : 16).data(), text, sizeof text);
    host = v4 ? text : '[' + std::string(text) + ']';
  }
  const std::string port = client.read_bytes(2);
  const int number = static_cast<unsigned char>(port[0]) << 8 | static_cast<unsigned char>(port[1]);
  note(host + ':' + std::to_string(number));
  std::string reply{5, setup_.socks_reply, 0, 3, 1, 'x', 0, 80};  // bound to a name, of one letter
  client.send(reply);
  if (setup_.socks_reply == 0) relay(client, host + ':' + std::to_string(number));
}

void TestProxy::relay(Stream& client, const std::string& target) {
  const auto known = setup_.targets.find(target);
  if (known == setup_.targets.end()) return client.send("HTTP/1.1 502 Unknown Target\r\n\r\n");
  if (!setup_.socks) client.send("HTTP/1.1 200 Connection established\r\nX-Proxy: yes\r\n\r\n");
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(known->second);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  Stream server(fd, {nullptr, SSL_free});
  char buffer[16 * 1024];
  const auto pass = [&buffer](Stream& from, Stream& to) {
    const ssize_t got = from.read(buffer, sizeof buffer);
    if (got > 0) to.send({buffer, static_cast<size_t>(got)});
    return got > 0;
  };
  for (bool open = true; open;) {
    pollfd both[] = {{client.fd(), POLLIN, 0}, {fd, POLLIN, 0}};
    if (!client.has_more()) ::poll(both, 2, -1);
    if (client.has_more() || both[0].revents != 0) open = pass(client, server);
    if (open && both[1].revents != 0) open = pass(server, client);
  }
  ::close(fd);
}

std::string ok(const std::string& body, const std::string& headers) {
  return "HTTP/1.1 200 OK\r\n" + headers + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

}  // namespace narthex::net::testing
