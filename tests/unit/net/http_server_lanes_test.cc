// Slow requests have workers of their own.
#include <gtest/gtest.h>

#include <future>

#include "tests/unit/net/support.h"

namespace narthex::net::testing {
namespace {

TEST(HttpServerLanes, QuickRequestsAreAnsweredWhileAllSlowWorkersAreBusy) {
  std::promise<void> release;
  std::shared_future<void> released = release.get_future().share();
  std::atomic<int> inside = 0;
  std::atomic<int64_t> waited_ns = 0;
  ServerOptions options;
  options.listen = {"127.0.0.1:0"};
  options.worker_threads = 1;
  options.lanes = {{"slow", 1, [](const ServerRequest& request) { return request.path == "/slow"; }}};
  auto server = serve(
      [&](const ServerRequest& request) {
        ServerResponse response;
        response.body = request.path;
        if (request.path == "/slow") {
          ++inside;
          released.wait();
          waited_ns = std::max(waited_ns.load(), request.queued_ns);
        }
        return response;
      },
      options);
  auto slow = [&] {
    BlockingClient client;
    return client.text(url_of(*server, "/slow"));
  };
  auto first = std::async(std::launch::async, slow);
  auto second = std::async(std::launch::async, slow);
  ASSERT_TRUE(eventually([&] { return inside == 1; }));
  BlockingClient client;
  for (int i = 0; i < 3; ++i) EXPECT_EQ(client.text(url_of(*server, "/quick")), "200 /quick");
  EXPECT_EQ(inside, 1);
  release.set_value();
  EXPECT_EQ(first.get(), "200 /slow");
  EXPECT_EQ(second.get(), "200 /slow");
  EXPECT_EQ(inside, 2);
  EXPECT_GT(waited_ns, 0);
}

TEST(HttpServerLanes, EachKindHasItsOwnQueue) {
  std::promise<void> release;
  std::shared_future<void> released = release.get_future().share();
  std::atomic<int> inside = 0;
  ServerOptions options;
  options.listen = {"127.0.0.1:0"};
  options.max_queued = 1;
  options.lanes = {{"slow", 1, [](const ServerRequest& request) { return request.path == "/slow"; }}};
  auto server = serve(
      [&](const ServerRequest& request) {
        if (request.path == "/slow") {
          ++inside;
          released.wait();
        }
        return ServerResponse{};
      },
      options);
  auto slow = [&] {
    BlockingClient client;
    return client.text(url_of(*server, "/slow")).substr(0, 3);
  };
  auto first = std::async(std::launch::async, slow);
  ASSERT_TRUE(eventually([&] { return inside == 1; }));
  auto second = std::async(std::launch::async, slow);
  auto third = std::async(std::launch::async, slow);
  ASSERT_TRUE(eventually([&] { return server->stats().rejected == 1; }));
  BlockingClient client;
  EXPECT_EQ(client.text(url_of(*server, "/quick")).substr(0, 3), "200");
  release.set_value();
  EXPECT_EQ(first.get(), "200");
  const std::string a = second.get(), b = third.get();
  EXPECT_TRUE((a == "200" && b == "503") || (a == "503" && b == "200")) << a << " " << b;
}

}  // namespace
}  // namespace narthex::net::testing
