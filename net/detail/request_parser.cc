#include "net/detail/request_parser.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "net/detail/request_head.h"

namespace narthex::net {
namespace http = boost::beast::http;
namespace {

// Path and query of a request target; an absolute target ("GET http://host/path") loses scheme and host.
void split_target(ServerRequest& request) {
  std::string_view target = request.target;
  if (const size_t scheme = target.find("://"); scheme != std::string_view::npos && target[0] != '/') {
    const size_t slash = target.find_first_of("/?", scheme + 3);
    target = slash == std::string_view::npos ? std::string_view("/") : target.substr(slash);
  }
  const size_t mark = target.find('?');
  request.path = target.substr(0, mark);
  if (mark != std::string_view::npos) request.query = target.substr(mark + 1);
}

}  // namespace

struct RequestParser::Impl {
  http::request_parser<http::string_body> parser;
  bool head_done = false;
  bool http_1_0 = false;  // known when head_done; outlives take()

  Fed refused(int status, std::string reason) const { return Fed{0, State::kRefused, status, std::move(reason)}; }

  Fed refused(const boost::system::error_code& error) const {
    if (error == http::error::header_limit) return refused(431, "Request Header Fields Too Large");
    if (error == http::error::body_limit) return refused(413, "Request Entity Too Large");
    if (error == http::error::bad_version)
      return refused(505, "HTTP Version Not Supported: unsupported protocol version");
    return refused(400, "Bad Request: " + error.message());
  }

  // Go's rules for Host.
  Fed check_host() const {
    const auto& message = parser.get();
    const auto hosts = static_cast<size_t>(message.count(http::field::host));
    if (hosts > 1) return refused(400, "Bad Request: too many Host headers");
    if (hosts == 0 && message.version() >= 11) return refused(400, "Bad Request: missing required Host header");
    return {};
  }
};

RequestParser::RequestParser(size_t max_header_bytes, size_t max_body_bytes) : impl_(std::make_unique<Impl>()) {
  impl_->parser.header_limit(static_cast<uint32_t>(std::min<size_t>(max_header_bytes, UINT32_MAX)));
  impl_->parser.body_limit(max_body_bytes);
}

RequestParser::~RequestParser() = default;

RequestParser::Fed RequestParser::feed(std::string_view data) {
  auto& parser = impl_->parser;
  Fed out;
  while (out.consumed < data.size() && !parser.is_done()) {
    boost::system::error_code error;
    const size_t used = parser.put(boost::asio::buffer(data.data() + out.consumed, data.size() - out.consumed), error);
    out.consumed += used;
    if (error == http::error::need_more) break;
    if (error) return impl_->refused(error);
    if (!impl_->head_done && parser.is_header_done()) {
      impl_->head_done = true;
      impl_->http_1_0 = parser.get().version() < 11;
      if (Fed bad = impl_->check_host(); bad.status != 0) return bad;
      break;
    }
    if (used == 0) break;
  }
  out.state = parser.is_done() ? State::kDone : impl_->head_done ? State::kBody : State::kHead;
  return out;
}

bool RequestParser::keep_alive() const { return impl_->parser.keep_alive(); }

bool RequestParser::is_http_1_0() const { return impl_->http_1_0; }

bool RequestParser::expects_continue() const {
  return equal_ignoring_case(std::string_view(impl_->parser.get()[http::field::expect]), "100-continue");
}

ServerRequest RequestParser::take() {
  auto message = impl_->parser.release();
  ServerRequest out;
  out.method = std::string_view(message.method_string());
  out.target = std::string_view(message.target());
  split_target(out);
  for (const auto& field : message) {
    out.headers.emplace_back(std::string_view(field.name_string()), std::string_view(field.value()));
  }
  out.body = std::move(message.body());
  return out;
}

}  // namespace narthex::net
