#include "net/detail/response_parser.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>

#include "base/quote.h"

namespace narthex::net {
namespace http = boost::beast::http;
namespace {

// A body that goes to a string of the caller's.
struct Appended {
  struct value_type {
    std::string* out = nullptr;
    size_t limit = 0;
  };
  class reader {
   public:
    template <bool kIsRequest, class Fields>
    reader(http::header<kIsRequest, Fields>&, value_type& value) : value_(value) {}
    void init(const boost::optional<std::uint64_t>&, boost::system::error_code& error) { error = {}; }
    template <class Buffers>
    size_t put(const Buffers& buffers, boost::system::error_code& error) {
      error = {};
      size_t taken = 0;
      for (auto it = boost::asio::buffer_sequence_begin(buffers); it != boost::asio::buffer_sequence_end(buffers);
           ++it) {
        const boost::asio::const_buffer piece = *it;
        if (value_.limit - value_.out->size() < piece.size()) {
          error = http::error::body_limit;
          return taken;
        }
        value_.out->append(static_cast<const char*>(piece.data()), piece.size());
        taken += piece.size();
      }
      return taken;
    }
    void finish(boost::system::error_code& error) { error = {}; }

   private:
    value_type& value_;
  };
};

// Heads are cut to this by the caller.
constexpr uint32_t kHeadLimit = 16 << 20;

// The head with "\r\n" line ends, and a blank behind a bare status code.
std::string mended(std::string_view head) {
  std::string out;
  out.reserve(head.size() + 64);
  bool first = true;
  while (!head.empty()) {
    const size_t end = head.find('\n');
    std::string_view line = head.substr(0, end);
    head.remove_prefix(end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    out += line;
    constexpr size_t kCodeOnly = 12;  // "HTTP/1.1 200"
    if (std::exchange(first, false) && line.size() == kCodeOnly) out += ' ';
    out += "\r\n";
  }
  return out;
}

// Go's words for a head that Beast refused.
std::string why_malformed(std::string_view head, const boost::system::error_code& error) {
  const std::string_view line = head.substr(0, head.find_first_of("\r\n"));
  const size_t blank = line.find(' ');
  if (blank == std::string_view::npos) return "malformed HTTP response " + go_quote(line);
  const std::string_view version = line.substr(0, blank);
  const std::string_view rest = line.substr(blank + 1);
  const std::string_view code = rest.substr(0, rest.find(' '));
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (code.size() != 3 || !std::all_of(code.begin(), code.end(), is_digit)) {
    return "malformed HTTP status code " + go_quote(code);
  }
  if (version != "HTTP/1.1" && version != "HTTP/1.0") return "malformed HTTP version " + go_quote(version);
  if (error == http::error::bad_content_length) return "bad Content-Length";
  return "malformed MIME header: " + error.message();
}

}  // namespace

size_t find_head_end(std::string_view data, size_t& scanned) {
  // A line feed, and then another one with at most a carriage return between.
  for (size_t at = data.find('\n', scanned); at != std::string_view::npos; at = data.find('\n', at + 1)) {
    if (data.substr(at + 1, 1) == "\n") return at + 2;
    if (data.substr(at + 1, 2) == "\r\n") return at + 3;
  }
  constexpr size_t kLookBack = 3;
  scanned = data.size() < kLookBack ? 0 : data.size() - kLookBack;
  return 0;
}

struct ResponseParser::Impl {
  http::response_parser<Appended> parser;
};

ResponseParser::ResponseParser(bool answers_head_request) : impl_(std::make_unique<Impl>()) {
  impl_->parser.header_limit(kHeadLimit);
  impl_->parser.body_limit(boost::none);
  impl_->parser.skip(answers_head_request);
}

ResponseParser::~ResponseParser() = default;

Result<ResponseHead> ResponseParser::parse_head(std::string_view head) {
  auto& parser = impl_->parser;
  boost::system::error_code error;
  const std::string text = mended(head);
  parser.put(boost::asio::buffer(text), error);
  if (error || !parser.is_header_done()) return invalid(why_malformed(head, error));
  const auto& message = parser.get();
  ResponseHead out;
  out.status = static_cast<int>(message.result_int());
  out.reason = std::string_view(message.reason());
  for (const auto& field : message) {
    out.headers.emplace_back(std::string_view(field.name_string()), std::string_view(field.value()));
  }
  out.keep_alive = parser.keep_alive();
  if (parser.is_done()) {
    out.framing = Framing::kNone;
  } else if (parser.chunked()) {
    out.framing = Framing::kChunked;
  } else if (parser.content_length()) {
    out.framing = Framing::kLength;
    out.length = *parser.content_length();
  } else {
    out.framing = Framing::kUntilClose;
  }
  return out;
}

Result<ResponseParser::Fed> ResponseParser::feed_chunks(std::string_view data, std::string& body, size_t limit) {
  auto& parser = impl_->parser;
  parser.get().body() = {&body, limit};
  Fed out;
  while (out.consumed < data.size() && !parser.is_done()) {
    boost::system::error_code error;
    const size_t used = parser.put(boost::asio::buffer(data.data() + out.consumed, data.size() - out.consumed), error);
    out.consumed += used;
    if (error == http::error::need_more) break;
    if (error == http::error::body_limit) return Error{Code::kLimit, "body size limit exceeded"};
    if (error) return invalid("invalid chunked encoding: " + error.message());
    if (used == 0) break;
  }
  out.done = parser.is_done();
  return out;
}

}  // namespace narthex::net
