// OAuth 2 of the client: when tokens are fetched, how often, and what happens when they cannot be.
#include "net/detail/oauth2.h"

#include <gtest/gtest.h>

#include <atomic>

#include "net/detail/encoding.h"
#include "tests/unit/net/jwt_support.h"
#include "tests/unit/net/proxy_support.h"

namespace narthex::net {
namespace {

using testing::BlockingClient;
using testing::Gate;
using testing::Identity;
using testing::make_identity;
using testing::ok;
using testing::request_to;
using testing::ScriptedServer;
using testing::TestProxy;

// A token endpoint; each of its answers is another token.
class TokenServer {
 public:
  using Answer = std::function<ServerResponse(const ServerRequest&, int number)>;
  explicit TokenServer(Answer answer)
      : server_(testing::serve([this, answer](const ServerRequest& request) { return answer(request, ++requests_); })) {
  }
  std::string url() const { return testing::url_of(*server_, "/token"); }
  int requests() const { return requests_; }

 private:
  std::atomic<int> requests_ = 0;
  std::unique_ptr<HttpServer> server_;
};

ServerResponse token(int number, int expires_in = 3600) {
  ServerResponse out = testing::text("{\"access_token\":\"t" + std::to_string(number) +
                                     "\",\"expires_in\":" + std::to_string(expires_in) + "}");
  out.headers = {{"Content-Type", "application/json"}};
  return out;
}

ServerResponse refusal(int status, const std::string& body) {
  ServerResponse out = testing::text(body);
  out.headers = {{"Content-Type", "application/json"}};
  out.status = status;
  return out;
}

HttpClientOptions with_oauth2(const std::string& token_url) {
  HttpClientOptions options;
  options.oauth2.emplace();
  options.oauth2->client_id = "id";
  options.oauth2->client_secret.value = "sesame";
  options.oauth2->token_url = token_url;
  return options;
}

// Tells what the target was shown.
std::unique_ptr<HttpServer> target() {
  return testing::serve(
      [](const ServerRequest& request) { return testing::text(std::string(request.header("Authorization"))); });
}

TEST(OAuth2, FetchesATokenOnceAndShowsIt) {
  std::string seen;
  TokenServer tokens([&](const ServerRequest& request, int number) {
    seen = request.method + ' ' + request.body + ' ' + std::string(request.header("Authorization")) + ' ' +
           std::string(request.header("Content-Type"));
    return token(number);
  });
  const auto server = target();
  HttpClientOptions options = with_oauth2(tokens.url());
  options.oauth2->scopes = {"a", "b"};
  BlockingClient client(options);
  EXPECT_EQ(tokens.requests(), 0) << "not before it is needed";
  for (int i = 0; i < 3; ++i) EXPECT_EQ(client.text(testing::url_of(*server)), "200 Bearer t1");
  EXPECT_EQ(tokens.requests(), 1);
  EXPECT_EQ(seen, "POST grant_type=client_credentials&scope=a+b " + basic_authorization("id", "sesame") +
                      " application/x-www-form-urlencoded");
}

TEST(OAuth2, TheTokenGoesBeforeOtherCredentials) {
  TokenServer tokens([](const ServerRequest&, int number) { return token(number); });
  const auto server = target();
  BlockingClient client(with_oauth2(tokens.url()));
  Request request = request_to("http://u:p@127.0.0.1:" + std::to_string(testing::port_of(*server)) + "/");
  request.headers = {{"Authorization", "mine"}};
  EXPECT_EQ(client.text(std::move(request)), "200 Bearer t1");
}

TEST(OAuth2, TokensAreReplacedTenSecondsBeforeTheyExpire) {
  for (const auto& [expires_in, fetches] : {std::pair{0, 1}, {3600, 1}, {9, 3}, {-1, 3}}) {
    TokenServer tokens([expires = expires_in](const ServerRequest&, int number) { return token(number, expires); });
    const auto server = target();
    BlockingClient client(with_oauth2(tokens.url()));
    for (int i = 0; i < 3; ++i) client.get(testing::url_of(*server));
    EXPECT_EQ(tokens.requests(), fetches) << expires_in;
  }
}

TEST(OAuth2, TheFormIsTriedWhereTheHeaderIsRefused) {
  TokenServer tokens([](const ServerRequest& request, int number) {
    if (!request.header("Authorization").empty()) return refusal(401, "{}");
    const auto form = form_decode(request.body);
    return form.at("client_id") == "id" && form.at("client_secret") == "sesame" ? token(number, 5) : refusal(400, "{}");
  });
  const auto server = target();
  BlockingClient client(with_oauth2(tokens.url()));
  EXPECT_EQ(client.text(testing::url_of(*server)), "200 Bearer t2");
  EXPECT_EQ(client.text(testing::url_of(*server)), "200 Bearer t3") << "what worked is remembered";
}

TEST(OAuth2, ManyRequestsWaitForOneFetch) {
  Gate gate;
  TokenServer tokens([&gate](const ServerRequest&, int number) {
    gate.pass();
    return token(number);
  });
  const auto server = target();
  BlockingClient client(with_oauth2(tokens.url()));
  std::thread opener([&gate] {
    gate.wait_for(1);
    gate.open();
  });
  std::vector<Request> requests;
  for (int i = 0; i < 50; ++i) requests.push_back(request_to(testing::url_of(*server)));
  for (const Outcome& outcome : client.send_all(std::move(requests))) {
    EXPECT_EQ(testing::text_of(outcome), "200 Bearer t1");
  }
  opener.join();
  EXPECT_EQ(tokens.requests(), 1);
}

TEST(OAuth2, WaitingCountsAgainstTheDeadlineAndTheFetchGoesOn) {
  Gate gate;
  TokenServer tokens([&gate](const ServerRequest&, int number) {
    gate.pass();
    return token(number);
  });
  const auto server = target();
  BlockingClient client(with_oauth2(tokens.url()));
  Request request = request_to(testing::url_of(*server));
  request.timeout_ns = 50'000'000;
  const Outcome outcome = client.send(std::move(request));
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().error.code, Code::kTimeout);
  EXPECT_EQ(outcome.error().phase, FailedPhase::kCredentials);
  EXPECT_EQ(testing::text_of(outcome), "Get \"" + testing::url_of(*server) + "\": context deadline exceeded");
  gate.wait_for(1);
  gate.open();
  EXPECT_EQ(client.text(testing::url_of(*server)), "200 Bearer t1");
  EXPECT_EQ(tokens.requests(), 1);
}

TEST(OAuth2, CancelEndsTheFetch) {
  const ScriptedServer mute({[](ScriptedServer::Peer& peer) { peer.wait_for_close(); }});
  BlockingClient client(with_oauth2(mute.url()));
  std::promise<Outcome> done;
  client.run_on_reactor([&] {
    client.client().send(request_to("http://127.0.0.1:1/"),
                         [&](Outcome outcome) { done.set_value(std::move(outcome)); });
  });
  EXPECT_TRUE(testing::eventually([&] { return mute.connections() == 1; }));
  client.run_on_reactor([&] { client.client().cancel_all(); });
  EXPECT_EQ(testing::text_of(done.get_future().get()), "Get \"http://127.0.0.1:1/\": context canceled");
}

TEST(OAuth2, AClientMayGoWhileATokenIsFetched) {
  Gate gate;
  TokenServer tokens([&gate](const ServerRequest&, int number) {
    gate.pass();
    return token(number);
  });
  const auto server = target();
  Reactor reactor("drop");
  std::promise<Outcome> done;
  reactor.post([&] {
    const auto client = *HttpClient::create(reactor, with_oauth2(tokens.url()), "agent");
    client->send(request_to(testing::url_of(*server)), [&](Outcome outcome) { done.set_value(std::move(outcome)); });
  });
  gate.wait_for(1);
  gate.open();
  EXPECT_EQ(testing::text_of(done.get_future().get()), "200 Bearer t1");
}

TEST(OAuth2, AReactorMayEndWhileATokenIsFetched) {
  const ScriptedServer mute({[](ScriptedServer::Peer& peer) { peer.wait_for_close(); }});
  const auto witness = std::make_shared<int>(0);
  {
    Reactor reactor("end");
    reactor.post([&] {
      const auto client = *HttpClient::create(reactor, with_oauth2(mute.url()), "agent");
      client->send(request_to("http://127.0.0.1:1/"), [witness](Outcome) { FAIL() << "nobody is there to answer"; });
    });
    EXPECT_TRUE(testing::eventually([&] { return mute.connections() == 1; }));
  }
  EXPECT_EQ(witness.use_count(), 1);
}

TEST(OAuth2, AChangedSecretFileDropsTheToken) {
  TokenServer tokens([](const ServerRequest& request, int) {
    ServerResponse out = token(0);
    out.body = "{\"access_token\":\"" + base64_url(request.header("Authorization")) + "\"}";
    return out;
  });
  const testing::TemporaryFolder folder;
  const auto server = target();
  HttpClientOptions options = with_oauth2(tokens.url());
  options.oauth2->client_secret = {"", folder.file("secret", " one\n")};
  BlockingClient client(options);
  const auto shown = [](const char* secret) { return "200 Bearer " + base64_url(basic_authorization("id", secret)); };
  EXPECT_EQ(client.text(testing::url_of(*server)), shown("one"));
  EXPECT_EQ(client.text(testing::url_of(*server)), shown("one"));
  EXPECT_EQ(tokens.requests(), 1);
  folder.file("secret", "two\n");
  EXPECT_EQ(client.text(testing::url_of(*server)), shown("two"));
  EXPECT_EQ(tokens.requests(), 2);
}

TEST(OAuth2, ASecretThatChangesDuringAFetchCounts) {
  Gate gate;
  TokenServer tokens([&gate](const ServerRequest& request, int number) {
    if (number == 1) gate.pass();
    return request.header("Authorization") == basic_authorization("id", "two") ? token(number) : refusal(401, "{}");
  });
  const testing::TemporaryFolder folder;
  const auto server = target();
  HttpClientOptions options = with_oauth2(tokens.url());
  options.oauth2->client_secret = {"", folder.file("secret", "one")};
  BlockingClient client(options);
  std::promise<std::string> texts[2];
  const auto send = [&](std::promise<std::string>& text) {
    client.run_on_reactor([&] {
      client.client().send(request_to(testing::url_of(*server)),
                           [&text](const Outcome& outcome) { text.set_value(testing::text_of(outcome)); });
    });
  };
  send(texts[0]);
  gate.wait_for(1);
  folder.file("secret", "two");
  send(texts[1]);
  client.run_on_reactor([] {});
  gate.open();
  for (auto& text : texts) EXPECT_EQ(text.get_future().get(), "200 Bearer t2");
}

TEST(OAuth2, FailuresAreGos) {
  const auto server = target();
  const std::string prefix = "Get \"" + testing::url_of(*server) + "\": ";
  const auto failure = [&](const HttpClientOptions& options) {
    BlockingClient client(options);
    const Outcome outcome = client.get(testing::url_of(*server));
    EXPECT_FALSE(outcome);
    EXPECT_EQ(outcome.error().phase, FailedPhase::kCredentials);
    const std::string text = testing::text_of(outcome);
    return text.starts_with(prefix) ? text.substr(prefix.size()) : "no prefix: " + text;
  };
  TokenServer refusing([](const ServerRequest&, int) { return refusal(401, "who is sesame?"); });
  EXPECT_EQ(failure(with_oauth2(refusing.url())),
            "oauth2: cannot fetch token: 401 Unauthorized\nResponse: who is <secret>?");
  EXPECT_EQ(refusing.requests(), 2) << "both ways were tried";
  const std::string refused = "dial tcp 127.0.0.1:1: connect: connection refused";
  EXPECT_EQ(failure(with_oauth2("http://u:hush@127.0.0.1:1/t")), "Post \"http://u:***@127.0.0.1:1/t\": " + refused);
  EXPECT_EQ(failure(with_oauth2("not a url")), "Post \"not%20a%20url\": unsupported protocol scheme \"\"");
  HttpClientOptions unreadable = with_oauth2(refusing.url());
  unreadable.oauth2->client_secret = {"", "/nonexistent/s"};
  EXPECT_EQ(
      failure(unreadable),
      "unable to read oauth2 client secret: unable to read file /nonexistent/s: open /nonexistent/s: no such file "
      "or directory");
  HttpClientOptions distrusting = with_oauth2(refusing.url());
  distrusting.oauth2->tls.ca_file = "/nonexistent/ca";
  EXPECT_EQ(failure(distrusting),
            "unable to read CA cert: unable to read file /nonexistent/ca: open /nonexistent/ca: no such file or "
            "directory");
  HttpClientOptions jwt = with_oauth2("http://127.0.0.1:1/t");
  jwt.oauth2->grant_type = "urn:ietf:params:oauth:grant-type:jwt-bearer";
  EXPECT_EQ(failure(jwt), "invalid key: Key must be a PEM encoded PKCS1 or PKCS8 key");
  jwt.oauth2->client_certificate_key.value = make_identity({.rsa = true}).key_pem();
  EXPECT_EQ(failure(jwt), "oauth2: cannot fetch token: Post \"http://127.0.0.1:1/t\": " + refused);
}

TEST(OAuth2, AFailureIsNotKept) {
  TokenServer tokens([](const ServerRequest&, int number) { return number <= 2 ? refusal(503, "") : token(number); });
  const auto server = target();
  BlockingClient client(with_oauth2(tokens.url()));
  EXPECT_NE(client.text(testing::url_of(*server)), "200 Bearer t3");
  EXPECT_EQ(client.text(testing::url_of(*server)), "200 Bearer t3");
}

TEST(OAuth2, AssertionsAreSignedWithTheKeyOfTheFile) {
  const Identity signer = make_identity({.rsa = true});
  TokenServer tokens([&signer](const ServerRequest& request, int number) {
    const auto form = form_decode(request.body);
    const testing::Jwt assertion = testing::read_jwt(form.at("assertion"), signer.key.get());
    const bool fine = assertion.genuine && assertion.header.find("\"kid\":\"k\"") != std::string::npos &&
                      form.at("grant_type") == "urn:ietf:params:oauth:grant-type:jwt-bearer" &&
                      request.header("Authorization").empty();
    return fine ? token(number) : refusal(400, form.at("assertion"));
  });
  const testing::TemporaryFolder folder;
  const auto server = target();
  HttpClientOptions options = with_oauth2(tokens.url());
  options.oauth2->grant_type = "urn:ietf:params:oauth:grant-type:jwt-bearer";
  options.oauth2->client_certificate_key_id = "k";
  options.oauth2->client_certificate_key.file = folder.file("key", make_identity({.rsa = true}).key_pem());
  BlockingClient client(options);
  EXPECT_EQ(
      client.text(testing::url_of(*server)),
      "Get \"" + testing::url_of(*server) + "\": oauth2: cannot fetch token: 400 Bad Request\nResponse: <secret>");
  folder.file("key", signer.key_pem());
  EXPECT_EQ(client.text(testing::url_of(*server)), "200 Bearer t2");
}

TEST(OAuth2, TheTokenEndpointHasTlsAndProxyOfItsOwn) {
  const Identity authority = make_identity({.common_name = "authority", .is_authority = true});
  const Identity identity = make_identity({.names = "DNS:tokens.test"}, &authority);
  const auto tokens = testing::tls_server({.identity = &identity, .body = "{\"access_token\":\"far\"}"});
  TestProxy proxy({.targets = {{"tokens.test:443", tokens->port()}}});
  const auto server = target();
  HttpClientOptions options = with_oauth2("https://tokens.test/");
  BlockingClient direct(options);
  EXPECT_TRUE(direct.text(testing::url_of(*server)).find("lookup tokens.test") != std::string::npos);
  options.oauth2->tls.ca = authority.certificate_pem();
  options.oauth2->proxy.url = proxy.url("http");
  BlockingClient client(options);
  EXPECT_EQ(client.text(testing::url_of(*server)), "200 Bearer far");
  EXPECT_EQ(proxy.asked().size(), 1U) << "the target is not asked through it";
}

TEST(OAuth2, TheTokenStaysAtItsHost) {
  TokenServer tokens([](const ServerRequest&, int number) { return token(number); });
  TestProxy proxy({.answer = [](const std::string& head) {
    const auto redirect = [](const char* to) {
      return "HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + std::string(to) + "\r\n\r\n";
    };
    if (head.starts_with("GET http://a.test/ ")) return redirect("http://sub.a.test/");
    if (head.starts_with("GET http://c.test/ ")) return redirect("http://b.test/");
    return ok(head.find("Bearer t1") != std::string::npos ? "token" : "no token");
  }});
  HttpClientOptions options = with_oauth2(tokens.url());
  options.proxy.url = proxy.url("http");
  BlockingClient client(options);
  EXPECT_EQ(client.text("http://a.test/"), "200 token");
  EXPECT_EQ(client.text("http://c.test/"), "200 no token");
}

}  // namespace
}  // namespace narthex::net
