// Listening sockets from `host:port`, `[v6]:port` and `:port`.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <string>

#include "base/result.h"

namespace narthex::net {

// A bound, listening acceptor on `io`. `:port` means all addresses of both families. A name is looked up (blocking; at
// start only). Errors: `listen tcp 127.0.0.1:9090: bind: address already in use`.
Result<boost::asio::ip::tcp::acceptor> listen_on(boost::asio::io_context& io, const std::string& address);

}  // namespace narthex::net
