// An HTTP server on 127.0.0.1 whose answers a test writes byte for byte, so that it can also be slow, silent or broken.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace narthex::scrape {

struct Answer {
  std::string head;  // status line and headers, without the empty line
  std::string body;
  int silence_ms = 0;  // before the head
  int pause_ms = 0;    // between head and body
};

inline constexpr const char* kTextType = "text/plain; version=0.0.4";

// A complete answer with Content-Length.
Answer answer(std::string body, std::string status = "200 OK", std::string content_type = kTextType);

// Thread-safe.
class ScriptedTarget {
 public:
  ScriptedTarget();
  ~ScriptedTarget();

  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

  // What the next requests get, one each; the last answer is repeated.
  void script(std::vector<Answer> answers);
  void script(std::vector<std::string> bodies);

  // Requests answered since script().
  int answered() const { return answered_; }
  // The head of the last request.
  std::string last_request() const;

 private:
  void accept_loop();
  void serve(int socket);
  Answer next_answer(std::string request);

  int listener_ = -1;
  int port_ = 0;
  std::atomic<bool> stopping_ = false;
  std::atomic<int> answered_ = 0;
  mutable std::mutex mutex_;
  std::deque<Answer> answers_;
  std::string last_request_;
  std::vector<std::thread> connections_;
  std::thread acceptor_;
};

}  // namespace narthex::scrape
