// Many targets behind one socket, as cheap to serve as can be: bodies are rendered beforehand, one thread writes them.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

namespace narthex::bench {

// The bodies of one target, scrape after scrape: lines as node_exporter writes them, `series` of them besides HELP and
// TYPE. From one to the next, 60 % of the values stay.
std::vector<std::string> make_bodies(int series, int versions);

// Answers GET with the next body, whatever the path; each connection goes through the versions on its own. Thread-safe.
class LoadServer {
 public:
  explicit LoadServer(std::vector<std::string> bodies);
  ~LoadServer();

  uint16_t port() const { return port_; }
  uint64_t answered() const { return answered_; }

 private:
  struct Connection {
    std::string received;
    size_t version = 0;
    std::string_view unsent;
  };

  void run();
  void accept_all();
  void on_event(int socket, uint32_t events);
  void answer_if_asked(Connection& connection);
  bool send_rest(int socket, Connection& connection);
  void watch(int socket, uint32_t events, int operation);
  void close(int socket);

  std::vector<std::string> answers_;
  int listener_ = -1;
  int epoll_ = -1;
  int wake_[2] = {-1, -1};
  uint16_t port_ = 0;
  std::atomic<uint64_t> answered_ = 0;
  std::unordered_map<int, Connection> connections_;
  std::thread thread_;
};

}  // namespace narthex::bench
