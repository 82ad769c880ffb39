// A proxy of our own: HTTP (plain or behind TLS) and SOCKS 5.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "tests/unit/net/tls_support.h"

namespace narthex::net::testing {

struct ProxySetup {
  bool socks = false;
  const Identity* tls = nullptr;  // of a proxy that is reached by https
  // Where a target ("host:port", as the client names it) really is: a port of 127.0.0.1. Others answer 502.
  std::map<std::string, uint16_t> targets = {};
  std::string refusal = {};   // the whole answer to every CONNECT, instead of a tunnel
  std::string username = {};  // of SOCKS; "" = nobody is asked
  std::string password = {};
  char socks_reply = 0;  // instead of a tunnel
  // The whole answer to a request that is not CONNECT: the proxy is every host.
  std::function<std::string(const std::string& head)> answer = {};
};

class TestProxy {
 public:
  explicit TestProxy(ProxySetup setup);

  std::string url(const std::string& scheme, const std::string& user = "") const;
  uint16_t port() const { return server_->port(); }
  size_t connections() const { return server_->connections(); }
  // What the clients asked for: heads, and targets of SOCKS ("host:port").
  std::vector<std::string> asked() const;

 private:
  class Stream;
  void serve(int fd);
  void serve_http(Stream& client);
  void serve_socks(Stream& client);
  void note(std::string what);
  void relay(Stream& client, const std::string& target);

  const ProxySetup setup_;
  mutable std::mutex mutex_;
  std::vector<std::string> asked_;
  std::unique_ptr<ScriptedServer> server_;  // last: its threads use the rest
};

// An answer with that body.
std::string ok(const std::string& body, const std::string& headers = "");

}  // namespace narthex::net::testing
