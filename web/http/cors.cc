#include "web/http/cors.h"

#include <re2/re2.h>

#include <string>

namespace narthex::web {

void add_cors(const net::ServerRequest& request, const re2::RE2* allowed, net::ServerResponse& response) {
  response.headers.emplace_back("Vary", "Origin");
  const std::string_view origin = request.header("Origin");
  if (origin.empty()) return;
  response.headers.emplace_back("Access-Control-Allow-Headers", "Accept, Authorization, Content-Type, Origin");
  response.headers.emplace_back("Access-Control-Allow-Methods", "GET, POST, OPTIONS");
  response.headers.emplace_back("Access-Control-Expose-Headers", "Date");
  const re2::StringPiece text(origin.data(), origin.size());
  if (allowed != nullptr && allowed->Match(text, 0, text.size(), re2::RE2::UNANCHORED, nullptr, 0)) {
    response.headers.emplace_back("Access-Control-Allow-Origin", std::string(origin));
  }
}

}  // namespace narthex::web
