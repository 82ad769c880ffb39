#include "net/detail/answer.h"

#include <algorithm>
#include <boost/beast/http/status.hpp>
#include <ctime>

#include "net/detail/request_head.h"

namespace narthex::net {
namespace {

constexpr size_t kLeastCoded = 1024;  // a shorter body fits one packet anyway

std::string date_now() {
  thread_local std::time_t cached = 0;
  thread_local std::string text;
  const std::time_t now = std::time(nullptr);
  if (now != cached) {
    std::tm parts{};
    gmtime_r(&now, &parts);
    char buffer[40];
    text.assign(buffer, std::strftime(buffer, sizeof buffer, "%a, %d %b %Y %H:%M:%S GMT", &parts));
    cached = now;
  }
  return text;
}

std::string_view trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return "";
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool is_zero_weight(std::string_view parameters) {
  const size_t q = parameters.find("q=");
  if (q == std::string_view::npos) return false;
  return parameters.find_first_not_of("0.", q + 2) == std::string_view::npos;
}

// A line feed from a handler's value must not start a header of its own.
void append_clean(std::string& out, std::string_view text) {
  for (const char c : text) out += c == '\r' || c == '\n' || c == '\0' ? ' ' : c;
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  append_clean(out, name);
  out += ": ";
  append_clean(out, value);
  out += "\r\n";
}

bool is_ours(std::string_view name) {
  return equal_ignoring_case(name, "Content-Length") || equal_ignoring_case(name, "Transfer-Encoding") ||
         equal_ignoring_case(name, "Connection");
}

const std::string* find(const ServerResponse& response, std::string_view name) {
  for (const auto& [key, value] : response.headers) {
    if (equal_ignoring_case(key, name)) return &value;
  }
  return nullptr;
}

bool has_no_body(int status) { return status == 204 || status == 304; }

Coding coding_for(const ServerResponse& response, const AnswerContext& context) {
  if (response.feed) return Coding::kIdentity;
  const bool long_enough = response.stream || response.body.size() >= kLeastCoded;
  const bool may = response.compressible && long_enough && !has_no_body(response.status) &&
                   find(response, "Content-Encoding") == nullptr;
  return may ? choose_coding(context.accept_encoding) : Coding::kIdentity;
}

std::string head_of(const ServerResponse& response, const AnswerContext& context, const Answer& answer) {
  std::string out;
  out.reserve(256);
  const auto reason = boost::beast::http::obsolete_reason(static_cast<boost::beast::http::status>(response.status));
  out.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ");
  out.append(reason.data(), reason.size()).append("\r\n");
  for (const auto& [name, value] : response.headers) {
    if (!is_ours(name)) append_field(out, name, value);
  }
  if (find(response, "Date") == nullptr) append_field(out, "Date", date_now());
  if (answer.coding != Coding::kIdentity) {
    append_field(out, "Content-Encoding", answer.coding == Coding::kGzip ? "gzip" : "deflate");
  }
  if (response.compressible) append_field(out, "Vary", "Accept-Encoding");
  if (answer.chunked) {
    append_field(out, "Transfer-Encoding", "chunked");
  } else if (!response.stream && !response.feed && !has_no_body(response.status)) {
    append_field(out, "Content-Length", std::to_string(answer.body.size()));
  }
  if (!answer.keep_alive) {
    append_field(out, "Connection", "close");
  } else if (context.is_http_1_0) {
    append_field(out, "Connection", "keep-alive");
  }
  return out += "\r\n";
}

}  // namespace

Coding choose_coding(std::string_view accept_encoding) {
  while (!accept_encoding.empty()) {
    const size_t comma = accept_encoding.find(',');
    const std::string_view entry = accept_encoding.substr(0, comma);
    const size_t semicolon = entry.find(';');
    const std::string_view name = trimmed(entry.substr(0, semicolon));
    const bool refused = semicolon != std::string_view::npos && is_zero_weight(entry.substr(semicolon));
    if (name == "gzip" && !refused) return Coding::kGzip;
    if (name == "deflate" && !refused) return Coding::kDeflate;
    if (comma == std::string_view::npos) break;
    accept_encoding.remove_prefix(comma + 1);
  }
  return Coding::kIdentity;
}

Answer make_answer(ServerResponse response, const AnswerContext& context) {
  if (response.status < 100 || response.status > 999) response.status = 500;
  Answer out;
  out.coding = coding_for(response, context);
  const std::string* connection = find(response, "Connection");
  out.keep_alive = context.keep_alive && (connection == nullptr || !equal_ignoring_case(*connection, "close"));
  if (has_no_body(response.status)) {
    response.body.clear();
    response.stream = nullptr;
    response.feed = nullptr;
  }
  if (response.stream || response.feed) {
    out.chunked = !context.is_http_1_0;
    if (!out.chunked) out.keep_alive = false;  // the end of the connection is the end of the body
  } else {
    out.body = out.coding == Coding::kIdentity ? std::move(response.body) : compress(response.body, out.coding);
  }
  out.head = head_of(response, context, out);
  if (context.is_head_request) {
    out.body.clear();
  } else {
    out.stream = std::move(response.stream);
    out.feed = std::move(response.feed);
  }
  return out;
}

Answer make_refusal(int status, const std::string& text) {
  ServerResponse response;
  response.status = status;
  response.headers = {{"Content-Type", "text/plain; charset=utf-8"}};
  if (status == 503) response.headers.emplace_back("Retry-After", "1");
  response.body = text + '\n';
  response.compressible = false;
  return make_answer(std::move(response), AnswerContext{.keep_alive = false});
}

}  // namespace narthex::net
