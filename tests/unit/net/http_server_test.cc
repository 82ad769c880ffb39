#include "net/http_server.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <atomic>
#include <condition_variable>

#include "net/detail/gzip.h"
#include "tests/unit/net/support.h"

namespace narthex::net {
namespace {

using testing::BlockingClient;
using testing::eventually;
using testing::RawClient;

constexpr int64_t kMillisecond = 1'000'000;

ServerResponse text(std::string body) {
  ServerResponse out;
  out.headers = {{"Content-Type", "text/plain"}};
  out.body = std::move(body);
  return out;
}

ServerResponse echo(const ServerRequest& request) {
  return text(request.method + ' ' + request.path + '|' + request.query + '|' + request.body + '\n');
}

uint16_t port_of(const HttpServer& server) { return server.ports().front(); }

// What a server with `options` answers to `bytes`, until it closes. Without the Date header.
std::string answer_to(std::string_view bytes, const ServerOptions& options = {}) {
  const auto server = testing::serve(echo, options);
  RawClient client(port_of(*server));
  client.send(bytes);
  client.half_close();
  std::string out = client.read_all();
  for (size_t at = out.find("Date: "); at != std::string::npos; at = out.find("Date: ")) {
    out.erase(at, out.find("\r\n", at) + 2 - at);
  }
  return out;
}

std::string status_of(const std::string& answer) { return answer.substr(0, answer.find("\r\n")); }

// A handler that waits until it is told to go on.
class Gate {
 public:
  void pass() {
    std::unique_lock lock(mutex_);
    ++waiting_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
  }
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void wait_for(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return waiting_ >= count; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
  int waiting_ = 0;
};

TEST(HttpServer, AnswersWithHeadAndBody) {
  EXPECT_EQ(answer_to("GET /a/b?x=y&z HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"),
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nVary: Accept-Encoding\r\nContent-Length: 16\r\n"
            "Connection: close\r\n\r\nGET /a/b|x=y&z|\n");
}

TEST(HttpServer, AnswersPipelinedRequestsInOrder) {
  std::string requests;
  std::string bodies;
  for (int i = 0; i < 50; ++i) {
    requests += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: h\r\n\r\n";
    bodies += "GET /" + std::to_string(i) + "||\n";
  }
  const std::string answers = answer_to(requests);
  std::string got;
  for (size_t at = answers.find("\r\n\r\n"); at != std::string::npos; at = answers.find("\r\n\r\n", at + 4)) {
    got += answers.substr(at + 4, answers.find('\n', at + 4) + 1 - (at + 4));
  }
  EXPECT_EQ(got, bodies);
}

TEST(HttpServer, HeadHasTheLengthButNoBody) {
  const std::string answer = answer_to("HEAD /x HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_NE(answer.find("Content-Length: 10\r\n"), std::string::npos) << answer;
  EXPECT_TRUE(answer.ends_with("\r\n\r\n"));
}

TEST(HttpServer, ReadsBodiesInEveryFraming) {
  EXPECT_TRUE(answer_to("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello").ends_with("POST /x||hello\n"));
  EXPECT_TRUE(
      answer_to("POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n")
          .ends_with("POST /x||hello\n"));
}

TEST(HttpServer, TheRequestMayComeByteByByte) {
  const auto server = testing::serve(echo);
  RawClient client(port_of(*server));
  for (const char c : std::string_view("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi")) {
    ASSERT_TRUE(client.send({&c, 1}));
  }
  EXPECT_TRUE(client.read_until("||hi\n").ends_with("POST /x||hi\n"));
}

TEST(HttpServer, OldClientsGetOldAnswers) {
  const std::string closing = answer_to("GET /x HTTP/1.0\r\n\r\n");
  EXPECT_NE(closing.find("Connection: close\r\n"), std::string::npos) << closing;
  const std::string keeping = answer_to("GET /x HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_NE(keeping.find("Connection: keep-alive\r\n"), std::string::npos) << keeping;
}

TEST(HttpServer, ExpectContinueIsInvited) {
  const auto server = testing::serve(echo);
  RawClient client(port_of(*server));
  client.send("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("hello");
  EXPECT_TRUE(client.read_until("hello\n").ends_with("POST /x||hello\n"));
}

TEST(HttpServer, RefusesWhatItMust) {
  ServerOptions options;
  options.max_header_bytes = 1000;
  options.max_body_bytes = 10;
  const std::string long_header = "GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(2000, 'x') + "\r\n\r\n";
  const std::pair<std::string, const char*> cases[] = {
      {"junk\r\n\r\n", "HTTP/1.1 400 Bad Request"},
      {"GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 400 Bad Request"},
      {"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "HTTP/1.1 400 Bad Request"},
      {"GET / HTTP/1.1\r\nHost: a\r\nbad header\r\n\r\n", "HTTP/1.1 400 Bad Request"},
      {"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", "HTTP/1.1 400 Bad Request"},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
       "HTTP/1.1 400 Bad Request"},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "HTTP/1.1 400 Bad Request"},
      {"GET / HTTP/3.0\r\nHost: h\r\n\r\n", "HTTP/1.1 505 HTTP Version Not Supported"},
      {long_header, "HTTP/1.1 431 Request Header Fields Too Large"},
      {long_header.substr(0, 1500), "HTTP/1.1 431 Request Header Fields Too Large"},
      {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\n12345678901", "HTTP/1.1 413 Payload Too Large"},
      {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\nExpect: 100-continue\r\n\r\n",
       "HTTP/1.1 413 Payload Too Large"},
      {"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n6\r\n123456\r\n6\r\n123456\r\n0\r\n\r\n",
       "HTTP/1.1 413 Payload Too Large"},
      {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n1234567890", "HTTP/1.1 200 OK"},
  };
  for (const auto& [request, expected] : cases) EXPECT_EQ(status_of(answer_to(request, options)), expected) << request;
}

TEST(HttpServer, ARefusalReachesAClientThatIsStillSending) {
  ServerOptions options;
  options.max_body_bytes = 1000;
  const auto server = testing::serve(echo, options);
  RawClient client(port_of(*server));
  client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2000000\r\n\r\n");
  client.send(std::string(2'000'000, 'x'));
  EXPECT_EQ(status_of(client.read_all()), "HTTP/1.1 413 Payload Too Large");
}

TEST(HttpServer, HeadersOfHandlersCannotBreakOut) {
  const auto server = testing::serve([](const ServerRequest&) {
    ServerResponse out = text("x");
    out.headers.emplace_back("X", "a\r\nEvil: 1");
    out.headers.emplace_back("Content-Length", "1000");
    out.headers.emplace_back("Transfer-Encoding", "chunked");
    return out;
  });
  BlockingClient client;
  const Outcome outcome = client.get(testing::url_of(*server));
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->body, "x");
  EXPECT_EQ(outcome->header("X"), "a  Evil: 1");
  EXPECT_EQ(outcome->header("Evil"), "");
}

TEST(HttpServer, AHandlerThatThrowsIsAnError) {
  const auto server = testing::serve([](const ServerRequest&) -> ServerResponse { throw std::runtime_error("boom"); });
  BlockingClient client;
  EXPECT_EQ(client.text(testing::url_of(*server)), "500 Internal Server Error: boom\n");
  EXPECT_EQ(client.text(testing::url_of(*server)), "500 Internal Server Error: boom\n");
}

TEST(HttpServer, CompressesWhatPays) {
  const std::string body(10'000, 'j');
  const auto server = testing::serve([&](const ServerRequest& request) {
    ServerResponse out = text(request.path == "/short" ? "short" : body);
    out.compressible = request.path != "/never";
    if (request.path == "/coded") out.headers.emplace_back("Content-Encoding", "br");
    return out;
  });
  struct Case {
    const char* path;
    const char* accept;
    const char* coding;
  };
  const Case cases[] = {
      {"/", "gzip", "gzip"},
      {"/", "deflate, gzip", "deflate"},
      {"/", "br, gzip;q=0.1, deflate", "gzip"},
      {"/", "gzip;q=0, deflate", "deflate"},
      {"/", "gzip;q=0.0", ""},
      {"/", "identity", ""},
      {"/", "*", ""},
      {"/short", "gzip", ""},
      {"/never", "gzip", ""},
      {"/coded", "gzip", "br"},
  };
  BlockingClient client;
  for (const Case& each : cases) {
    Request request = testing::request_to(testing::url_of(*server, each.path));
    request.headers = {{"Accept-Encoding", each.accept}};
    const Outcome outcome = client.send(std::move(request));
    ASSERT_TRUE(outcome);
    EXPECT_EQ(outcome->header("Content-Encoding"), each.coding) << each.path << ' ' << each.accept;
    if (outcome->header("Content-Encoding") == "gzip") {
      EXPECT_TRUE(outcome->body == body);
      EXPECT_LT(outcome->wire_bytes, 200);
    }
  }
}

BodySource counting_source(int pieces, size_t piece_bytes, std::atomic<int>* made = nullptr) {
  return [=, left = pieces](std::string& piece) mutable {
    piece.assign(piece_bytes, static_cast<char>('a' + left % 26));
    if (made != nullptr) ++*made;
    return --left > 0;
  };
}

std::string counted(int pieces, size_t piece_bytes) {
  std::string out;
  std::string piece;
  const BodySource source = counting_source(pieces, piece_bytes);
  for (bool more = true; more;) {
    more = source(piece);
    out += piece;
  }
  return out;
}

TEST(HttpServer, StreamsBodies) {
  const auto server = testing::serve([](const ServerRequest& request) {
    ServerResponse out = text("");
    if (request.path == "/empty") {
      out.stream = [](std::string&) { return false; };
    } else {
      out.stream = counting_source(500, 1000);
    }
    return out;
  });
  BlockingClient client;
  for (const bool gzip : {false, true}) {
    for (const char* path : {"/empty", "/long"}) {
      Request request = testing::request_to(testing::url_of(*server, path));
      request.accept_gzip = gzip;
      const Outcome outcome = client.send(std::move(request));
      ASSERT_TRUE(outcome) << outcome.error().error.message;
      EXPECT_EQ(outcome->header("Transfer-Encoding"), "chunked");
      EXPECT_EQ(outcome->header("Content-Encoding"), gzip ? "gzip" : "");
      EXPECT_TRUE(outcome->body == (path == std::string("/empty") ? "" : counted(500, 1000)));
    }
  }
  EXPECT_EQ(server->stats().connections_accepted, 1U);
  RawClient old(port_of(*server));
  old.send("GET /long HTTP/1.0\r\n\r\n");
  const std::string answer = old.read_all();
  EXPECT_TRUE(answer.ends_with("\r\n\r\n" + counted(500, 1000)));
  EXPECT_EQ(answer.find("chunked"), std::string::npos);
  RawClient head(port_of(*server));
  head.send("HEAD /long HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(head.read_all().ends_with("\r\n\r\n"));
}

TEST(HttpServer, AStreamStopsWhileItsClientDoesNotRead) {
  constexpr int kPieces = 4000;  // of 64 KB: no socket buffer holds that
  std::atomic<int> made = 0;
  ServerOptions options;
  options.worker_threads = 1;
  const auto server = testing::serve(
      [&](const ServerRequest& request) {
        if (request.path == "/other") return text("prompt");
        ServerResponse out = text("");
        out.stream = counting_source(kPieces, 64 * 1024, &made);
        return out;
      },
      options);
  RawClient slow(port_of(*server));
  slow.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_TRUE(eventually([&] { return made > 0; }));
  // Others are served by the same worker meanwhile.
  BlockingClient client;
  for (int i = 0; i < 20; ++i) EXPECT_EQ(client.text(testing::url_of(*server, "/other")), "200 prompt");
  EXPECT_LT(made, kPieces);
  slow.close();
  ASSERT_TRUE(eventually([&] { return server->stats().connections_open <= 1; }));
  EXPECT_LT(made, kPieces) << "nothing is made for a client that is gone";
}

TEST(HttpServer, GoneTellsThatTheClientClosed) {
  Gate entered;
  std::atomic<bool> noticed = false;
  const auto server = testing::serve([&](const ServerRequest& request) {
    EXPECT_FALSE(request.gone());
    entered.pass();
    noticed = eventually([&] { return request.gone(); });
    return text("");
  });
  RawClient client(port_of(*server));
  client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  entered.wait_for(1);
  client.close();
  entered.open();
  EXPECT_TRUE(eventually([&] { return noticed.load(); }));
}

TEST(HttpServer, TellsThePeer) {
  const auto server = testing::serve([](const ServerRequest& request) { return text(request.peer); });
  BlockingClient client;
  EXPECT_TRUE(client.text(testing::url_of(*server)).starts_with("200 127.0.0.1:"));
}

TEST(HttpServer, ListensOnSeveralAddresses) {
  ServerOptions options;
  options.listen = {"127.0.0.1:0", "[::1]:0", ":0", "localhost:0"};
  const auto server = HttpServer::start(options, echo);
  ASSERT_TRUE(server) << server.error().str();
  const auto ports = (*server)->ports();
  ASSERT_EQ(ports.size(), 4U);
  BlockingClient client;
  const std::string ok = "200 GET /||\n";
  EXPECT_EQ(client.text("http://127.0.0.1:" + std::to_string(ports[0])), ok);
  EXPECT_EQ(client.text("http://[::1]:" + std::to_string(ports[1])), ok);
  EXPECT_EQ(client.text("http://127.0.0.1:" + std::to_string(ports[2])), ok);
  EXPECT_EQ(client.text("http://[::1]:" + std::to_string(ports[2])), ok);
  EXPECT_EQ(client.text("http://localhost:" + std::to_string(ports[3])), ok);
}

TEST(HttpServer, NamesAddressesItCannotListenOn) {
  const auto server = testing::serve(echo);
  const auto refusal = [](const std::string& address) {
    ServerOptions options;
    options.listen = {address};
    const auto second = HttpServer::start(options, echo);
    return second ? "started" : second.error().message;
  };
  const std::string taken = "127.0.0.1:" + std::to_string(port_of(*server));
  EXPECT_EQ(refusal(taken), "listen tcp " + taken + ": bind: address already in use");
  EXPECT_EQ(refusal("192.0.2.1:0"), "listen tcp 192.0.2.1:0: bind: cannot assign requested address");
  EXPECT_EQ(refusal("9090"), "listen tcp: address 9090: missing port in address");
  EXPECT_EQ(refusal("127.0.0.1:x"), "listen tcp: address 127.0.0.1:x: invalid port");
  EXPECT_EQ(refusal("127.0.0.1:99999"), "listen tcp: address 127.0.0.1:99999: invalid port");
  EXPECT_EQ(refusal("::1:0"), "listen tcp: address ::1:0: too many colons in address");
}

TEST(HttpServer, IdleAndSlowClientsDelayNobody) {
  ServerOptions options;
  options.max_connections = 2000;
  options.worker_threads = 1;
  const auto server = testing::serve(echo, options);
  std::vector<std::unique_ptr<RawClient>> silent;
  for (int i = 0; i < 1000; ++i) silent.push_back(std::make_unique<RawClient>(port_of(*server)));
  for (int i = 0; i < 100; ++i) {
    silent.push_back(std::make_unique<RawClient>(port_of(*server)));
    silent.back()->send("GET / HTTP/1.1\r\nHost: h\r\nX-Half: ");
  }
  ASSERT_TRUE(eventually([&] { return server->stats().connections_open == 1100; }));
  BlockingClient client;
  for (int i = 0; i < 500; ++i) ASSERT_EQ(client.text(testing::url_of(*server)), "200 GET /||\n");
  EXPECT_EQ(server->stats().connections_open, 1101U) << "nobody had to leave, nobody was waited for";
  // And the slow ones are still served when they go on.
  for (size_t i = 1000; i < silent.size(); ++i) silent[i]->send("x\r\n\r\n");
  for (size_t i = 1000; i < silent.size(); ++i) EXPECT_NE(silent[i]->read_until("||\n"), "");
}

TEST(HttpServer, SlowlorisIsCutOff) {
  ServerOptions options;
  options.header_timeout_ns = 40 * kMillisecond;
  options.body_timeout_ns = 40 * kMillisecond;
  const auto server = testing::serve(echo, options);
  for (const char* head : {"GET / HTTP/1.1\r\n", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n"}) {
    RawClient client(port_of(*server));
    client.send(head);
    // A byte now and then does not help: the whole counts.
    EXPECT_TRUE(eventually([&] { return !client.send("X") || server->stats().connections_open == 0; })) << head;
  }
  EXPECT_EQ(server->stats().requests, 0U);
}

TEST(HttpServer, IdleConnectionsEnd) {
  ServerOptions options;
  options.idle_timeout_ns = 40 * kMillisecond;
  const auto server = testing::serve(echo, options);
  RawClient fresh(port_of(*server));
  RawClient used(port_of(*server));
  used.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_TRUE(used.read_all().ends_with("GET /||\n"));
  EXPECT_EQ(fresh.read_all(), "");
}

TEST(HttpServer, AClientThatDoesNotReadIsCutOff) {
  ServerOptions options;
  options.write_timeout_ns = 100 * kMillisecond;
  const auto server = testing::serve(
      [](const ServerRequest&) {
        ServerResponse out = text(std::string(30 << 20, 'x'));
        out.compressible = false;
        return out;
      },
      options);
  RawClient client(port_of(*server));
  client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_TRUE(eventually([&] { return server->stats().requests == 1 && server->stats().connections_open == 0; }));
}

TEST(HttpServer, ALongHandlerIsNotTakenForASlowClient) {
  ServerOptions options;
  options.header_timeout_ns = options.body_timeout_ns = options.idle_timeout_ns = options.write_timeout_ns =
      20 * kMillisecond;
  const auto server = testing::serve(
      [](const ServerRequest&) {
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        return text("done");
      },
      options);
  BlockingClient client;
  EXPECT_EQ(client.text(testing::url_of(*server)), "200 done");
}

TEST(HttpServer, AbortedRequestsLeaveNothingBehind) {
  const auto server = testing::serve(echo);
  for (const char* part :
       {"", "GE", "GET / HTTP/1.1\r\nHo", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n123",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12"}) {
    RawClient client(port_of(*server));
    client.send(part);
    const linger reset{1, 0};
    ::setsockopt(client.fd(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  }
  EXPECT_TRUE(
      eventually([&] { return server->stats().connections_accepted == 5 && server->stats().connections_open == 0; }));
  EXPECT_EQ(server->stats().requests, 0U);
}

TEST(HttpServer, AFloodClosesTheOldestIdleConnectionFirst) {
  Gate gate;
  ServerOptions options;
  options.max_connections = 4;
  const auto server = testing::serve(
      [&](const ServerRequest& request) {
        if (request.path == "/wait") gate.pass();
        return text("ok");
      },
      options);
  RawClient busy(port_of(*server));
  busy.send("GET /wait HTTP/1.1\r\nHost: h\r\n\r\n");
  gate.wait_for(1);
  std::vector<std::unique_ptr<RawClient>> idle;
  for (uint64_t i = 0; i < 3; ++i) {
    idle.push_back(std::make_unique<RawClient>(port_of(*server)));
    // Served once, so that the order of becoming idle is known.
    idle.back()->send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_NE(idle.back()->read_until("ok"), "");
  }
  RawClient newcomer(port_of(*server));
  newcomer.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_NE(newcomer.read_until("ok"), "");
  EXPECT_EQ(idle[0]->read_all(), "") << "the oldest had to go";
  idle[1]->send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_NE(idle[1]->read_until("ok"), "");
  gate.open();
  EXPECT_NE(busy.read_until("ok"), "") << "busy ones stay";
  EXPECT_EQ(server->stats().rejected, 0U);
}

TEST(HttpServer, AFloodOnBusyConnectionsIsTurnedAway) {
  Gate gate;
  ServerOptions options;
  options.max_connections = 2;
  const auto server = testing::serve(
      [&](const ServerRequest&) {
        gate.pass();
        return text("ok");
      },
      options);
  RawClient first(port_of(*server));
  RawClient second(port_of(*server));
  first.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  second.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  gate.wait_for(2);
  for (int i = 0; i < 50; ++i) EXPECT_EQ(RawClient(port_of(*server)).read_all(), "");
  EXPECT_EQ(server->stats().rejected, 50U);
  gate.open();
  EXPECT_NE(first.read_until("ok"), "");
}

TEST(HttpServer, MoreWaitingRequestsThanAllowedAreRefused) {
  Gate gate;
  ServerOptions options;
  options.worker_threads = 1;
  options.max_queued = 2;
  const auto server = testing::serve(
      [&](const ServerRequest&) {
        gate.pass();
        return text("ok");
      },
      options);
  const std::string request = "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
  RawClient working(port_of(*server));
  working.send(request);
  gate.wait_for(1);
  std::vector<std::unique_ptr<RawClient>> more;
  for (int i = 0; i < 5; ++i) {
    more.push_back(std::make_unique<RawClient>(port_of(*server)));
    more.back()->send(request);
  }
  ASSERT_TRUE(eventually([&] { return server->stats().rejected == 3; }));
  gate.open();
  int served = 0;
  int refused = 0;
  for (const auto& client : more) {
    const std::string status = status_of(client->read_all());
    served += status == "HTTP/1.1 200 OK" ? 1 : 0;
    refused += status == "HTTP/1.1 503 Service Unavailable" ? 1 : 0;
  }
  EXPECT_EQ(served, 2);
  EXPECT_EQ(refused, 3);
}

TEST(HttpServer, StopLetsRequestsFinish) {
  Gate gate;
  const auto server = testing::serve([&](const ServerRequest&) {
    gate.pass();
    return text("finished");
  });
  RawClient idle(port_of(*server));
  RawClient working(port_of(*server));
  working.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  gate.wait_for(1);
  std::thread stopper([&] { server->stop(60'000 * kMillisecond); });
  EXPECT_EQ(idle.read_all(), "") << "idle ones are closed at once";
  gate.open();
  const std::string answer = working.read_all();
  EXPECT_TRUE(answer.ends_with("finished")) << answer;
  EXPECT_NE(answer.find("Connection: close\r\n"), std::string::npos);
  stopper.join();
  EXPECT_EQ(server->stats().connections_open, 0U);
}

TEST(HttpServer, StopWithoutGraceTellsHandlersThatAllIsOver) {
  Gate gate;
  std::atomic<int> noticed = 0;
  ServerOptions options;
  options.worker_threads = 1;
  const auto server = testing::serve(
      [&](const ServerRequest& request) {
        gate.pass();
        if (eventually([&] { return request.gone(); })) ++noticed;
        return text("late");
      },
      options);
  RawClient working(port_of(*server));
  working.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  gate.wait_for(1);
  RawClient queued(port_of(*server));
  queued.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_TRUE(eventually([&] { return server->stats().requests == 2; }));
  gate.open();
  server->stop(0);
  EXPECT_EQ(noticed, 1) << "the queued one is not begun any more";
  EXPECT_EQ(working.read_all(), "");
  EXPECT_EQ(queued.read_all(), "");
}

TEST(HttpServer, StopsTwiceAndWithConnectionsComing) {
  const auto server = testing::serve(echo);
  std::atomic<bool> over = false;
  std::thread attacker([&] {
    while (!over) {
      const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      testing::connect_and_close(fd, port_of(*server));
    }
  });
  ASSERT_TRUE(eventually([&] { return server->stats().connections_accepted > 10; }));
  server->stop(0);
  server->stop(0);
  over = true;
  attacker.join();
  EXPECT_EQ(server->stats().connections_open, 0U);
}

TEST(HttpServer, SeveralIoThreadsServeManyClients) {
  ServerOptions options;
  options.io_threads = 3;
  options.worker_threads = 3;
  const auto server = testing::serve(echo, options);
  std::vector<std::thread> clients;
  std::atomic<int> right = 0;
  for (int i = 0; i < 4; ++i) {
    clients.emplace_back([&] {
      BlockingClient client;
      for (int n = 0; n < 100; ++n) right += client.text(testing::url_of(*server)) == "200 GET /||\n" ? 1 : 0;
    });
  }
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(right, 400);
}

}  // namespace
}  // namespace narthex::net
