// Connections kept for the next request. Belongs to one reactor's thread.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "net/detail/transport.h"

namespace narthex::net {

class IdlePool {
 public:
  explicit IdlePool(Reactor& reactor) : reactor_(reactor) {}

  // The connection to `key` (scheme, host and port, or socket path) that was used last; null if there is none.
  // `must_be_alive`: asks the system; otherwise the server may have closed it meanwhile, which costs a retry, but
  // seldom.
  std::unique_ptr<Transport> take(const std::string& key, bool must_be_alive);
  void put(const std::string& key, std::unique_ptr<Transport> transport);
  void clear();
  size_t size() const;

 private:
  struct Idle {
    std::unique_ptr<Transport> transport;
    int64_t since_ns;
  };
  void sweep();

  Reactor& reactor_;
  std::map<std::string, std::vector<Idle>, std::less<>> idle_;  // each in order of return
  Timer sweep_timer_;
  bool sweeping_ = false;
};

}  // namespace narthex::net
