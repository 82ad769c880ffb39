// HTTP of any bytes, to the client and to the server: nothing may crash, no parser may take more than it was given, and
// what is made of the bytes must not depend on the pieces they come in.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "net/detail/request_parser.h"
#include "net/detail/response_parser.h"
#include "net/detail/url.h"

namespace narthex::net {
namespace {

constexpr size_t kLimit = 1 << 16;
constexpr std::string_view kUnfinished = "unfinished";
constexpr std::string_view kRefused = "refused";

void require(bool holds) {
  if (!holds) std::abort();
}

std::string dump(const ServerRequest& request) {
  std::string out = request.method + '|' + request.target + '|' + request.path + '|' + request.query + '|';
  for (const auto& [name, value] : request.headers) out.append(name).append(":").append(value).append("\n");
  return out + '|' + request.body;
}

// Feeds pieces of at most `step` bytes, as connections do: what was not consumed comes again, with more behind it.
std::string read_request(std::string_view input, size_t step) {
  RequestParser parser(kLimit, kLimit);
  std::string pending;
  size_t taken = 0;
  for (;;) {
    const RequestParser::Fed fed = parser.feed(pending);
    require(fed.consumed <= pending.size());
    pending.erase(0, fed.consumed);
    if (fed.state == RequestParser::State::kRefused) {
      require(fed.status >= 400 && !fed.reason.empty());
      return std::string(kRefused);
    }
    if (fed.state == RequestParser::State::kDone) return dump(parser.take()) + (parser.keep_alive() ? "|kept" : "");
    if (fed.consumed > 0 && !pending.empty()) continue;
    if (taken == input.size()) return std::string(kUnfinished);
    pending.append(input.substr(taken, step));
    taken = std::min(input.size(), taken + step);
  }
}

std::string read_chunks(ResponseParser& parser, std::string_view input, size_t step) {
  std::string body;
  std::string pending;
  size_t taken = 0;
  for (;;) {
    const auto fed = parser.feed_chunks(pending, body, kLimit);
    if (!fed) return std::string(kRefused);
    require(fed->consumed <= pending.size() && body.size() <= kLimit);
    pending.erase(0, fed->consumed);
    if (fed->done) return body + "|done";
    if (taken == input.size()) return std::string(kUnfinished);
    pending.append(input.substr(taken, step));
    taken = std::min(input.size(), taken + step);
  }
}

std::string read_response(std::string_view input, size_t step) {
  size_t scanned = 0;
  size_t end = 0;
  for (size_t size = 0; end == 0 && size < input.size();) {
    size = std::min(input.size(), size + step);
    end = find_head_end(input.substr(0, size), scanned);
    require(end <= size);
  }
  if (end == 0) return std::string(kUnfinished);
  ResponseParser parser(false);
  const auto head = parser.parse_head(input.substr(0, end));
  if (!head) {
    require(!head.error().message.empty());
    return head.error().message;
  }
  std::string out = std::to_string(head->status) + '|' + head->reason + '|';
  for (const auto& [name, value] : head->headers) {
    out.append(name).append(":").append(value).append("\n");
    // Where a redirect leads is the server's to say, too.
    if (const auto url = resolve_url(*parse_url("http://h:1/a/b?c"), value)) require(bool{parse_url(url->str(true))});
  }
  if (head->framing == Framing::kChunked) out += read_chunks(parser, input.substr(end), step);
  return out;
}

// Nonsense is noticed in the middle of a line or at its end, depending on the pieces; nothing else may differ.
void require_same(const std::string& a, const std::string& b) {
  const auto open = [](const std::string& text) { return text.ends_with(kUnfinished) || text.ends_with(kRefused); };
  require(a == b || (open(a) && open(b)));
}

}  // namespace
}  // namespace narthex::net

// The first byte is the size of the pieces.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const size_t step = data[0] % 64U + 1;
  // In a block of its own size, so that reading a byte too far is noticed.
  const std::vector<char> bytes(data + 1, data + size);
  const std::string_view input(bytes.data(), bytes.size());
  narthex::net::require_same(narthex::net::read_request(input, step), narthex::net::read_request(input, size));
  narthex::net::require_same(narthex::net::read_response(input, step), narthex::net::read_response(input, size));
  return 0;
}
