// The paths of the API, in one table: what is served, by whom, and what the OpenAPI document says of it.
#pragma once

#include <span>
#include <string_view>

#include "web/api/endpoints.h"

namespace narthex::web {

inline constexpr std::string_view kQueryPath = "/api/v1/query";
inline constexpr std::string_view kQueryRangePath = "/api/v1/query_range";
inline constexpr std::string_view kWritePath = "/api/v1/write";

struct Route {
  std::string_view pattern;  // one segment may be ":name"
  unsigned methods;          // of web/http/router.h
  Answer (*endpoint)(const Call&);
  std::string_view summary;
  std::string_view parameters;  // names, separated by blanks
  bool early = false;           // answers before the server is ready, and while it stops
};

// In the order of their paths, families together.
std::span<const Route> api_routes();

}  // namespace narthex::web
