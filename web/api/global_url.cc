#include "web/api/global_url.h"

#include <boost/url.hpp>

namespace narthex::web {

namespace urls = boost::urls;

std::string global_url(const std::string& url, std::string_view external_url, uint16_t own_port) {
  auto target = urls::parse_uri(url);
  auto external = urls::parse_uri({external_url.data(), external_url.size()});
  if (!target || !external || !target->has_port()) return url;
  const std::string host = target->host_address();
  if (host != "localhost" && host != "127.0.0.1" && host != "::1") return url;
  urls::url out(*target);
  if (target->port_number() == own_port) {
    out.set_scheme(external->scheme());
    external->has_port() ? out.set_port(external->port()) : out.remove_port();
  }
  out.set_encoded_host(external->encoded_host());
  return std::string(out.buffer());
}

}  // namespace narthex::web
