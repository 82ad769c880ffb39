#include "tests/unit/scrape/scripted_target.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>

namespace narthex::scrape {
namespace {

void send_all(int socket, const std::string& bytes) {
  for (size_t sent = 0; sent < bytes.size();) {
    const ssize_t n = ::send(socket, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (n <= 0) return;
    sent += static_cast<size_t>(n);
  }
}

std::string receive_head(int socket) {
  std::string head;
  char buffer[4096];
  while (head.find("\r\n\r\n") == std::string::npos) {
    const ssize_t n = ::recv(socket, buffer, sizeof buffer, 0);
    if (n <= 0) return {};
    head.append(buffer, static_cast<size_t>(n));
  }
  return head;
}

}  // namespace

Answer answer(std::string body, std::string status, std::string content_type) {
  Answer made;
  made.head = "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size());
  if (!content_type.empty()) made.head += "\r\nContent-Type: " + content_type;
  made.body = std::move(body);
  return made;
}

ScriptedTarget::ScriptedTarget() {
  listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address);
  ::listen(listener_, 16);
  socklen_t size = sizeof address;
  ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { accept_loop(); });
}

ScriptedTarget::~ScriptedTarget() {
  stopping_ = true;
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  for (std::thread& connection : connections_) connection.join();
  ::close(listener_);
}

void ScriptedTarget::accept_loop() {
  while (true) {
    const int socket = ::accept(listener_, nullptr, nullptr);
    if (socket < 0) return;
    const timeval patience{0, 50'000};  // so that a kept connection notices the end
    ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    connections_.emplace_back([this, socket] { serve(socket); });
  }
}

void ScriptedTarget::serve(int socket) {
  auto pause = [this](int ms) {
    for (int waited = 0; waited < ms && !stopping_; waited += 5) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  };
  while (!stopping_) {
    std::string request = receive_head(socket);
    if (request.empty()) {
      if (errno == EAGAIN || errno == EWOULDBLOCK) continue;
      break;
    }
    const Answer next = next_answer(std::move(request));
    pause(next.silence_ms);
    send_all(socket, next.head + "\r\n\r\n");
    pause(next.pause_ms);
    send_all(socket, next.body);
    ++answered_;
  }
  ::close(socket);
}

Answer ScriptedTarget::next_answer(std::string request) {
  const std::lock_guard lock(mutex_);
  last_request_ = std::move(request);
  if (answers_.empty()) return answer("", "404 Not Found");
  Answer next = answers_.front();
  if (answers_.size() > 1) answers_.pop_front();
  return next;
}

void ScriptedTarget::script(std::vector<Answer> answers) {
  const std::lock_guard lock(mutex_);
  answers_.assign(answers.begin(), answers.end());
  answered_ = 0;
}

void ScriptedTarget::script(std::vector<std::string> bodies) {
  std::vector<Answer> answers;
  for (std::string& body : bodies) answers.push_back(answer(std::move(body)));
  script(std::move(answers));
}

std::string ScriptedTarget::last_request() const {
  const std::lock_guard lock(mutex_);
  return last_request_;
}

}  // namespace narthex::scrape
