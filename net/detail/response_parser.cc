#include "net/detail/response_parser.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>

#include "base/quote.h"
#include "net/detail/request_head.h"

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

// Cuts the first line off, without its end.
std::string_view take_line(std::string_view& head) {
  const size_t end = head.find('\n');
  std::string_view line = head.substr(0, end);
  head.remove_prefix(end == std::string_view::npos ? head.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// The values of all headers of that name, as the lines have them.
std::vector<std::string_view> values_of(std::string_view head, std::string_view name) {
  std::vector<std::string_view> out;
  take_line(head);
  while (!head.empty()) {
    const std::string_view line = take_line(head);
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos || !equal_ignoring_case(line.substr(0, colon), name)) continue;
    std::string_view value = line.substr(colon + 1);
    while (value.starts_with(' ') || value.starts_with('\t')) value.remove_prefix(1);
    out.push_back(value);
  }
  return out;
}

bool is_chunked(std::string_view head) {
  const auto codings = values_of(head, "Transfer-Encoding");
  return codings.size() == 1 && equal_ignoring_case(codings.front(), "chunked");
}

// The head with "\r\n" line ends, a blank behind a bare status code, blanks for control bytes in values, and no
// Content-Length beside chunks: all of that Go's client takes, and Beast does not.
std::string mended(std::string_view head) {
  const bool chunked = is_chunked(head);
  std::string out;
  out.reserve(head.size() + 64);
  bool first = true;
  while (!head.empty()) {
    const std::string_view line = take_line(head);
    constexpr std::string_view kLength = "Content-Length:";
    if (chunked && equal_ignoring_case(line.substr(0, kLength.size()), kLength)) continue;
    for (const char c : line) out += (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f ? ' ' : c;
    constexpr size_t kCodeOnly = 12;  // "HTTP/1.1 200"
    if (std::exchange(first, false) && line.size() == kCodeOnly) out += ' ';
    out += "\r\n";
  }
  return out;
}

// What stands behind the status code of a well-formed head.
std::string_view reason_of(std::string_view head) {
  constexpr size_t kBehindCode = 13;  // "HTTP/1.1 200 "
  const std::string_view line = take_line(head);
  return line.substr(std::min(kBehindCode, line.size()));
}

std::string why_bad_length(std::string_view head) {
  const auto values = values_of(head, "Content-Length");
  if (values.size() == 1) return "bad Content-Length " + go_quote(values.front());
  std::string out = "http: message cannot contain multiple Content-Length headers; got [";
  for (const std::string_view value : values) out += (out.ends_with('[') ? "" : " ") + go_quote(value);
  return out + ']';
}

std::string why_bad_field(std::string_view head, const boost::system::error_code& error) {
  take_line(head);
  while (!head.empty()) {
    const std::string_view line = take_line(head);
    if (!line.empty() && line.find(':') == std::string_view::npos) {
      return "malformed MIME header: missing colon: " + go_quote(line);
    }
  }
  return "malformed MIME header: " + error.message();
}

// Go's words for a head that Beast refused.
std::string why_malformed(std::string_view head, const boost::system::error_code& error) {
  std::string_view rest = head;
  const std::string_view line = take_line(rest);
  const size_t blank = line.find(' ');
  if (blank == std::string_view::npos) return "malformed HTTP response " + go_quote(line);
  const std::string_view version = line.substr(0, blank);
  const std::string_view behind = line.substr(blank + 1);
  const std::string_view code = behind.substr(0, behind.find(' '));
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (code.size() != 3 || !std::all_of(code.begin(), code.end(), is_digit)) {
    return "malformed HTTP status code " + go_quote(code);
  }
  if (version != "HTTP/1.1" && version != "HTTP/1.0") return "malformed HTTP version " + go_quote(version);
  if (error == http::error::bad_content_length || error == http::error::multiple_content_length) {
    return why_bad_length(head);
  }
  return why_bad_field(head, error);
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
  out.reason = reason_of(text);  // Beast would put its own in place of an empty one
  for (const auto& field : message) {
    out.headers.emplace_back(std::string_view(field.name_string()), std::string_view(field.value()));
  }
  out.keep_alive = parser.keep_alive();
  if (out.status >= 200 && !parser.chunked()) {
    const auto codings = values_of(head, "Transfer-Encoding");
    if (!codings.empty()) return invalid("unsupported transfer encoding: " + go_quote(codings.front()));
  }
  const bool states_empty = parser.content_length() && *parser.content_length() == 0;
  if (parser.is_done() && !states_empty) {
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
    if (error == http::error::bad_chunk) return invalid("invalid byte in chunk length");
    if (error) return invalid("malformed chunked encoding");
    if (used == 0) break;
  }
  out.done = parser.is_done();
  return out;
}

}  // namespace narthex::net
