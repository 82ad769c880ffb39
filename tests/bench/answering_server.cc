#include "tests/bench/answering_server.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace narthex::bench {

AnsweringServer::AnsweringServer(Answer answer) : answer_(std::move(answer)) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ::bind(listener_, reinterpret_cast<sockaddr*>(&address), size);
  ::listen(listener_, 1024);
  ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  epoll_ = ::epoll_create1(0);
  if (::pipe(wake_) != 0) return;
  watch(listener_, EPOLLIN, EPOLL_CTL_ADD);
  watch(wake_[0], EPOLLIN, EPOLL_CTL_ADD);
  thread_ = std::thread([this] { run(); });
}

AnsweringServer::~AnsweringServer() {
  ::close(wake_[1]);
  if (thread_.joinable()) thread_.join();
  for (const auto& [socket, connection] : connections_) ::close(socket);
  for (int file : {listener_, epoll_, wake_[0]}) ::close(file);
}

void AnsweringServer::watch(int socket, uint32_t events, int operation) {
  epoll_event event{};
  event.events = events;
  event.data.fd = socket;
  ::epoll_ctl(epoll_, operation, socket, &event);
}

void AnsweringServer::run() {
  epoll_event events[64];
  while (true) {
    const int count = ::epoll_wait(epoll_, events, 64, -1);
    for (int i = 0; i < count; ++i) {
      const int socket = events[i].data.fd;
      if (socket == wake_[0]) return;
      if (socket == listener_) {
        accept_all();
      } else {
        on_event(socket, events[i].events);
      }
    }
  }
}

void AnsweringServer::accept_all() {
  for (int socket; (socket = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK)) >= 0;) {
    const int on = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    connections_[socket];
    watch(socket, EPOLLIN, EPOLL_CTL_ADD);
  }
}

void AnsweringServer::on_event(int socket, uint32_t events) {
  Connection& connection = connections_[socket];
  if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
    char buffer[4096];
    const ssize_t n = ::recv(socket, buffer, sizeof buffer, 0);
    if (n == 0 || (n < 0 && errno != EAGAIN)) return close(socket);
    if (n > 0) connection.received.append(buffer, static_cast<size_t>(n));
    answer_if_asked(socket, connection);
  }
  if (!send_rest(socket, connection)) return close(socket);
  watch(socket, connection.unsent.empty() ? EPOLLIN : EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
}

void AnsweringServer::answer_if_asked(int socket, Connection& connection) {
  if (!connection.unsent.empty() || connection.received.find("\r\n\r\n") == std::string::npos) return;
  answer_(socket, connection.received, connection.answer);
  connection.received.clear();
  connection.unsent = connection.answer;
}

bool AnsweringServer::send_rest(int socket, Connection& connection) {
  while (!connection.unsent.empty()) {
    const ssize_t n = ::send(socket, connection.unsent.data(), connection.unsent.size(), MSG_NOSIGNAL);
    if (n < 0) return errno == EAGAIN;
    connection.unsent.remove_prefix(static_cast<size_t>(n));
    if (connection.unsent.empty()) ++answered_;
  }
  return true;
}

void AnsweringServer::close(int socket) {
  connections_.erase(socket);
  ::close(socket);
}

}  // namespace narthex::bench
