#include "net/http_server.h"

#include <gtest/gtest.h>

#include <atomic>

#include "net/detail/gzip.h"
#include "tests/unit/net/support.h"

namespace narthex::net {
namespace {

using testing::BlockingClient;
using testing::echo;
using testing::eventually;
using testing::Gate;
using testing::port_of;
using testing::RawClient;
using testing::status_of;
using testing::text;

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
  const bool ipv6 = testing::has_ipv6();
  options.listen = {"127.0.0.1:0", ipv6 ? "[::1]:0" : "127.0.0.1:0", ":0", "localhost:0"};
  const auto server = HttpServer::start(options, echo);
  ASSERT_TRUE(server) << server.error().str();
  const auto ports = (*server)->ports();
  ASSERT_EQ(ports.size(), 4U);
  BlockingClient client;
  const std::string ok = "200 GET /||\n";
  EXPECT_EQ(client.text("http://127.0.0.1:" + std::to_string(ports[0])), ok);
  EXPECT_EQ(client.text("http://127.0.0.1:" + std::to_string(ports[2])), ok);
  if (ipv6) {
    EXPECT_EQ(client.text("http://[::1]:" + std::to_string(ports[1])), ok);
    EXPECT_EQ(client.text("http://[::1]:" + std::to_string(ports[2])), ok);
  }
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

}  // namespace
}  // namespace narthex::net
