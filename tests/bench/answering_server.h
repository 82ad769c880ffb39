// An HTTP server for load: one thread, kept connections, answers that its owner writes.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>

namespace narthex::bench {

// Listens on a free port of 127.0.0.1 from its construction to its destruction. Requests have no bodies.
class AnsweringServer {
 public:
  // Writes the whole answer, head included, to `request` (its head) of `connection` (a small number, used again after
  // the connection ended). `answer` holds what this connection was sent before, so that its memory is used again.
  // Called from the server's thread alone.
  using Answer = std::function<void(int connection, std::string_view request, std::string& answer)>;

  explicit AnsweringServer(Answer answer);
  ~AnsweringServer();

  uint16_t port() const { return port_; }
  // How many answers were handed to the kernel to the last byte. Thread-safe.
  uint64_t answered() const { return answered_; }

 private:
  struct Connection {
    std::string received;
    std::string answer;
    std::string_view unsent;
  };

  void run();
  void accept_all();
  void on_event(int socket, uint32_t events);
  void answer_if_asked(int socket, Connection& connection);
  bool send_rest(int socket, Connection& connection);
  void watch(int socket, uint32_t events, int operation);
  void close(int socket);

  const Answer answer_;
  int listener_ = -1;
  int epoll_ = -1;
  int wake_[2] = {-1, -1};
  uint16_t port_ = 0;
  std::atomic<uint64_t> answered_ = 0;
  std::unordered_map<int, Connection> connections_;
  std::thread thread_;
};

}  // namespace narthex::bench
