// HTTP/1.1 server on Beast: no slow or idle client delays another.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace narthex::net {

struct ServerRequest;

// Requests of a kind that may take long have workers and a queue of their own: a probe is answered while all of those
// are busy.
struct WorkerLane {
  std::string name;  // of the threads: at most 15 characters
  int threads = 1;
  std::function<bool(const ServerRequest&)> takes;  // asked on an I/O thread, so it must be quick
};

struct ServerOptions {
  std::vector<std::string> listen = {"0.0.0.0:9090"};  // host:port, [v6]:port, :port
  int io_threads = 1;
  int worker_threads = 2;                      // handlers run here, so that a long one delays no connection
  int worker_nice = 5;                         // so that queries do not delay scrapes
  std::vector<WorkerLane> lanes;               // the first one that takes a request has it
  size_t max_queued = 256;                     // requests waiting for a worker, in each lane; beyond: 503
  size_t max_connections = 512;                // beyond: the oldest idle connection is closed, else the new one
  size_t max_header_bytes = 64 * 1024;         // beyond: 431
  size_t max_body_bytes = 32 << 20;            // beyond: 413, also when chunked
  int64_t header_timeout_ns = 10'000'000'000;  // from a request's first byte to its last header byte
  int64_t body_timeout_ns = 60'000'000'000;
  int64_t idle_timeout_ns = 300'000'000'000;  // between requests (--web.read-timeout)
  int64_t write_timeout_ns = 60'000'000'000;  // without progress
};

struct ServerRequest {
  std::string method;
  std::string target;  // as sent: path and query
  std::string path;    // raw (not decoded), without the query
  std::string query;   // raw, behind '?'
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::string peer;       // address:port
  int64_t queued_ns = 0;  // how long it waited for a worker
  // True once the client has closed its connection, or only its sending side, or the server stops without grace; a long
  // query polls it (one system call). Thread-safe.
  std::function<bool()> gone;

  std::string_view header(std::string_view name) const;
};

// Produces the next piece of a streamed body; false: that was the last. Called on a worker.
using BodySource = std::function<bool(std::string& piece)>;

struct ServerResponse {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;   // sent with Content-Length
  BodySource stream;  // if set: sent chunked, instead of `body`
  // If set: sent chunked instead of all the above, as it comes, until it returns false or the client is gone. Asked a
  // few times a second on an I/O thread, for no worker waits with it: it must be quick, and "" means that there is
  // nothing now. When the server stops it is asked a last time.
  BodySource feed = nullptr;
  bool compressible = true;  // gzip if the client accepts it and it pays
};

using Handler = std::function<ServerResponse(const ServerRequest&)>;

// Counters since start; thread-safe to read.
struct ServerStats {
  uint64_t connections_accepted = 0;
  uint64_t connections_open = 0;
  uint64_t requests = 0;
  uint64_t rejected = 0;
};

class HttpServer {
 public:
  // Binds all addresses, starts the threads. `handler` is called on workers, several at once.
  // Error: `listen tcp 127.0.0.1:9090: bind: address already in use`.
  static Result<std::unique_ptr<HttpServer>> start(const ServerOptions& options, Handler handler);
  // Stops at once, if stop() was not called.
  virtual ~HttpServer() = default;

  // The ports really bound, in the order of ServerOptions::listen (for ":0").
  virtual std::vector<uint16_t> ports() const = 0;
  virtual ServerStats stats() const = 0;
  // Stops accepting, lets requests under way finish for at most `grace_ns`, closes everything, joins the threads. A
  // handler that runs longer is waited for all the same, but gone() tells it. Not to be called by a handler.
  virtual void stop(int64_t grace_ns) = 0;
};

}  // namespace narthex::net
