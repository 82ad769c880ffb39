#include "web/http/router.h"

namespace narthex::web {

unsigned method_bit(std::string_view name) {
  if (name == "GET") return kGet;
  if (name == "HEAD") return kHead;
  if (name == "POST") return kPost;
  if (name == "PUT") return kPut;
  return 0;
}

std::string allow_header(unsigned methods) {
  std::string out;
  auto add = [&](std::string_view name) { out.append(out.empty() ? "" : ", ").append(name); };
  if (methods & kGet) add("GET");
  if (methods & kHead) add("HEAD");
  add("OPTIONS");
  if (methods & kPost) add("POST");
  if (methods & kPut) add("PUT");
  return out;
}

std::optional<std::string_view> match_path(std::string_view pattern, std::string_view path) {
  const size_t argument = pattern.find("/:");
  if (argument == std::string_view::npos) return pattern == path ? std::optional(std::string_view()) : std::nullopt;
  const std::string_view before = pattern.substr(0, argument + 1);
  const size_t after_at = pattern.find('/', argument + 1);
  const std::string_view after = after_at == std::string_view::npos ? std::string_view() : pattern.substr(after_at);
  if (path.size() <= before.size() + after.size() || !path.starts_with(before) || !path.ends_with(after)) {
    return std::nullopt;
  }
  const std::string_view segment = path.substr(before.size(), path.size() - before.size() - after.size());
  return segment.find('/') == std::string_view::npos ? std::optional(segment) : std::nullopt;
}

net::ServerResponse text_response(int status, std::string body) {
  net::ServerResponse response;
  response.status = status;
  response.body = std::move(body);
  response.headers.emplace_back("Content-Type", "text/plain; charset=utf-8");
  return response;
}

net::ServerResponse not_found() {
  net::ServerResponse response = text_response(404, "404 page not found\n");
  response.headers.emplace_back("X-Content-Type-Options", "nosniff");
  return response;
}

net::ServerResponse allowed_methods(unsigned methods) {
  net::ServerResponse response;
  response.headers.emplace_back("Allow", allow_header(methods));
  return response;
}

net::ServerResponse method_not_allowed(unsigned methods) {
  net::ServerResponse response = text_response(405, "Method Not Allowed\n");
  response.headers.emplace_back("X-Content-Type-Options", "nosniff");
  response.headers.emplace_back("Allow", allow_header(methods));
  return response;
}

net::ServerResponse redirect(int status, std::string location) {
  net::ServerResponse response = text_response(status, "");
  response.headers.emplace_back("Location", std::move(location));
  return response;
}

}  // namespace narthex::web
