// The server with clients that are slow, silent, many or gone, and its stop.
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <atomic>

#include "net/http_server.h"
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

constexpr int64_t kMillisecond = 1'000'000;

TEST(HttpServerLoad, IdleAndSlowClientsDelayNobody) {
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

TEST(HttpServerLoad, SlowlorisIsCutOff) {
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

TEST(HttpServerLoad, IdleConnectionsEnd) {
  ServerOptions options;
  options.idle_timeout_ns = 40 * kMillisecond;
  const auto server = testing::serve(echo, options);
  RawClient fresh(port_of(*server));
  RawClient used(port_of(*server));
  used.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_TRUE(used.read_all().ends_with("GET /||\n"));
  EXPECT_EQ(fresh.read_all(), "");
}

TEST(HttpServerLoad, AClientThatDoesNotReadIsCutOff) {
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

TEST(HttpServerLoad, ALongHandlerIsNotTakenForASlowClient) {
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

TEST(HttpServerLoad, AbortedRequestsLeaveNothingBehind) {
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

TEST(HttpServerLoad, AFloodClosesTheOldestIdleConnectionFirst) {
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

TEST(HttpServerLoad, AFloodOnBusyConnectionsIsTurnedAway) {
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

TEST(HttpServerLoad, MoreWaitingRequestsThanAllowedAreRefused) {
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

TEST(HttpServerLoad, StopLetsRequestsFinish) {
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

TEST(HttpServerLoad, StopWithoutGraceTellsHandlersThatAllIsOver) {
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

TEST(HttpServerLoad, StopsTwiceAndWithConnectionsComing) {
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

TEST(HttpServerLoad, SeveralIoThreadsServeManyClients) {
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
