// Where the server is found: --web.external-url, --web.route-prefix, --web.listen-address.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace narthex::server {

struct Addresses {
  std::string external_url;  // with scheme, without a slash at the end
  std::string route_prefix;  // "" or "/x"
};

// `external_url` and `route_prefix` as the flags have them, "" for the default: http://<hostname>:<port>, and the path
// of the external URL. Error: what is wrong with the URL.
Result<Addresses> resolve_addresses(std::string_view external_url, std::string_view route_prefix, uint16_t port,
                                    std::string_view hostname);

std::string machine_name();

}  // namespace narthex::server
