#include "server/fqdn.h"

#include <netdb.h>
#include <sys/socket.h>

#include <memory>

namespace narthex::server {

std::string fully_qualified_name(const std::string& hostname) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;  // each address once
  addrinfo* found = nullptr;
  if (::getaddrinfo(hostname.c_str(), nullptr, &hints, &found) != 0) return hostname;
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);
  for (const addrinfo* address = found; address; address = address->ai_next) {
    char name[NI_MAXHOST];
    if (::getnameinfo(address->ai_addr, address->ai_addrlen, name, sizeof name, nullptr, 0, NI_NAMEREQD) == 0)
      return name;
  }
  return hostname;
}

}  // namespace narthex::server
