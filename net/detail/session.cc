#include "net/detail/session.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <chrono>
#include <exception>

#include "base/clock.h"

namespace narthex::net {
namespace asio = boost::asio;
namespace {

constexpr size_t kReadBytes = 64 * 1024;
// What a source makes is sent in pieces of at least this, unless it takes longer than that.
constexpr size_t kStreamPieceBytes = 64 * 1024;
constexpr int64_t kStreamPieceNs = 100'000'000;
// How long a feed's news may wait.
constexpr auto kFeedPause = std::chrono::milliseconds(200);
// After a refusal we read on for a while: closing with unread bytes would reset the connection, and the client might
// never see the answer.
constexpr size_t kDrainBytes = 4 << 20;
constexpr int64_t kDrainNs = 2'000'000'000;

int64_t now() { return system_clock().steady_ns(); }

std::string chunk_head(size_t size) {
  char buffer[24];
  return {buffer, static_cast<size_t>(std::snprintf(buffer, sizeof buffer, "%zx\r\n", size))};
}

// Pulls pieces until they are worth sending; false: that was the last.
bool gather(const BodySource& source, std::string& out) {
  const int64_t until = now() + kStreamPieceNs;
  std::string piece;
  for (;;) {
    piece.clear();
    const bool more = source(piece);
    out += piece;
    if (!more) return false;
    if (out.size() >= kStreamPieceBytes || now() >= until) return true;
  }
}

// False: the feed is over.
bool ask(const BodySource& feed, std::string& piece) {
  try {
    return feed(piece);
  } catch (const std::exception&) {
    piece.clear();
    return false;
  }
}

}  // namespace

Session::Session(std::shared_ptr<ServerCore> core, ServerSocket socket, std::string peer)
    : core_(std::move(core)),
      socket_(std::move(socket)),
      peer_(std::move(peer)),
      connection_(core_->registry.add(socket_.native_handle())),
      lane_(&core_->quick) {
  boost::system::error_code ignored;
  socket_.native_non_blocking(true, ignored);
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
}

Session::~Session() {
  connection_->forget_descriptor();
  boost::system::error_code ignored;
  socket_.close(ignored);
  core_->registry.remove(connection_);
}

void Session::deadline_in(int64_t ns) { connection_->deadline_ns.store(now() + ns, std::memory_order_relaxed); }

Task<void> Session::run() {
  bool more = true;
  while (more && !connection_->ending()) more = co_await serve_one();
}

Task<void> Session::wait(Wait what) {
  // The error is not looked at: the next read or write tells it.
  co_await socket_.async_wait(what == Wait::kRead ? ServerSocket::wait_read : ServerSocket::wait_write,
                              asio::as_tuple(use_task));
}

// Appends what is there to input_: the number of bytes, 0 at the end or on failure, -1 if one must wait.
ssize_t Session::receive_now() {
  thread_local const auto chunk = std::make_unique_for_overwrite<char[]>(kReadBytes);
  const ssize_t got = ::recv(socket_.native_handle(), chunk.get(), kReadBytes, 0);
  if (got > 0) input_.append(chunk.get(), static_cast<size_t>(got));
  if (got >= 0) return got;
  return errno == EAGAIN || errno == EINTR ? -1 : 0;
}

// Appends what comes to input_; 0 when the connection is over.
Task<size_t> Session::receive() {
  ssize_t got = receive_now();
  while (got < 0) {
    co_await wait(Wait::kRead);
    got = receive_now();
  }
  co_return static_cast<size_t>(got);
}

Task<bool> Session::serve_one() {
  if (input_.empty()) {
    input_.shrink_to_fit();  // idle connections should cost little
    deadline_in(core_->options.idle_timeout_ns);
    connection_->idle_since_ns = now();
    // After the line above, so that either we see the stop or it sees us idle.
    if (core_->stopping) co_return false;
    const size_t got = co_await receive();
    connection_->idle_since_ns = Connection::kBusy;
    if (got == 0) co_return false;
  }
  RequestParser parser(core_->options.max_header_bytes, core_->options.max_body_bytes);
  const bool complete = co_await read_request(parser);
  if (!complete) co_return false;
  core_->requests.fetch_add(1, std::memory_order_relaxed);
  connection_->deadline_ns.store(Connection::kNever, std::memory_order_relaxed);
  Answer made = co_await handle(parser);
  co_return co_await answer(std::move(made));
}

// True when the request is complete; otherwise everything was said that there was to say.
Task<bool> Session::read_request(RequestParser& parser) {
  using State = RequestParser::State;
  deadline_in(core_->options.header_timeout_ns);
  State state = State::kHead;
  for (;;) {
    const auto fed = parser.feed(input_);
    input_.erase(0, fed.consumed);
    if (fed.state == State::kDone) co_return true;
    if (fed.state == State::kRefused) {
      core_->rejected.fetch_add(1, std::memory_order_relaxed);
      Answer refusal = make_refusal(fed.status, fed.reason);
      co_await answer(std::move(refusal));
      co_await drain();
      co_return false;
    }
    if (state == State::kHead && fed.state == State::kBody) {
      state = State::kBody;
      deadline_in(core_->options.body_timeout_ns);
      if (!input_.empty()) continue;
      // If the client is gone, the next read tells.
      if (parser.expects_continue()) co_await send("HTTP/1.1 100 Continue\r\n\r\n", "");
    }
    const size_t got = co_await receive();
    if (got == 0) co_return false;
  }
}

Task<void> Session::to_worker() { co_await asio::post(asio::bind_executor(lane_->workers.get_executor(), use_task)); }

Task<void> Session::to_io() { co_await asio::post(asio::bind_executor(core_->io.get_executor(), use_task)); }

Task<Answer> Session::handle(RequestParser& parser) {
  ServerRequest request = parser.take();
  const auto own = std::find_if(core_->lanes.begin(), core_->lanes.end(),
                                [&](const std::unique_ptr<Lane>& lane) { return lane->takes(request); });
  lane_ = own == core_->lanes.end() ? &core_->quick : own->get();
  if (lane_->queued.fetch_add(1) >= core_->options.max_queued) {
    lane_->queued.fetch_sub(1);
    core_->rejected.fetch_add(1, std::memory_order_relaxed);
    co_return make_refusal(503, "Service Unavailable: too many requests are waiting");
  }
  const int64_t queued_at = now();
  co_await to_worker();
  lane_->queued.fetch_sub(1);
  request.queued_ns = now() - queued_at;
  Answer out = call_handler(parser, request);
  co_await to_io();
  co_return out;
}

Answer Session::call_handler(RequestParser& parser, ServerRequest& request) {
  if (connection_->ending()) return make_refusal(503, "Service Unavailable: stopping");
  const bool keep_alive = parser.keep_alive();
  const bool is_http_1_0 = parser.is_http_1_0();
  request.peer = peer_;
  request.gone = [connection = connection_] { return connection->gone(); };
  // Handlers are not ours: what they throw ends here.
  try {
    ServerResponse response = core_->handler(request);
    return make_answer(std::move(response), AnswerContext{.is_head_request = request.method == "HEAD",
                                                          .is_http_1_0 = is_http_1_0,
                                                          .keep_alive = keep_alive && !core_->stopping,
                                                          .accept_encoding = request.header("Accept-Encoding")});
  } catch (const std::exception& error) {
    return make_refusal(500, std::string("Internal Server Error: ") + error.what());
  }
}

// True if the connection can take another request.
Task<bool> Session::answer(Answer answer) {
  bool sent = co_await send(answer.head, answer.body);
  if (sent && answer.feed) {
    sent = co_await send_feed(answer);
  } else if (sent && answer.stream) {
    sent = co_await send_stream(answer);
  }
  co_return sent&& answer.keep_alive;
}

Task<bool> Session::send_stream(Answer& answer) {
  std::optional<StreamCoder> coder;
  if (answer.coding != Coding::kIdentity) coder.emplace(answer.coding);
  for (bool more = true; more;) {
    connection_->deadline_ns.store(Connection::kNever, std::memory_order_relaxed);
    co_await to_worker();
    std::string piece;
    bool broken = connection_->ending();
    try {
      if (!broken) more = gather(answer.stream, piece);
    } catch (const std::exception&) {
      broken = true;  // the client sees a body without end
    }
    if (coder && !broken) piece = coder->code(piece, !more);
    co_await to_io();
    if (broken) co_return false;
    if (answer.chunked && !piece.empty()) piece += "\r\n";
    const std::string head = answer.chunked && !piece.empty() ? chunk_head(piece.size() - 2) : "";
    const bool sent = co_await send(head, piece);
    if (!sent) co_return false;
  }
  if (!answer.chunked) co_return true;
  co_return co_await send("0\r\n\r\n", "");
}

Task<bool> Session::send_feed(Answer& answer) {
  asio::steady_timer pause(core_->io);
  for (bool more = true; more;) {
    const bool last = core_->stopping;
    std::string piece;
    more = ask(answer.feed, piece) && !last;
    if (!piece.empty()) {
      const std::string head = answer.chunked ? chunk_head(piece.size()) : "";
      if (answer.chunked) piece += "\r\n";
      const bool sent = co_await send(head, piece);
      if (!sent) co_return false;
    }
    if (!more) break;
    connection_->deadline_ns.store(Connection::kNever, std::memory_order_relaxed);
    if (connection_->gone()) co_return false;
    pause.expires_after(kFeedPause);
    co_await pause.async_wait(asio::as_tuple(use_task));
  }
  if (!answer.chunked) co_return true;
  co_return co_await send("0\r\n\r\n", "");
}

// Writes both, waiting while the client does not read; false when the connection is over.
Task<bool> Session::send(std::string_view head, std::string_view body) {
  while (!head.empty() || !body.empty()) {
    iovec parts[2] = {{const_cast<char*>(head.data()), head.size()}, {const_cast<char*>(body.data()), body.size()}};
    msghdr message{};
    message.msg_iov = parts;
    message.msg_iovlen = 2;
    const ssize_t sent = ::sendmsg(socket_.native_handle(), &message, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && errno != EAGAIN) co_return false;
    if (sent < 0) {
      deadline_in(core_->options.write_timeout_ns);
      co_await wait(Wait::kWrite);
      if (connection_->ending()) co_return false;
      continue;
    }
    const auto bytes = static_cast<size_t>(sent);
    const size_t of_head = std::min(bytes, head.size());
    head.remove_prefix(of_head);
    body.remove_prefix(bytes - of_head);
  }
  co_return true;
}

Task<void> Session::drain() {
  ::shutdown(socket_.native_handle(), SHUT_WR);
  deadline_in(kDrainNs);
  size_t drained = 0;
  while (drained < kDrainBytes) {
    input_.clear();
    const size_t got = co_await receive();
    if (got == 0) break;
    drained += got;
  }
}

}  // namespace narthex::net
