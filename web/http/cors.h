// What browsers on other origins may do: HTTP API spec, section 1.5.
#pragma once

#include "net/http_server.h"

namespace re2 {
class RE2;
}

namespace narthex::web {

// Adds Vary and, if the request names an origin, the Access-Control headers. `allowed` is anchored; null: no origin.
void add_cors(const net::ServerRequest& request, const re2::RE2* allowed, net::ServerResponse& response);

}  // namespace narthex::web
