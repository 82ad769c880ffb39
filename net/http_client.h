// HTTP/1.1 client: keep-alive, gzip, redirects, TLS, phase times. Knows nothing of monitoring.
//
// A client holds what requests of one scrape job (or one discovery) have in common: credentials, TLS, the pool of idle
// connections. It belongs to one reactor: all calls and callbacks happen on that reactor's thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "net/options.h"
#include "net/reactor.h"

namespace narthex::net {

struct Request {
  std::string method = "GET";
  std::string url;          // as Go would parse it; errors are Go's texts: `parse "<url>": …`
  std::string unix_socket;  // connect here instead of TCP, if not empty
  std::vector<std::pair<std::string, std::string>> headers;  // sent as given, before the configured ones
  std::string body;
  int64_t timeout_ns = 0;  // from the call to the last byte of the body
  int64_t max_body_bytes =
      0;                    // of the decompressed body: this many or more fail with kBodyLimit; 0 = no limit but 1 GiB
  bool accept_gzip = true;  // Accept-Encoding: gzip, else identity
  std::string buffer;       // its capacity is reused for the response's body
};

// What took how long, in nanoseconds; -1: that phase did not take place (a kept connection has no connect).
struct Phases {
  int64_t resolve = -1;
  int64_t connect = -1;
  int64_t tls = -1;
  int64_t first_byte = -1;  // from the request sent to the first byte of the answer
  int64_t body = -1;
};

struct Response {
  int status = 0;
  std::string reason;  // as sent, may be empty
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;        // decompressed if Content-Encoding was exactly "gzip"
  std::string url;         // of the last request, after redirects
  int64_t wire_bytes = 0;  // of the body, as it came
  bool reused_connection = false;
  Phases phases;

  // The first header of that name (any case), "" if absent.
  std::string_view header(std::string_view name) const;
};

enum class FailedPhase {
  kUrl,
  kCredentials,
  kResolve,
  kConnect,
  kTls,
  kRequest,
  kHeaders,
  kRedirect,
  kBody,
  kBodyLimit
};

// A request that got no complete answer. error.message is worded as Go's client would: `Get "<url>": dial tcp
// 127.0.0.1:1: connect: connection refused`, `Get "<url>": context deadline exceeded`, and in the body phase bare
// `context deadline exceeded`, `unexpected EOF`, `gzip: invalid header`, `body size limit exceeded`. No secrets in it.
struct Failure {
  FailedPhase phase;
  Error error;
  Phases phases;
  int status = 0;  // if the headers had come
};

using Outcome = boost::system::result<Response, Failure>;
[[noreturn]] void throw_exception_from_error(const Failure& failure, const boost::source_location& location);

class HttpClient {
 public:
  // `reactor` must outlive the client. Fails on unreadable or malformed TLS files (those of oauth2 are read when a
  // token is fetched) and on a malformed proxy_url.
  static Result<std::shared_ptr<HttpClient>> create(Reactor& reactor, const HttpClientOptions& options,
                                                    std::string user_agent);
  // Requests under way go on; cancel_all() ends them.
  virtual ~HttpClient() = default;

  // Sends; calls `done` exactly once, later, on the reactor's thread. Many requests may be under way.
  virtual void send(Request request, std::function<void(Outcome)> done) = 0;
  // Ends all requests under way with kCanceled and closes idle connections.
  virtual void cancel_all() = 0;
};

}  // namespace narthex::net
