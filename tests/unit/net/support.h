// What the tests of net/ share: a client that is waited for, and a server of scripted bytes.
#pragma once

#include <condition_variable>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "net/http_client.h"
#include "net/http_server.h"
#include "net/reactor.h"

namespace narthex::net::testing {

// A reactor with one client; its calls block.
class BlockingClient {
 public:
  explicit BlockingClient(const HttpClientOptions& options = {});
  ~BlockingClient();

  Outcome send(Request request);
  Outcome get(const std::string& url);
  // Several at once; in order of the requests.
  std::vector<Outcome> send_all(std::vector<Request> requests);
  // "200 body", or the error's text.
  std::string text(Request request);
  std::string text(const std::string& url);

  void run_on_reactor(const std::function<void()>& task);
  Reactor& reactor() { return reactor_; }
  HttpClient& client() { return *client_; }

 private:
  Reactor reactor_{"test"};
  std::shared_ptr<HttpClient> client_;
};

Request request_to(std::string url);
std::string text_of(const Outcome& outcome);

// Accepts connections on 127.0.0.1 and treats the n-th one as the n-th script says (the last one is repeated). Each
// script runs on its own thread, with a blocking socket that is closed behind it.
class ScriptedServer {
 public:
  class Peer {
   public:
    explicit Peer(int fd) : fd_(fd) {}
    // Up to the blank line that ends a head (and what came with it); "" at the end.
    std::string read_head();
    std::string read_bytes(size_t count);
    void send(std::string_view bytes);
    // Until the client closes.
    void wait_for_close();
    // Closes with a reset instead of an end.
    void reset();
    int fd() const { return fd_; }

   private:
    int fd_;
    std::string input_;
  };
  using Script = std::function<void(Peer&)>;

  explicit ScriptedServer(std::vector<Script> scripts);
  // One script that reads a head, sends `answer` and closes.
  static std::unique_ptr<ScriptedServer> answering(std::string answer);
  ~ScriptedServer();

  uint16_t port() const { return port_; }
  std::string url(const std::string& path = "/") const;
  size_t connections() const;

 private:
  void accept_loop();

  int listener_;
  uint16_t port_ = 0;
  std::vector<Script> scripts_;
  mutable std::mutex mutex_;
  std::vector<int> open_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
  bool stopping_ = false;
  size_t connections_ = 0;
};

// Our own server on 127.0.0.1:0.
std::unique_ptr<HttpServer> serve(Handler handler, ServerOptions options = {});
std::string url_of(const HttpServer& server, const std::string& path = "/");

uint16_t port_of(const HttpServer& server);
ServerResponse text(std::string body);
// A handler that answers with what it was asked.
ServerResponse echo(const ServerRequest& request);
// The first line of an answer.
std::string status_of(const std::string& answer);

// Where a handler waits until it is told to go on.
class Gate {
 public:
  void pass();
  void open();
  // Until `count` handlers have come.
  void wait_for(int count);

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
  int waiting_ = 0;
};

// A blocking TCP connection, for clients of our own making.
class RawClient {
 public:
  explicit RawClient(uint16_t port);
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;
  bool send(std::string_view bytes);
  // Everything until `until` was seen, or the end, or 20 s without a byte.
  std::string read_until(std::string_view until);
  std::string read_all() { return read_until(""); }
  void half_close();
  void close();
  int fd() const { return fd_; }

 private:
  int fd_;
};

// Whether this machine has [::1]; containers often do not.
bool has_ipv6();

// Connects if it can, and closes at once.
void connect_and_close(int fd, uint16_t port);

// Waits until `condition` holds; false after 30 s (a bound for broken code, not a timing test).
bool eventually(const std::function<bool()>& condition);

}  // namespace narthex::net::testing
