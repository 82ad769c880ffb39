// Answers that come now and then: they hold no worker, and end with the client or with the server.
#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <string>

#include "net/http_server.h"
#include "tests/unit/net/support.h"

namespace narthex::net {
namespace {

using testing::eventually;
using testing::port_of;
using testing::RawClient;

const std::string kRequest = "GET /feed HTTP/1.1\r\nHost: h\r\n\r\n";

// What a feed has to say.
class News {
 public:
  void say(const std::string& text) {
    const std::lock_guard lock(mutex_);
    pending_ += text;
  }
  void finish() { finished_ = true; }

  // Counts those who read it.
  ServerResponse answer() {
    ServerResponse response;
    response.feed = [this, reader = std::shared_ptr<void>(nullptr, [this](void*) { --readers_; })](std::string& piece) {
      const std::lock_guard lock(mutex_);
      piece = std::exchange(pending_, "");
      return !finished_;
    };
    ++readers_;
    return response;
  }
  int readers() const { return readers_; }

 private:
  std::mutex mutex_;
  std::string pending_;
  std::atomic<bool> finished_ = false;
  std::atomic<int> readers_ = 0;
};

class Feed : public ::testing::Test {
 protected:
  Feed() {
    ServerOptions options;
    options.worker_threads = 1;
    server_ = testing::serve(
        [this](const ServerRequest& request) {
          return request.path == "/feed" ? news_.answer() : testing::echo(request);
        },
        options);
  }

  News news_;
  std::unique_ptr<HttpServer> server_;
};

TEST_F(Feed, SaysWhatComesAndEndsWhenItIsOver) {
  RawClient client(port_of(*server_));
  client.send(kRequest);
  const std::string head = client.read_until("\r\n\r\n");
  EXPECT_NE(head.find("Transfer-Encoding: chunked"), std::string::npos) << head;
  news_.say("one\n");
  EXPECT_TRUE(client.read_until("one\n\r\n").ends_with("4\r\none\n\r\n"));
  news_.say("two\n");
  client.read_until("two\n\r\n");
  news_.finish();
  client.read_until("0\r\n\r\n");
  client.send("GET /next HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_TRUE(client.read_until("||\n").ends_with("GET /next||\n")) << "the connection can be used again";
}

TEST_F(Feed, ManyHoldNoWorker) {
  std::vector<std::unique_ptr<RawClient>> readers;
  for (int i = 0; i < 20; ++i) {
    readers.push_back(std::make_unique<RawClient>(port_of(*server_)));
    readers.back()->send(kRequest);
    readers.back()->read_until("\r\n\r\n");
  }
  RawClient other(port_of(*server_));
  other.send("GET /x HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_TRUE(other.read_until("||\n").ends_with("GET /x||\n"));
}

TEST_F(Feed, EndsWithTheClient) {
  {
    RawClient client(port_of(*server_));
    client.send(kRequest);
    client.read_until("\r\n\r\n");
    EXPECT_EQ(news_.readers(), 1);
  }
  EXPECT_TRUE(eventually([this] { return news_.readers() == 0; }));
}

TEST_F(Feed, IsAskedALastTimeWhenTheServerStops) {
  RawClient client(port_of(*server_));
  client.send(kRequest);
  client.read_until("\r\n\r\n");
  news_.say("bye\n");
  constexpr int64_t kGraceNs = 30'000'000'000;
  server_->stop(kGraceNs);
  EXPECT_NE(client.read_all().find("bye\n\r\n0\r\n\r\n"), std::string::npos);
  EXPECT_EQ(news_.readers(), 0);
}

TEST_F(Feed, OldClientsGetItUntilTheConnectionCloses) {
  RawClient client(port_of(*server_));
  client.send("GET /feed HTTP/1.0\r\n\r\n");
  client.read_until("\r\n\r\n");
  news_.say("one\n");
  news_.finish();
  EXPECT_TRUE(client.read_all().ends_with("one\n"));
}

TEST_F(Feed, WhatItThrowsEndsIt) {
  const auto server = testing::serve([](const ServerRequest&) {
    ServerResponse response;
    response.feed = [](std::string&) -> bool { throw std::runtime_error("broken"); };
    return response;
  });
  RawClient client(port_of(*server));
  client.send(kRequest);
  EXPECT_NE(client.read_until("0\r\n\r\n").find("200 OK"), std::string::npos);
}

}  // namespace
}  // namespace narthex::net
