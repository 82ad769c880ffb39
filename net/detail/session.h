// One connection of the server, from accept to close: requests are read, handed to a worker, answered in order.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "net/detail/answer.h"
#include "net/detail/reactor_impl.h"
#include "net/detail/registry.h"
#include "net/detail/request_parser.h"
#include "net/detail/stream_coder.h"
#include "net/http_server.h"

namespace narthex::net {

// Threads that run handlers, and the requests that wait for one of them.
struct Lane {
  std::function<bool(const ServerRequest&)> takes;
  boost::asio::io_context workers;  // its loop is the queue
  std::atomic<size_t> queued{0};
};

// What all sessions of a server share.
struct ServerCore {
  ServerOptions options;
  Handler handler;
  Registry registry;
  std::atomic<bool> stopping{false};
  std::atomic<uint64_t> accepted{0};
  std::atomic<uint64_t> requests{0};
  std::atomic<uint64_t> rejected{0};
  boost::asio::io_context control{1};  // accepting, and looking at deadlines: one thread
  boost::asio::io_context io;
  Lane quick;                                // what no other lane takes
  std::vector<std::unique_ptr<Lane>> lanes;  // those of ServerOptions
};

using ServerSocket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, Executor>;

// Runs on the io threads, and on a worker while a handler (or a stream's source) works; never on two at once.
class Session {
 public:
  Session(std::shared_ptr<ServerCore> core, ServerSocket socket, std::string peer);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  Task<void> run();

 private:
  enum class Wait { kRead, kWrite };

  Task<bool> serve_one();
  Task<bool> read_request(RequestParser& parser);
  Task<bool> answer(Answer answer);
  Task<Answer> handle(RequestParser& parser);
  Task<bool> send_stream(Answer& answer);
  Task<bool> send_feed(Answer& answer);
  Task<bool> send(std::string_view head, std::string_view body);
  Task<size_t> receive();
  ssize_t receive_now();
  Task<void> wait(Wait what);
  Task<void> drain();
  Task<void> to_worker();
  Task<void> to_io();
  Answer call_handler(RequestParser& parser, ServerRequest& request);
  void deadline_in(int64_t ns);

  const std::shared_ptr<ServerCore> core_;
  ServerSocket socket_;
  const std::string peer_;
  const std::shared_ptr<Connection> connection_;
  Lane* lane_;         // of the request under way
  std::string input_;  // received, not yet parsed
};

}  // namespace narthex::net
