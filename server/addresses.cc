#include "server/addresses.h"

#include <unistd.h>

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include "base/quote.h"

namespace narthex::server {
namespace {

std::string without_outer_slashes(std::string_view path) {
  while (path.ends_with('/')) path.remove_suffix(1);
  while (path.starts_with('/')) path.remove_prefix(1);
  return std::string(path);
}

}  // namespace

Result<Addresses> resolve_addresses(std::string_view external_url, std::string_view route_prefix, uint16_t port,
                                    std::string_view hostname) {
  std::string text(external_url);
  if (text.empty()) text = "http://" + std::string(hostname) + ":" + std::to_string(port);
  auto url = boost::urls::parse_uri(text);
  if (!url || !url->has_authority() || url->encoded_host().empty()) {
    return invalid("--web.external-url: not a URL with scheme and host: " + go_quote(text));
  }
  const auto encoded = url->encoded_path();
  const std::string path = without_outer_slashes({encoded.data(), encoded.size()});
  const std::string prefix = route_prefix.empty() ? path : without_outer_slashes(route_prefix);
  Addresses out;
  out.external_url = std::string(url->scheme()) + "://" + std::string(url->encoded_host_and_port());
  if (!path.empty()) out.external_url += "/" + path;
  if (!prefix.empty()) out.route_prefix = "/" + prefix;
  return out;
}

std::string machine_name() {
  char name[256] = {};
  return gethostname(name, sizeof name - 1) == 0 ? name : "localhost";
}

}  // namespace narthex::server
