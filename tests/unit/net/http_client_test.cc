// The client against a server that sends exactly what the test says.
#include "net/http_client.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>

#include "net/detail/gzip.h"
#include "tests/unit/net/support.h"

namespace narthex::net {
namespace {

using testing::BlockingClient;
using testing::request_to;
using testing::ScriptedServer;
using Peer = ScriptedServer::Peer;

constexpr int64_t kMillisecond = 1'000'000;

// What the client makes of `answer`, followed by the end of the connection.
std::string seen(const std::string& answer) {
  const auto server = ScriptedServer::answering(answer);
  BlockingClient client;
  return client.text(server->url());
}

// `Get "<url>": <text>` of a server whose port is replaced by PORT.
std::string seen_error(const std::string& answer) {
  const auto server = ScriptedServer::answering(answer);
  BlockingClient client;
  std::string text = client.text(server->url());
  const std::string port = ":" + std::to_string(server->port());
  for (size_t at = text.find(port); at != std::string::npos; at = text.find(port))
    text.replace(at, port.size(), ":PORT");
  return text;
}

TEST(HttpClient, FetchesFromOurOwnServer) {
  const auto server = testing::serve([](const ServerRequest& request) {
    ServerResponse out;
    out.headers = {{"Content-Type", "text/plain"}};
    out.body = request.method + ' ' + request.path + ' ' + request.query + ' ' + std::string(request.header("Accept"));
    return out;
  });
  BlockingClient client;
  Request request = request_to(testing::url_of(*server, "/metrics?a=b"));
  request.headers = {{"Accept", "x/y"}};
  const Outcome outcome = client.send(std::move(request));
  ASSERT_TRUE(outcome) << outcome.error().error.message;
  EXPECT_EQ(outcome->status, 200);
  EXPECT_EQ(outcome->reason, "OK");
  EXPECT_EQ(outcome->body, "GET /metrics a=b x/y");
  EXPECT_EQ(outcome->header("content-type"), "text/plain");
  EXPECT_FALSE(outcome->reused_connection);
  EXPECT_GE(outcome->phases.connect, 0);
  EXPECT_EQ(outcome->phases.resolve, -1);
  EXPECT_EQ(outcome->phases.tls, -1);
  EXPECT_GE(outcome->phases.first_byte, 0);
  EXPECT_GE(outcome->phases.body, 0);

  const Outcome again = client.get(testing::url_of(*server));
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->reused_connection);
  EXPECT_EQ(again->phases.connect, -1);
  EXPECT_EQ(server->stats().connections_accepted, 1U);
  EXPECT_EQ(server->stats().requests, 2U);
}

TEST(HttpClient, ReadsEveryFraming) {
  const std::pair<const char*, const char*> cases[] = {
      {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "200 hello"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "200 "},
      {"HTTP/1.1 204 No Content\r\n\r\n", "204 "},
      {"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", "304 "},
      {"HTTP/1.1 200 OK\r\n\r\nuntil close", "200 until close"},
      {"HTTP/1.0 200 OK\r\n\r\nold", "200 old"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4;ext=1\r\ndefg\r\n0\r\nTrailer: x\r\n\r\n",
       "200 abcdefg"},
      {"HTTP/1.1 200 OK\r\ntransfer-encoding: CHUNKED\r\n\r\n0\r\n\r\n", "200 "},
      {"HTTP/1.1 404 Nope nope\r\nContent-Length: 1\r\n\r\nx", "404 x"},
      {"HTTP/1.1 299 \r\nContent-Length: 1\r\n\r\nx", "299 x"},
      {"HTTP/1.1 200\r\nContent-Length: 1\r\n\r\nx", "200 x"},
      {"HTTP/1.1 200 OK\nContent-Length: 1\n\nx", "200 x"},
      {"HTTP/1.1 200 OK\r\nX: a\x01z\r\nX: folded\r\n here\r\nContent-Length: 1\r\n\r\nx", "200 x"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx", "200 x"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n", "200 x"},
      {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: "
       "1\r\n\r\nx",
       "200 x"},
      {"HTTP/1.1 302 Found\r\nContent-Length: 2\r\n\r\nno", "302 no"},
  };
  for (const auto& [answer, expected] : cases) EXPECT_EQ(seen(answer), expected) << answer;
}

TEST(HttpClient, TellsTheReasonAsItWasSent) {
  for (const auto& [line, expected] : {std::pair{"404 Nope nope", "Nope nope"}, {"404 ", ""}, {"404", ""}}) {
    const auto server = ScriptedServer::answering("HTTP/1.1 " + std::string(line) + "\r\nContent-Length: 0\r\n\r\n");
    BlockingClient client;
    EXPECT_EQ(client.get(server->url())->reason, expected);
  }
}

TEST(HttpClient, NamesWhatIsWrongWithAnAnswerAsGoDoes) {
  const std::string get = "Get \"http://127.0.0.1:PORT/\": ";
  const std::string broken = get + "net/http: HTTP/1.x transport connection broken: ";
  const std::pair<std::string, std::string> cases[] = {
      {"", get + "EOF"},
      {"HTTP/1.1 200 OK\r\nConte", broken + "unexpected EOF"},
      {"junk\r\n\r\n", broken + "malformed HTTP response \"junk\""},
      {"SSH-2.0-OpenSSH_9.2p1 Debian\r\n\r\n", broken + "malformed HTTP status code \"Debian\""},
      {"HTTP/1.1 2x0 OK\r\n\r\n", broken + "malformed HTTP status code \"2x0\""},
      {"HTTP/1.1 200 OK\r\nbad header\r\n\r\n", broken + "malformed MIME header: missing colon: \"bad header\""},
      {"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", broken + "bad Content-Length \"-1\""},
      {"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcde",
       broken + "http: message cannot contain multiple Content-Length headers; got [\"4\" \"5\"]"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", broken + "unsupported transfer encoding: \"gzip\""},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "invalid byte in chunk length"},
      {"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 0\r\n\r\n", "EOF"},
      {"FTP/1.1 200 OK\r\n\r\n", broken + "malformed HTTP version \"FTP/1.1\""},
      {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort", "unexpected EOF"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", "unexpected EOF"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", "unexpected EOF"},
      {"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 20\r\n\r\nthis is not gzip, no",
       "gzip: invalid header"},
      {"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n\x1f\x8b", "unexpected EOF"},
  };
  for (const auto& [answer, expected] : cases) EXPECT_EQ(seen_error(answer), expected) << answer;
}

TEST(HttpClient, TheAnswerMayComeInAnyTwoPieces) {
  const std::string answers[] = {
      "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello world",
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nhello "
      "\r\n5\r\nworld\r\n0\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + compress("hello world", Coding::kGzip),
  };
  for (const std::string& answer : answers) {
    std::vector<ScriptedServer::Script> scripts;
    for (size_t cut = 0; cut <= answer.size(); ++cut) {
      scripts.push_back([&answer, cut](Peer& peer) {
        peer.read_head();
        peer.send(answer.substr(0, cut));
        std::this_thread::yield();
        peer.send(answer.substr(cut));
      });
    }
    const ScriptedServer server(scripts);
    BlockingClient client;
    for (size_t cut = 0; cut <= answer.size(); ++cut) {
      EXPECT_EQ(client.text(server.url()), "200 hello world") << answer << " cut at " << cut;
      client.run_on_reactor([&] { client.client().cancel_all(); });  // the next one takes the next script
    }
  }
}

TEST(HttpClient, AnAnswerCutAnywhereIsAnErrorAndNeverABody) {
  const std::string answers[] = {
      "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello world",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nhello \r\n5\r\nworld\r\n0\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 31\r\nContent-Encoding: gzip\r\n\r\n" +
          compress("hello world", Coding::kGzip),
  };
  for (const std::string& answer : answers) {
    std::vector<ScriptedServer::Script> scripts;
    for (size_t cut = 0; cut < answer.size(); ++cut) {
      scripts.push_back([&answer, cut](Peer& peer) {
        peer.read_head();
        peer.send(answer.substr(0, cut));
      });
    }
    const ScriptedServer server(scripts);
    BlockingClient client;
    for (size_t cut = 0; cut < answer.size(); ++cut) {
      const std::string text = client.text(server.url());
      EXPECT_TRUE(text.ends_with("EOF")) << answer << " cut at " << cut << ": " << text;
    }
  }
}

TEST(HttpClient, LimitsTheBodyInEveryFraming) {
  const std::string body(100, 'x');
  const std::string answers[] = {
      "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + body,
      "HTTP/1.1 200 OK\r\n\r\n" + body,
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\n" + body + "\r\n0\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + compress(body, Coding::kGzip),
  };
  for (const std::string& answer : answers) {
    const auto server = ScriptedServer::answering(answer);
    BlockingClient client;
    for (const auto& [limit, fits] : {std::pair{99, false}, {100, false}, {101, true}, {0, true}}) {
      Request request = request_to(server->url());
      request.max_body_bytes = limit;
      const Outcome outcome = client.send(std::move(request));
      EXPECT_EQ(outcome.has_value(), fits) << answer << limit;
      if (outcome || fits) continue;
      EXPECT_EQ(outcome.error().error.message, "body size limit exceeded");
      EXPECT_EQ(outcome.error().phase, FailedPhase::kBodyLimit);
      EXPECT_EQ(outcome.error().error.code, Code::kLimit);
      EXPECT_EQ(outcome.error().status, 200);
    }
  }
}

TEST(HttpClient, ADecompressionBombEndsAtTheLimit) {
  const std::string bomb = compress(std::string(50 << 20, '\0'), Coding::kGzip);
  const auto server = ScriptedServer::answering("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + bomb);
  BlockingClient client;
  Request request = request_to(server->url());
  request.max_body_bytes = 1 << 20;
  EXPECT_EQ(client.text(std::move(request)), "body size limit exceeded");
}

TEST(HttpClient, AnEndlessBodyEndsAtTheLimit) {
  const ScriptedServer server({[](Peer& peer) {
    peer.read_head();
    peer.send("HTTP/1.1 200 OK\r\n\r\n");
    const std::string piece(64 * 1024, 'x');
    for (int i = 0; i < 10'000; ++i) peer.send(piece);
  }});
  BlockingClient client;
  Request request = request_to(server.url());
  request.max_body_bytes = 3 << 20;
  EXPECT_EQ(client.text(std::move(request)), "body size limit exceeded");
}

TEST(HttpClient, AStatedLengthAloneReservesNoMemory) {
  const ScriptedServer server({[](Peer& peer) {
    peer.read_head();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\nx");
  }});
  BlockingClient client;
  EXPECT_EQ(client.text(server.url()), "unexpected EOF");
}

TEST(HttpClient, AbsurdHeadersAreCutOff) {
  const ScriptedServer server({[](Peer& peer) {
    peer.read_head();
    peer.send("HTTP/1.1 200 OK\r\n");
    const std::string line = "X: " + std::string(10'000, 'x') + "\r\n";
    for (int i = 0; i < 1000; ++i) peer.send(line);
    peer.wait_for_close();
  }});
  BlockingClient client;
  EXPECT_TRUE(client.text(server.url()).ends_with("net/http: server response headers exceeded 1048576 bytes; aborted"));
}

TEST(HttpClient, OnlyExactlyGzipIsDecompressed) {
  for (const char* coding : {"GZIP", "gzip, x", "deflate", "identity"}) {
    EXPECT_EQ(seen("HTTP/1.1 200 OK\r\nContent-Encoding: " + std::string(coding) + "\r\nContent-Length: 3\r\n\r\nabc"),
              "200 abc");
  }
}

TEST(HttpClient, SaysWhatItAccepts) {
  const auto server = testing::serve([](const ServerRequest& request) {
    return ServerResponse{.headers = {}, .body = std::string(request.header("Accept-Encoding")), .stream = {}};
  });
  BlockingClient client;
  EXPECT_EQ(client.text(testing::url_of(*server)), "200 gzip");
  Request request = request_to(testing::url_of(*server));
  request.accept_gzip = false;
  EXPECT_EQ(client.text(std::move(request)), "200 identity");
}

TEST(HttpClient, PutsTheBodyIntoTheCallersBuffer) {
  const std::string body(200'000, 'b');
  const auto server = testing::serve([&](const ServerRequest&) {
    return ServerResponse{.headers = {}, .body = body, .stream = {}, .compressible = false};
  });
  BlockingClient client;
  std::string buffer(300'000, 'a');
  const void* memory = buffer.data();
  for (int i = 0; i < 3; ++i) {
    Request request = request_to(testing::url_of(*server));
    request.buffer = std::move(buffer);
    Outcome outcome = client.send(std::move(request));
    ASSERT_TRUE(outcome);
    EXPECT_TRUE(outcome->body == body);
    EXPECT_EQ(outcome->wire_bytes, 200'000);
    EXPECT_EQ(outcome->body.data(), memory);
    buffer = std::move(outcome->body);
  }
}

TEST(HttpClient, ConnectionsThatCannotBeKeptAreNot) {
  const std::pair<const char*, size_t> cases[] = {
      {"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx", 1},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n", 1},
      {"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\nx", 1},
      {"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx", 2},
      {"HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx", 2},
      {"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx and more than was announced", 2},
  };
  for (const auto& [answer, expected] : cases) {
    const ScriptedServer server({[&](Peer& peer) {
      while (!peer.read_head().empty()) peer.send(answer);
    }});
    BlockingClient client;
    EXPECT_EQ(client.text(server.url()), "200 x") << answer;
    EXPECT_EQ(client.text(server.url()), "200 x") << answer;
    EXPECT_EQ(server.connections(), expected) << answer;
  }
}

TEST(HttpClient, AKeptConnectionThatWasClosedIsReplacedOnce) {
  const auto once = [](Peer& peer) {
    peer.read_head();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx");
  };
  // Hangs up when the second request comes, without an answer.
  const auto then_silent = [&](Peer& peer) {
    once(peer);
    peer.read_head();
  };
  const ScriptedServer server({then_silent, then_silent, once});
  BlockingClient client;
  EXPECT_EQ(client.text(server.url()), "200 x");
  EXPECT_EQ(client.text(server.url()), "200 x");
  EXPECT_EQ(server.connections(), 2U);
  // Not for a request that must not be sent twice.
  Request post = request_to(server.url());
  post.method = "POST";
  post.body = "once";
  EXPECT_EQ(client.text(std::move(post)), "Post \"" + server.url() + "\": EOF");
}

TEST(HttpClient, AFreshConnectionThatIsClosedIsNotTriedAgain) {
  const ScriptedServer server({[](Peer& peer) { peer.read_head(); }});
  BlockingClient client;
  EXPECT_EQ(client.text(server.url()), "Get \"" + server.url() + "\": EOF");
  EXPECT_EQ(server.connections(), 1U);
}

TEST(HttpClient, SendsBodies) {
  const auto server = testing::serve([](const ServerRequest& request) {
    return ServerResponse{
        .headers = {}, .body = request.method + ' ' + std::to_string(request.body.size()), .stream = {}};
  });
  BlockingClient client;
  for (const size_t size : {0U, 5U, 5'000'000U}) {
    Request request = request_to(testing::url_of(*server));
    request.method = "POST";
    request.body = std::string(size, 'p');
    EXPECT_EQ(client.text(std::move(request)), "200 POST " + std::to_string(size));
  }
  Request head = request_to(testing::url_of(*server));
  head.method = "HEAD";
  const Outcome outcome = client.send(std::move(head));
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->body, "");
  EXPECT_EQ(outcome->header("Content-Length"), "6");
  EXPECT_EQ(server->stats().connections_accepted, 1U);
}

TEST(HttpClient, AnEarlyRefusalOfALongBodyIsSeen) {
  const ScriptedServer server({[](Peer& peer) {
    peer.read_head();
    peer.send("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno");
    peer.wait_for_close();
  }});
  BlockingClient client;
  Request request = request_to(server.url());
  request.method = "POST";
  request.body = std::string(1 << 20, 'p');
  EXPECT_EQ(client.text(std::move(request)), "413 no");
}

TEST(HttpClient, TheDeadlineCoversEveryPhase) {
  std::atomic<int> heads = 0;
  const auto waits_after = [&](std::string bytes) {
    return [&heads, bytes = std::move(bytes)](Peer& peer) {
      peer.read_head();
      ++heads;
      peer.send(bytes);
      peer.wait_for_close();
    };
  };
  const ScriptedServer server({waits_after(""), waits_after("HTTP/1.1 200 OK\r\nCont"),
                               waits_after("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")});
  BlockingClient client;
  const auto text = [&] {
    Request request = request_to(server.url());
    request.timeout_ns = 50 * kMillisecond;
    const Outcome outcome = client.send(std::move(request));
    EXPECT_FALSE(outcome);
    EXPECT_EQ(outcome.error().error.code, Code::kTimeout);
    return testing::text_of(outcome);
  };
  EXPECT_EQ(text(), "Get \"" + server.url() + "\": context deadline exceeded");
  EXPECT_EQ(text(), "Get \"" + server.url() + "\": context deadline exceeded");
  EXPECT_EQ(text(), "context deadline exceeded");
  EXPECT_EQ(heads, 3);
}

TEST(HttpClient, CancelEndsEverythingUnderWay) {
  const ScriptedServer server({[](Peer& peer) { peer.wait_for_close(); }});
  BlockingClient client;
  std::promise<void> both;
  std::atomic<int> left = 10;
  std::vector<std::string> texts;
  client.run_on_reactor([&] {
    for (int i = 0; i < 10; ++i) {
      client.client().send(request_to(server.url()), [&](Outcome outcome) {
        EXPECT_EQ(outcome.error().error.code, Code::kCanceled);
        texts.push_back(testing::text_of(outcome));
        if (--left == 0) both.set_value();
      });
    }
    client.client().cancel_all();
    EXPECT_TRUE(texts.empty()) << "done must be called later";
  });
  both.get_future().wait();
  for (const std::string& text : texts) EXPECT_EQ(text, "Get \"" + server.url() + "\": context canceled");
}

TEST(HttpClient, CancelInTheMiddleOfABody) {
  std::promise<void> half_sent;
  const ScriptedServer server({[&](Peer& peer) {
    peer.read_head();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
    half_sent.set_value();
    peer.wait_for_close();
  }});
  BlockingClient client;
  std::promise<Outcome> done;
  client.run_on_reactor([&] {
    client.client().send(request_to(server.url()), [&](Outcome outcome) { done.set_value(std::move(outcome)); });
  });
  half_sent.get_future().wait();
  client.run_on_reactor([&] { client.client().cancel_all(); });
  const Outcome outcome = done.get_future().get();
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().error.code, Code::kCanceled);
}

TEST(HttpClient, ADroppedClientLetsItsRequestsFinish) {
  const auto server =
      testing::serve([](const ServerRequest&) { return ServerResponse{.headers = {}, .body = "x", .stream = {}}; });
  Reactor reactor("drop");
  std::promise<Outcome> done;
  reactor.post([&] {
    const auto client = *HttpClient::create(reactor, {}, "agent");
    client->send(request_to(testing::url_of(*server)), [&](Outcome outcome) { done.set_value(std::move(outcome)); });
  });
  EXPECT_EQ(testing::text_of(done.get_future().get()), "200 x");
}

TEST(HttpClient, AReactorMayEndWithRequestsUnderWay) {
  const ScriptedServer server({[](Peer& peer) { peer.wait_for_close(); }});
  const auto witness = std::make_shared<int>(0);
  {
    Reactor reactor("end");
    std::promise<void> sent;
    reactor.post([&] {
      const auto client = *HttpClient::create(reactor, {}, "agent");
      client->send(request_to(server.url()), [witness](Outcome) { FAIL() << "nobody is there to answer"; });
      client->send(request_to("http://some.host.invalid/"), [witness](Outcome) {});
      sent.set_value();
    });
    sent.get_future().wait();
  }
  EXPECT_EQ(witness.use_count(), 1);
}

TEST(HttpClient, ManyRequestsAtOnce) {
  const auto server = testing::serve(
      [](const ServerRequest& request) { return ServerResponse{.headers = {}, .body = request.query, .stream = {}}; });
  BlockingClient client;
  std::vector<Request> requests;
  for (int i = 0; i < 200; ++i) requests.push_back(request_to(testing::url_of(*server, "/?" + std::to_string(i))));
  const auto outcomes = client.send_all(std::move(requests));
  for (size_t i = 0; i < outcomes.size(); ++i) EXPECT_EQ(testing::text_of(outcomes[i]), "200 " + std::to_string(i));
}

TEST(HttpClient, NamesUrlsThatCannotBeAsked) {
  BlockingClient client;
  const std::pair<const char*, const char*> cases[] = {
      {"//h:1/x", "Get \"//h:1/x\": unsupported protocol scheme \"\""},
      {"ftp://h/x", "Get \"ftp://h/x\": unsupported protocol scheme \"ftp\""},
      {"http:///x", "Get \"http:///x\": http: no Host in request URL"},
      {"http://a b:80/", "parse \"http://a b:80/\": invalid character \" \" in host name"},
      {"http://h:99999/", "Get \"http://h:99999/\": dial tcp: address 99999: invalid port"},
  };
  for (const auto& [url, expected] : cases) EXPECT_EQ(client.text(url), expected);
}

TEST(HttpClient, NamesConnectionsThatFail) {
  BlockingClient client;
  EXPECT_EQ(client.text("http://127.0.0.1:1/m"),
            "Get \"http://127.0.0.1:1/m\": dial tcp 127.0.0.1:1: connect: connection refused");
  if (testing::has_ipv6()) {
    EXPECT_EQ(client.text("http://[::1]:1/m"),
              "Get \"http://[::1]:1/m\": dial tcp [::1]:1: connect: connection refused");
  }
  EXPECT_EQ(client.text("http://u:secret@127.0.0.1:1/m"),
            "Get \"http://u:***@127.0.0.1:1/m\": dial tcp 127.0.0.1:1: connect: connection refused");
  const ScriptedServer server({[](Peer& peer) {
    peer.read_head();
    peer.reset();
  }});
  const std::string text = client.text(server.url());
  EXPECT_TRUE(text.ends_with("->127.0.0.1:" + std::to_string(server.port()) + ": read: connection reset by peer"))
      << text;
  EXPECT_TRUE(text.starts_with("Get \"" + server.url() + "\": read tcp 127.0.0.1:")) << text;
}

TEST(HttpClient, ConnectsToIpv6) {
  if (!testing::has_ipv6()) return;
  ServerOptions options;
  options.listen = {"[::1]:0"};
  const auto server = HttpServer::start(options, [](const ServerRequest& request) {
    return ServerResponse{.headers = {}, .body = std::string(request.header("Host")), .stream = {}};
  });
  ASSERT_TRUE(server) << server.error().message;
  BlockingClient client;
  const std::string host = "[::1]:" + std::to_string((*server)->ports().front());
  EXPECT_EQ(client.text("http://" + host + "/m"), "200 " + host);
}

TEST(HttpClient, FindsNamesOfTheHostsFile) {
  const auto server = testing::serve([](const ServerRequest& request) {
    return ServerResponse{.headers = {}, .body = std::string(request.header("Host")), .stream = {}};
  });
  BlockingClient client;
  const std::string host = "localhost:" + std::to_string(server->ports().front());
  // localhost may mean [::1] first, where nobody listens: the next address is tried.
  const Outcome outcome = client.get("http://" + host + "/");
  EXPECT_EQ(testing::text_of(outcome), "200 " + host);
  EXPECT_GE(outcome->phases.resolve, 0);
}

TEST(HttpClient, NamesThatDoNotExist) {
  BlockingClient client;
  Request request = request_to("http://no-such-host.invalid/");
  request.timeout_ns = 100'000 * kMillisecond;  // where no DNS server answers, c-ares gives up by itself
  const Outcome outcome = client.send(std::move(request));
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().phase, FailedPhase::kResolve);
  EXPECT_TRUE(outcome.error().error.message.starts_with(
      "Get \"http://no-such-host.invalid/\": dial tcp: lookup no-such-host.invalid: "))
      << outcome.error().error.message;
}

TEST(HttpClient, ConnectsToUnixSockets) {
  const std::string path = "/tmp/narthex-net-" + std::to_string(::getpid()) + ".sock";
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  ::unlink(path.c_str());
  const int listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ASSERT_EQ(::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::listen(listener, 1), 0);
  std::thread server([listener] {
    const int fd = ::accept(listener, nullptr, nullptr);
    Peer peer(fd);
    const std::string head = peer.read_head();
    const bool names_host = head.find("\r\nHost: localhost\r\n") != std::string::npos;
    peer.send(std::string("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n") + (names_host ? "y" : "n"));
    peer.wait_for_close();
    ::close(fd);
  });
  {
    BlockingClient client;
    Request request = request_to("http://localhost/m");
    request.unix_socket = path;
    EXPECT_EQ(client.text(std::move(request)), "200 y");
    Request wrong = request_to("http://localhost/m");
    wrong.unix_socket = "/nonexistent.sock";
    EXPECT_EQ(client.text(std::move(wrong)),
              "Get \"http://localhost/m\": dial unix /nonexistent.sock: connect: no such file or directory");
  }
  server.join();
  ::close(listener);
  ::unlink(path.c_str());
}

TEST(HttpClient, SendsCredentialsAndNeverTellsThem) {
  const auto server = testing::serve([](const ServerRequest& request) {
    return ServerResponse{.headers = {}, .body = std::string(request.header("Authorization")), .stream = {}};
  });
  HttpClientOptions options;
  options.authorization = Authorization{"Bearer", {"sesame", ""}};
  BlockingClient client(options);
  EXPECT_EQ(client.text(testing::url_of(*server)), "200 Bearer sesame");
  EXPECT_EQ(client.text("http://127.0.0.1:1/").find("sesame"), std::string::npos);
}

}  // namespace
}  // namespace narthex::net
