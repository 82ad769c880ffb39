// Requests that fail in every way while they carry secrets, whose errors must not show them.
#include <gtest/gtest.h>

#include <algorithm>

#include "net/detail/encoding.h"
#include "tests/unit/net/proxy_support.h"

namespace narthex::net {
namespace {

using testing::BlockingClient;
using testing::Identity;
using testing::make_identity;
using testing::request_to;
using testing::ScriptedServer;
using testing::TestProxy;

// Every secret here contains this word, and nothing else does.
constexpr std::string_view kMarker = "hunter2";

std::string secret(const std::string& what) { return what + '-' + std::string(kMarker) + '-' + what; }

// In every form it may have on its way.
bool shows_a_secret(const std::string& text) {
  if (text.find(kMarker) != std::string::npos) return true;
  // Base64 has one of three forms, by where the word begins.
  for (const char* front : {"", "x", "xy"}) {
    const std::string coded = base64(std::string(front).append(kMarker));
    if (text.find(coded.substr(4, coded.size() - 8)) != std::string::npos) return true;
  }
  return false;
}

// A server that says back what it was told, in the place that `format` marks with '%', and hangs up.
std::unique_ptr<ScriptedServer> echoing(const std::string& format) {
  std::vector<ScriptedServer::Script> scripts{[format](ScriptedServer::Peer& peer) {
    std::string told = peer.read_bytes(3);
    if (told == "GET" || told == "POS" || told == "CON") told += peer.read_head();  // else TLS, or SOCKS
    const size_t length = told.find("Content-Length: ");
    if (length != std::string::npos) told += peer.read_bytes(std::stoul(told.substr(length + 16)));
    std::replace_if(
        told.begin(), told.end(), [](char c) { return c == '\r' || c == '\n'; }, ' ');
    std::string answer = format;
    peer.send(answer.replace(answer.find('%'), 1, told));
  }};
  return std::make_unique<ScriptedServer>(std::move(scripts));
}

class Secrets : public ::testing::Test {
 protected:
  // A client with credentials of each kind at once, but of those that exclude each other only the one that is named.
  HttpClientOptions options(const std::string& kind) const {
    HttpClientOptions out;
    out.headers["X-Api-Key"].secrets = {secret("header")};
    out.headers["X-From-File"].files = {folder_.file("header", secret("header-file"))};
    if (kind == "basic") out.basic_auth = BasicAuth{"user", "", {"", folder_.file("pw", secret("password"))}};
    if (kind == "bearer") out.authorization = Authorization{"Bearer", {secret("token"), ""}};
    if (kind == "oauth2" || kind == "jwt") {
      out.oauth2.emplace();
      out.oauth2->client_id = "id";
      out.oauth2->client_secret.value = secret("client");
      out.oauth2->token_url = "http://127.0.0.1:1/token";
    }
    if (kind == "jwt") {
      out.oauth2->grant_type = "urn:ietf:params:oauth:grant-type:jwt-bearer";
      out.oauth2->client_certificate_key.value = secret("key");
    }
    return out;
  }

  void expect_hidden(const HttpClientOptions& wanted, const std::string& url) const {
    BlockingClient client(wanted);
    Request request = request_to(url);
    request.headers = {{"Cookie", secret("cookie")}};
    const Outcome outcome = client.send(std::move(request));
    ASSERT_FALSE(outcome) << url;
    const std::string text = outcome.error().error.str();
    EXPECT_FALSE(text.empty());
    EXPECT_FALSE(shows_a_secret(text)) << text;
  }

  const testing::TemporaryFolder folder_;
};

TEST_F(Secrets, AreRecognised) {
  EXPECT_TRUE(shows_a_secret("a hunter2 b"));
  for (const char* user : {"a", "bc", "def"}) EXPECT_TRUE(shows_a_secret(basic_authorization(user, secret("pw"))));
  EXPECT_FALSE(shows_a_secret("hunter1 and <secret>"));
}

TEST_F(Secrets, OfFailedRequestsAreNotTold) {
  const auto silent = ScriptedServer::answering("");
  const auto nonsense = echoing("HTTP/1.1 2x0 OK\r\nX: %\r\n\r\n");
  const auto cut_off = echoing("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n%");
  const std::string user = "http://me:" + secret("url") + "@";
  for (const char* kind : {"basic", "bearer", "oauth2", "jwt"}) {
    for (const std::string& target :
         {std::string("127.0.0.1:1/"), std::string("127.0.0.1:99999/"), std::string("no-such-host.invalid/"),
          std::string("a b/"), silent->url().substr(7), nonsense->url().substr(7), cut_off->url().substr(7)}) {
      expect_hidden(options(kind), user + target);
    }
    expect_hidden(options(kind), "ftp://me:" + secret("url") + "@h/");
    expect_hidden(options(kind), "http://me:" + secret("url") + "/x@h/");
  }
}

TEST_F(Secrets, ThatCannotBeSentAreNotTold) {
  HttpClientOptions broken = options("none");
  broken.headers["X-Bad"].secrets = {secret("a\nb")};
  expect_hidden(broken, "http://127.0.0.1:1/");
  broken = options("none");
  broken.authorization = Authorization{"Bearer", {secret("a\nb"), ""}};
  expect_hidden(broken, "http://127.0.0.1:1/");
  broken = options("none");
  broken.proxy.url = "http://127.0.0.1:1";
  broken.proxy.connect_headers["X-Bad"] = {secret("a\nb")};
  expect_hidden(broken, "https://a.test/");
  broken.headers["X-From-File"].files = {"/nonexistent"};
  expect_hidden(broken, "http://127.0.0.1:1/");
}

TEST_F(Secrets, OfRedirectsAreNotTold) {
  const std::string to = "http://me:" + secret("location") + "@";
  for (const std::string& location :
       {to + "127.0.0.1:1/", to + "a b/", to + "h:port/", "ftp" + to.substr(4) + "h/", std::string("/")}) {
    const auto server =
        ScriptedServer::answering("HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + location + "\r\n\r\n");
    expect_hidden(options("bearer"),
                  "http://me:" + secret("url") + "@127.0.0.1:" + std::to_string(server->port()) + "/");
  }
}

TEST_F(Secrets, OfTokenEndpointsAreNotTold) {
  const char* const echoes[] = {
      "HTTP/1.1 401 Unauthorized\r\n\r\n%",
      "HTTP/1.1 401 %\r\n\r\n",
      "HTTP/1.1 400 Bad Request\r\n\r\n{\"error\":\"no\",\"error_description\":\"%\"}",
      "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nerror=%",
      "HTTP/1.1 200 OK\r\n\r\n%",
  };
  for (const char* answer : echoes) {
    const auto server = echoing(answer);
    HttpClientOptions wanted = options("oauth2");
    wanted.oauth2->token_url = "http://127.0.0.1:" + std::to_string(server->port()) + "/";
    expect_hidden(wanted, "http://127.0.0.1:1/");
    wanted.oauth2->token_url = "http://me:" + secret("url") + "@127.0.0.1:" + std::to_string(server->port()) + "/";
    expect_hidden(wanted, "http://127.0.0.1:1/");
  }
  HttpClientOptions leads_on = options("oauth2");
  leads_on.oauth2->token_url = "http://me:" + secret("url") + "@h:port/";
  expect_hidden(leads_on, "http://127.0.0.1:1/");
}

TEST_F(Secrets, ThatARefusingTargetRepeatsAreNotTold) {
  for (const char* answer : {"HTTP/1.1 401 No\r\n\r\n%", "HTTP/1.1 500 %\r\nContent-Length: 0\r\n\r\n"}) {
    const auto server = echoing(answer);
    for (const char* kind : {"basic", "bearer"}) {
      BlockingClient client(options(kind));
      const Outcome outcome = client.send(request_to("http://127.0.0.1:" + std::to_string(server->port()) + "/"));
      ASSERT_TRUE(outcome) << outcome.error().error.message;
      const std::string text = outcome->reason + outcome->body;
      EXPECT_NE(text.find("<secret>"), std::string::npos) << text;
      EXPECT_FALSE(shows_a_secret(text)) << text;
    }
  }
}

TEST_F(Secrets, OfProxiesAreNotTold) {
  const auto echo = echoing("HTTP/1.1 407 %\r\n\r\n");
  const auto nonsense = echoing("NO HTTP %\r\n\r\n");
  TestProxy socks({.socks = true, .username = "me", .password = "other"});
  const std::string user = "me:" + secret("proxy") + "@127.0.0.1:";
  for (const std::string& proxy :
       {"http://" + user + "1", "https://" + user + "1", "socks5://" + user + "1", "ftp://" + user + "1",
        "http://" + user + std::to_string(echo->port()), "http://" + user + std::to_string(nonsense->port()),
        "https://" + user + std::to_string(echo->port()), "socks5://" + user + std::to_string(socks.port()),
        "socks5://" + user + std::to_string(echo->port())}) {
    HttpClientOptions wanted = options("basic");
    wanted.proxy.url = proxy;
    wanted.proxy.connect_headers["X-Proxy-Key"] = {secret("connect")};
    expect_hidden(wanted, "https://me:" + secret("url") + "@a.test/");
    HttpClientOptions token = options("oauth2");
    token.oauth2->proxy = wanted.proxy;
    token.oauth2->token_url = "https://a.test/";
    expect_hidden(token, "http://a.test/");
  }
}

TEST_F(Secrets, OfTlsAreNotTold) {
  const Identity client = make_identity({.common_name = "client"});
  const std::string half_key = client.key_pem().substr(0, 80) + secret("key");
  for (const std::string& key : {secret("key"), half_key, make_identity({}).key_pem() + secret("key")}) {
    HttpClientOptions broken = options("basic");
    broken.tls.cert = client.certificate_pem();
    broken.tls.key.value = key;
    Reactor reactor("tls");
    const auto made = HttpClient::create(reactor, broken, "agent");
    ASSERT_FALSE(made);
    EXPECT_FALSE(shows_a_secret(made.error().str())) << made.error().str();
    HttpClientOptions token = options("oauth2");
    token.oauth2->tls = broken.tls;
    expect_hidden(token, "http://127.0.0.1:1/");
  }
  const auto stranger = testing::tls_server({.identity = &client});
  const auto plain = echoing("%");
  for (const auto* server : {stranger.get(), plain.get()}) {
    expect_hidden(options("basic"),
                  "https://me:" + secret("url") + "@127.0.0.1:" + std::to_string(server->port()) + "/");
  }
}

}  // namespace
}  // namespace narthex::net
