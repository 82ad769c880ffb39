// Which route a request means, and what to say if none: HTTP API spec, section 1.2 (unknown path, wrong method).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "net/http_server.h"

namespace narthex::web {

// A set of HTTP methods.
enum Method : unsigned { kGet = 1, kHead = 2, kPost = 4, kPut = 8 };

// The one of that name; 0: none that we serve.
unsigned method_bit(std::string_view name);

// "GET, OPTIONS, POST"
std::string allow_header(unsigned methods);

// Whether `path` is `pattern`, in which one segment may be ":argument". Returns that segment as sent ("" without one).
std::optional<std::string_view> match_path(std::string_view pattern, std::string_view path);

net::ServerResponse text_response(int status, std::string body);
net::ServerResponse not_found();
// 200 with the Allow header: OPTIONS outside of the API.
net::ServerResponse allowed_methods(unsigned methods);
net::ServerResponse method_not_allowed(unsigned methods);
net::ServerResponse redirect(int status, std::string location);

}  // namespace narthex::web
