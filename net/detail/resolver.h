// Host names to addresses through c-ares on a reactor's loop: /etc/hosts, then DNS. Why not getaddrinfo: it blocks, and
// one dead DNS server would stall every target with a host name.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace narthex::net {

class Reactor;

struct Lookup {
  std::vector<boost::asio::ip::address> addresses;  // best first
  std::string error;                                // `lookup x: no such host`; "" if there are addresses
};

// Belongs to its reactor's thread.
class Resolver {
 public:
  // `servers`: DNS servers ("10.0.0.1:53,10.0.0.2:53") instead of those of /etc/resolv.conf. A server that leaves a
  // question unanswered is not asked first next time, if there is another.
  static std::shared_ptr<Resolver> create(Reactor& reactor, const std::string& servers = "");
  virtual ~Resolver() = default;
  // Calls `done` once, later, on the reactor's thread; not at all if the resolver is destroyed before.
  virtual void lookup(const std::string& host, std::function<void(Lookup)> done) = 0;
};

}  // namespace narthex::net
