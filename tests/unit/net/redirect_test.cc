// Redirects: scrape spec, section 5.1.
#include "net/detail/redirect.h"

#include <gtest/gtest.h>

#include "tests/unit/net/support.h"

namespace narthex::net {
namespace {

using testing::BlockingClient;
using testing::request_to;

ServerResponse redirect(int status, const std::string& location) {
  ServerResponse out;
  out.status = status;
  out.headers = {{"Location", location}};
  out.body = "moved";
  return out;
}

// Counts down in the path: /3 leads to /2, …, /0 answers.
ServerResponse count_down(const ServerRequest& request) {
  const int left = std::stoi(request.path.substr(1));
  if (left > 0) return redirect(302, std::to_string(left - 1));
  ServerResponse out;
  out.body = "there";
  return out;
}

TEST(Redirect, NineAreFollowedAndTheTenthIsNot) {
  const auto server = testing::serve(count_down);
  BlockingClient client;
  const Outcome nine = client.get(testing::url_of(*server, "/9"));
  EXPECT_EQ(testing::text_of(nine), "200 there");
  EXPECT_EQ(nine->url, testing::url_of(*server, "/0"));
  EXPECT_EQ(server->stats().requests, 10U);
  EXPECT_EQ(server->stats().connections_accepted, 1U) << "short bodies of redirects are read, the connection is kept";
  EXPECT_EQ(client.text(testing::url_of(*server, "/10")), "Get \"0\": stopped after 10 redirects");
  EXPECT_EQ(server->stats().requests, 20U);
}

TEST(Redirect, IsAnAnswerWhenNotFollowed) {
  const auto server = testing::serve(count_down);
  HttpClientOptions options;
  options.follow_redirects = false;
  BlockingClient client(options);
  EXPECT_EQ(client.text(testing::url_of(*server, "/1")), "302 moved");
}

TEST(Redirect, KeepsOrChangesTheMethod) {
  const auto server = testing::serve([](const ServerRequest& request) {
    if (request.path == "/to") {
      ServerResponse out;
      out.body = request.method + ':' + request.body;
      return out;
    }
    return redirect(std::stoi(request.path.substr(1)), "/to");
  });
  BlockingClient client;
  for (const auto& [status, expected] : {std::pair{"/301", "200 GET:"},
                                         {"/302", "200 GET:"},
                                         {"/303", "200 GET:"},
                                         {"/307", "200 POST:body"},
                                         {"/308", "200 POST:body"},
                                         {"/300", "300 moved"},
                                         {"/305", "305 moved"}}) {
    Request request = request_to(testing::url_of(*server, status));
    request.method = "POST";
    request.body = "body";
    EXPECT_EQ(client.text(std::move(request)), expected) << status;
  }
}

TEST(Redirect, RepeatsHeadersAndNamesWhereItComesFrom) {
  const auto server = testing::serve([](const ServerRequest& request) {
    if (request.path == "/a") return redirect(302, "/b");
    ServerResponse out;
    out.body = std::string(request.header("Accept")) + '|' + std::string(request.header("Referer"));
    return out;
  });
  BlockingClient client;
  const std::string port = std::to_string(server->ports().front());
  Request request = request_to("http://u:p@127.0.0.1:" + port + "/a?x#f");
  request.headers = {{"Accept", "x/y"}};
  EXPECT_EQ(client.text(std::move(request)), "200 x/y|http://127.0.0.1:" + port + "/a?x");
}

TEST(Redirect, SecretsStayAtTheFirstHostForGood) {
  std::string port;
  // 127.0.0.1/first → localhost/second → 127.0.0.1/third
  const auto server = testing::serve([&port](const ServerRequest& request) {
    if (request.path == "/same") return redirect(302, "/third");
    if (request.path == "/first") return redirect(302, "http://localhost:" + port + "/second");
    if (request.path == "/second") return redirect(302, "http://127.0.0.1:" + port + "/third");
    ServerResponse out;
    for (const char* name : {"Authorization", "Cookie", "X-Other"}) out.body += std::string(request.header(name)) + '|';
    return out;
  });
  port = std::to_string(server->ports().front());
  HttpClientOptions options;
  options.authorization = Authorization{"Bearer", {"secret", ""}};
  options.headers["Cookie"].values = {"c"};
  options.headers["X-Other"].secrets = {"o"};
  BlockingClient client(options);
  EXPECT_EQ(client.text(testing::url_of(*server, "/same")), "200 Bearer secret|c|o|");
  EXPECT_EQ(client.text(testing::url_of(*server, "/first")), "200 ||o|");
}

TEST(Redirect, FailuresNameTheNewUrl) {
  const auto server = testing::serve([](const ServerRequest& request) {
    if (request.path == "/refused") return redirect(302, "http://127.0.0.1:1/x");
    if (request.path == "/bad") return redirect(302, "http://h:y/");
    return redirect(302, "ftp://h/");
  });
  BlockingClient client;
  EXPECT_EQ(client.text(testing::url_of(*server, "/refused")),
            "Get \"http://127.0.0.1:1/x\": dial tcp 127.0.0.1:1: connect: connection refused");
  EXPECT_EQ(
      client.text(testing::url_of(*server, "/bad")),
      "Get \"" + testing::url_of(*server, "/bad") +
          "\": failed to parse Location header \"http://h:y/\": parse \"http://h:y/\": invalid port \":y\" after host");
  EXPECT_EQ(client.text(testing::url_of(*server, "/ftp")), "Get \"ftp://h/\": unsupported protocol scheme \"ftp\"");
}

TEST(Redirect, IsDecidedByStatusAndLocation) {
  struct Case {
    const char* from;
    int status;
    const char* location;
    const char* expected;  // "url referer"
  };
  const Case cases[] = {
      {"http://a/x/y?z", 302, "w", "http://a/x/w http://a/x/y?z"},
      {"http://a/x/y?z", 302, "../w?q#f", "http://a/w?q#f http://a/x/y?z"},
      {"http://a/x/y?z", 302, "?q", "http://a/x/y?q http://a/x/y?z"},
      {"http://a/x", 302, "//b:1/w", "http://b:1/w http://a/x"},
      {"http://a/x", 302, "https://a/w", "https://a/w http://a/x"},
      {"https://a/x", 302, "https://b/w", "https://b/w https://a/x"},
      {"https://a/x", 302, "http://a/w", "http://a/w "},
      {"http://u:p@a/x#f", 302, "/w", "http://u:p@a/w http://a/x"},
      {"http://a/x", 302, "", "none"},
      {"http://a/x", 304, "/w", "none"},
      {"http://a/x", 200, "/w", "none"},
  };
  for (const Case& each : cases) {
    const auto next = decide_redirect(each.status, each.location, "GET", *parse_url(each.from));
    ASSERT_TRUE(next);
    EXPECT_EQ(*next ? (*next)->url.str(true) + ' ' + (*next)->referer : "none", each.expected) << each.location;
  }
}

TEST(Redirect, LongBodiesAreNotWaitedFor) {
  const testing::ScriptedServer server(
      {[](testing::ScriptedServer::Peer& peer) {
         peer.read_head();
         peer.send("HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 100000\r\n\r\nbegin");
         peer.wait_for_close();
       },
       [](testing::ScriptedServer::Peer& peer) {
         peer.read_head();
         peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
       }});
  BlockingClient client;
  EXPECT_EQ(client.text(server.url()), "200 ok");
}

}  // namespace
}  // namespace narthex::net
