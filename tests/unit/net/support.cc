#include "tests/unit/net/support.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>

#include "net/detail/thread.h"

namespace narthex::net::testing {
namespace {

sockaddr_in loopback(uint16_t port) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_port = htons(port);
  out.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return out;
}

}  // namespace

Request request_to(std::string url) {
  Request out;
  out.url = std::move(url);
  out.timeout_ns = 30'000'000'000;
  return out;
}

std::string text_of(const Outcome& outcome) {
  if (!outcome) return outcome.error().error.message;
  return std::to_string(outcome->status) + ' ' + outcome->body;
}

BlockingClient::BlockingClient(const HttpClientOptions& options) {
  auto client = HttpClient::create(reactor_, options, "narthex/test");
  if (client) {
    client_ = *client;
  } else {
    ADD_FAILURE() << client.error().str();
  }
}

BlockingClient::~BlockingClient() {
  run_on_reactor([this] { client_.reset(); });
}

void BlockingClient::run_on_reactor(const std::function<void()>& task) {
  std::promise<void> ran;
  reactor_.post([&] {
    task();
    ran.set_value();
  });
  ran.get_future().wait();
}

std::vector<Outcome> BlockingClient::send_all(std::vector<Request> requests) {
  std::vector<std::promise<Outcome>> promises(requests.size());
  run_on_reactor([&] {
    for (size_t i = 0; i < requests.size(); ++i) {
      client_->send(std::move(requests[i]),
                    [&promise = promises[i]](Outcome outcome) { promise.set_value(std::move(outcome)); });
    }
  });
  std::vector<Outcome> out;
  for (auto& promise : promises) out.push_back(promise.get_future().get());
  return out;
}

Outcome BlockingClient::send(Request request) {
  std::vector<Request> one;
  one.push_back(std::move(request));
  return std::move(send_all(std::move(one)).front());
}

Outcome BlockingClient::get(const std::string& url) { return send(request_to(url)); }

std::string BlockingClient::text(Request request) { return text_of(send(std::move(request))); }

std::string BlockingClient::text(const std::string& url) { return text_of(get(url)); }

std::string ScriptedServer::Peer::read_head() {
  for (;;) {
    const size_t end = input_.find("\r\n\r\n");
    if (end != std::string::npos) {
      std::string head = input_.substr(0, end + 4);
      input_.erase(0, end + 4);
      return head;
    }
    char buffer[4096];
    const ssize_t got = ::recv(fd_, buffer, sizeof buffer, 0);
    if (got <= 0) return "";
    input_.append(buffer, static_cast<size_t>(got));
  }
}

std::string ScriptedServer::Peer::read_bytes(size_t count) {
  while (input_.size() < count) {
    char buffer[4096];
    const ssize_t got = ::recv(fd_, buffer, sizeof buffer, 0);
    if (got <= 0) break;
    input_.append(buffer, static_cast<size_t>(got));
  }
  std::string out = input_.substr(0, count);
  input_.erase(0, out.size());
  return out;
}

void ScriptedServer::Peer::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
}

void ScriptedServer::Peer::wait_for_close() {
  char buffer[4096];
  while (::recv(fd_, buffer, sizeof buffer, 0) > 0) {
  }
}

void ScriptedServer::Peer::reset() {
  const linger now{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

ScriptedServer::ScriptedServer(std::vector<Script> scripts)
    : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), scripts_(std::move(scripts)) {
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
  EXPECT_EQ(::listen(listener_, 128), 0);
  ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { accept_loop(); });
}

std::unique_ptr<ScriptedServer> ScriptedServer::answering(std::string answer) {
  std::vector<Script> scripts;
  scripts.push_back([answer = std::move(answer)](Peer& peer) {
    peer.read_head();
    peer.send(answer);
  });
  return std::make_unique<ScriptedServer>(std::move(scripts));
}

void ScriptedServer::accept_loop() {
  for (;;) {
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    const std::lock_guard lock(mutex_);
    if (stopping_) {
      ::close(fd);
      return;
    }
    const Script& script = scripts_[std::min(connections_, scripts_.size() - 1)];
    ++connections_;
    open_.push_back(fd);
    threads_.emplace_back([this, fd, &script] {
      prepare_thread("scripted");  // blocks SIGPIPE
      Peer peer(fd);
      script(peer);
      const std::lock_guard closing(mutex_);
      std::erase(open_, fd);
      ::close(fd);
    });
  }
}

ScriptedServer::~ScriptedServer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    for (const int fd : open_) ::shutdown(fd, SHUT_RDWR);
  }
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  ::close(listener_);
  for (std::thread& thread : threads_) thread.join();
}

std::string ScriptedServer::url(const std::string& path) const {
  return "http://127.0.0.1:" + std::to_string(port_) + path;
}

size_t ScriptedServer::connections() const {
  const std::lock_guard lock(mutex_);
  return connections_;
}

std::unique_ptr<HttpServer> serve(Handler handler, ServerOptions options) {
  options.listen = {"127.0.0.1:0"};
  auto server = HttpServer::start(options, std::move(handler));
  if (!server) {
    ADD_FAILURE() << server.error().str();
    return nullptr;
  }
  return std::move(*server);
}

std::string url_of(const HttpServer& server, const std::string& path) {
  return "http://127.0.0.1:" + std::to_string(server.ports().front()) + path;
}

uint16_t port_of(const HttpServer& server) { return server.ports().front(); }

ServerResponse text(std::string body) {
  ServerResponse out;
  out.headers = {{"Content-Type", "text/plain"}};
  out.body = std::move(body);
  return out;
}

ServerResponse echo(const ServerRequest& request) {
  return text(request.method + ' ' + request.path + '|' + request.query + '|' + request.body + '\n');
}

std::string status_of(const std::string& answer) { return answer.substr(0, answer.find("\r\n")); }

void Gate::pass() {
  std::unique_lock lock(mutex_);
  ++waiting_;
  changed_.notify_all();
  changed_.wait(lock, [this] { return open_; });
}

void Gate::open() {
  const std::lock_guard lock(mutex_);
  open_ = true;
  changed_.notify_all();
}

void Gate::wait_for(int count) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return waiting_ >= count; });
}

RawClient::RawClient(uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const sockaddr_in address = loopback(port);
  const timeval patience{20, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  EXPECT_EQ(::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
}

RawClient::~RawClient() { close(); }

bool RawClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

std::string RawClient::read_until(std::string_view until) {
  std::string out;
  while (until.empty() || out.find(until) == std::string::npos) {
    char buffer[16 * 1024];
    const ssize_t got = ::recv(fd_, buffer, sizeof buffer, 0);
    if (got <= 0) break;
    out.append(buffer, static_cast<size_t>(got));
  }
  return out;
}

void RawClient::half_close() { ::shutdown(fd_, SHUT_WR); }

void RawClient::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

bool has_ipv6() {
  const int fd = ::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_addr = in6addr_loopback;
  const bool bound = ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(fd);
  return bound;
}

void connect_and_close(int fd, uint16_t port) {
  const sockaddr_in address = loopback(port);
  ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  ::close(fd);
}

bool eventually(const std::function<bool()>& condition) {
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (std::chrono::steady_clock::now() < give_up) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return condition();
}

}  // namespace narthex::net::testing
