#include "net/http_client.h"

#include <gtest/gtest.h>

#include "tests/unit/net/support.h"

namespace narthex::net {
namespace {

using testing::BlockingClient;
using testing::request_to;
using testing::ScriptedServer;

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

}  // namespace
}  // namespace narthex::net
