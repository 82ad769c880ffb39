// Proxies: which requests go through which one, and what is said to it.
#include "net/detail/proxy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "tests/unit/net/proxy_support.h"

namespace narthex::net {
namespace {

using testing::BlockingClient;
using ::testing::HasSubstr;
using testing::Identity;
using testing::make_identity;
using testing::ok;
using testing::ProxySetup;
using testing::request_to;
using testing::ScriptedServer;
using testing::TestProxy;

HttpClientOptions through(const std::string& proxy, const std::string& no_proxy = "") {
  HttpClientOptions options;
  options.proxy.url = proxy;
  options.proxy.no_proxy = no_proxy;
  return options;
}

TEST(NoProxy, MatchesAsGoDoes) {
  struct Case {
    const char* list;
    const char* host;
    const char* port;
    bool expected;
  };
  const Case cases[] = {
      {"", "a.test", "80", false},
      {"", "localhost", "80", true},
      {"", "127.0.0.1", "80", true},
      {"", "127.8.9.1", "80", true},
      {"", "::1", "80", true},
      {"", "::ffff:127.0.0.1", "80", true},
      {"x", "LOCALHOST", "80", false},
      {"*", "a.test", "80", true},
      {"x,*,y", "10.0.0.1", "80", true},
      {"a.test", "a.test", "80", true},
      {"a.test", "A.TEST", "80", true},
      {" A.test , b.test", "b.test", "80", true},
      {"a.test", "sub.a.test", "80", true},
      {"a.test", "xa.test", "80", false},
      {".a.test", "a.test", "80", false},
      {".a.test", "sub.a.test", "80", true},
      {"*.a.test", "a.test", "80", false},
      {"*.a.test", "sub.sub.a.test", "80", true},
      {"a.test:8080", "a.test", "8080", true},
      {"a.test:8080", "a.test", "80", false},
      {"10.1.2.3", "10.1.2.3", "80", true},
      {"10.1.2.3", "10.1.2.4", "80", false},
      {"10.1.2.3:90", "10.1.2.3", "90", true},
      {"10.1.2.3:90", "10.1.2.3", "91", false},
      {"10.1.0.0/16", "10.1.255.3", "80", true},
      {"10.1.0.0/16", "10.2.0.3", "80", false},
      {"10.1.2.0/23", "10.1.3.9", "80", true},
      {"10.1.2.0/23", "10.1.4.9", "80", false},
      {"10.1.0.0/99", "10.1.0.0", "80", false},
      {"0.0.0.0/0", "9.9.9.9", "80", true},
      {"0.0.0.0/0", "2001:db8::1", "80", false},
      {"2001:db8::/32", "2001:db8:1::1", "80", true},
      {"2001:db8::1", "2001:db8::1", "80", true},
      {"[2001:db8::1]:90", "2001:db8::1", "90", true},
      {"[2001:db8::1]:90", "2001:db8::1", "91", false},
      {"10.1.2.3", "::ffff:10.1.2.3", "80", true},
      {",,:80, ,.", "a.test", "80", false},
      {"test", "10.0.0.1", "80", false},
      {"1", "10.0.0.1", "80", false},
  };
  for (const Case& each : cases) {
    EXPECT_EQ(NoProxy(each.list).matches(each.host, each.port), each.expected) << each.list << " / " << each.host;
  }
}

TEST(Proxies, AreChosenByTarget) {
  struct Case {
    const char* proxy;
    const char* no_proxy;
    const char* target;
    const char* expected;
  };
  const Case cases[] = {
      {"", "", "http://a.test/", "none"},
      {"http://p:1", "", "http://a.test/", "http://p:1"},
      {"http://p:1", "", "https://a.test/", "http://p:1"},
      {"http://p:1", "", "http://localhost/", "http://p:1"},
      {"http://p:1", "b.test", "http://localhost/", "none"},
      {"http://p:1", "b.test", "http://[::1]:9100/", "none"},
      {"http://p:1", "b.test", "http://a.test/", "http://p:1"},
      {"http://p:1", "a.test:80", "http://a.test/", "none"},
      {"http://p:1", "a.test:443", "https://a.test/", "none"},
      {"http://p:1", "a.test:443", "http://a.test/", "http://p:1"},
      {"p:3128", "", "http://a.test/", "http://p:3128"},
      {"10.0.0.1:3128", "", "http://a.test/", "http://10.0.0.1:3128"},
      {"socks5://p", "", "http://a.test/", "socks5://p"},
  };
  for (const Case& each : cases) {
    const auto proxies = Proxies::create({.url = each.proxy, .no_proxy = each.no_proxy, .connect_headers = {}});
    const Url* chosen = proxies->proxy_for(*parse_url(each.target));
    EXPECT_EQ(chosen == nullptr ? "none" : chosen->str(true), each.expected) << each.proxy << " / " << each.target;
  }
}

TEST(Proxies, ThatAreNoUrlsAreNotPassedBy) {
  Reactor reactor("refuse");
  const auto client = HttpClient::create(reactor, through("http://u:se cret@p/"), "agent");
  ASSERT_FALSE(client);
  EXPECT_EQ(client.error().message, "invalid proxy_url: parse \"http://u:***@p/\": net/url: invalid userinfo");
}

// Sets variables for one test; "" removes.
class Environment {
 public:
  explicit Environment(const std::map<std::string, std::string>& wanted) {
    for (const char* name : {"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy"}) {
      const char* before = ::getenv(name);
      before_[name] = before != nullptr ? before : "";
      const auto found = wanted.find(name);
      set(name, found == wanted.end() ? "" : found->second);
    }
  }
  ~Environment() {
    for (const auto& [name, value] : before_) set(name, value);
  }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  static void set(const std::string& name, const std::string& value) {
    if (value.empty()) {
      ::unsetenv(name.c_str());
    } else {
      ::setenv(name.c_str(), value.c_str(), 1);
    }
  }
  std::map<std::string, std::string> before_;
};

TEST(Proxies, ComeFromTheEnvironment) {
  struct Case {
    std::map<std::string, std::string> variables;
    const char* target;
    const char* expected;
  };
  const Case cases[] = {
      {{}, "http://a.test/", "none"},
      {{{"HTTP_PROXY", "http://p:1"}}, "http://a.test/", "http://p:1"},
      {{{"HTTP_PROXY", "http://p:1"}}, "https://a.test/", "none"},
      {{{"https_proxy", "p:2"}}, "https://a.test/", "http://p:2"},
      {{{"HTTP_PROXY", "http://upper"}, {"http_proxy", "http://lower"}}, "http://a.test/", "http://upper"},
      {{{"http_proxy", "http://p"}}, "http://localhost:9100/", "none"},
      {{{"http_proxy", "http://p"}}, "http://127.0.0.2/", "none"},
      {{{"http_proxy", "http://p"}, {"no_proxy", "a.test"}}, "http://x.a.test/", "none"},
      {{{"http_proxy", "http://p"}, {"NO_PROXY", "a.test"}}, "http://b.test/", "http://p"},
      {{{"http_proxy", "http://p q/"}}, "http://a.test/", "none"},
  };
  for (const Case& each : cases) {
    const Environment environment(each.variables);
    const auto proxies = Proxies::create({.url = "", .no_proxy = "", .from_environment = true, .connect_headers = {}});
    const Url* chosen = proxies->proxy_for(*parse_url(each.target));
    EXPECT_EQ(chosen == nullptr ? "none" : chosen->str(true), each.expected) << each.target;
  }
}

TEST(HttpProxy, IsAskedForTheWholeUrl) {
  TestProxy proxy({.answer = [](const std::string& head) { return ok(head); }});
  BlockingClient client(through(proxy.url("http", "me:pass%20word")));
  EXPECT_EQ(
      client.text("http://u:p@a.test:9100/m?x=y"),
      "200 GET http://a.test:9100/m?x=y HTTP/1.1\r\nHost: a.test:9100\r\nUser-Agent: narthex/test\r\n"
      "Authorization: Basic dTpw\r\nProxy-Authorization: Basic bWU6cGFzcyB3b3Jk\r\nAccept-Encoding: gzip\r\n\r\n");
  EXPECT_THAT(client.text("http://b.test"), HasSubstr("GET http://b.test/ HTTP/1.1\r\nHost: b.test\r\n"));
  EXPECT_EQ(proxy.connections(), 1U) << "one connection serves all hosts";
}

TEST(HttpProxy, MayItselfSpeakTls) {
  const Identity authority = make_identity({.common_name = "authority", .is_authority = true});
  const Identity identity = make_identity({.names = "IP:127.0.0.1,DNS:a.test"}, &authority);
  const auto target = testing::tls_server({.identity = &identity});
  TestProxy proxy({.tls = &identity, .targets = {{"a.test:443", target->port()}}});
  HttpClientOptions options = through(proxy.url("https"));
  options.tls.ca = authority.certificate_pem();
  BlockingClient client(options);
  EXPECT_EQ(client.text("http://a.test/"), "200 by proxy");
  // TLS inside TLS.
  EXPECT_EQ(client.text("https://a.test/"), "200 secure");
  EXPECT_EQ(client.text("https://a.test/"), "200 secure");
  EXPECT_EQ(proxy.connections(), 2U);
  BlockingClient distrusting(through(proxy.url("https")));
  EXPECT_EQ(distrusting.text("http://a.test/"),
            "Get \"http://a.test/\": proxyconnect tcp: tls: failed to verify certificate: x509: certificate signed by "
            "unknown authority");
}

TEST(HttpProxy, LongBodiesPassThroughTlsInsideTls) {
  const Identity authority = make_identity({.common_name = "authority", .is_authority = true});
  const Identity identity = make_identity({.names = "IP:127.0.0.1,DNS:a.test"}, &authority);
  const std::string body(3'000'000, 'b');
  const auto target = testing::tls_server({.identity = &identity, .body = body});
  TestProxy proxy({.tls = &identity, .targets = {{"a.test:443", target->port()}}});
  HttpClientOptions options = through(proxy.url("https"));
  options.tls.ca = authority.certificate_pem();
  BlockingClient client(options);
  EXPECT_TRUE(client.text("https://a.test/") == "200 " + body);
}

TEST(HttpProxy, TunnelsToHttps) {
  const Identity authority = make_identity({.common_name = "authority", .is_authority = true});
  const Identity identity = make_identity({.names = "DNS:a.test"}, &authority);
  const auto target = testing::tls_server(
      {.identity = &identity, .answer = [](const std::string& head, const std::string&) { return head; }});
  TestProxy proxy({.targets = {{"a.test:8443", target->port()}}});
  HttpClientOptions options = through(proxy.url("http", "me:secret"));
  options.tls.ca = authority.certificate_pem();
  options.proxy.connect_headers["X-Tunnel"] = {"one", "two"};
  BlockingClient client(options);
  EXPECT_EQ(client.text("https://a.test:8443/m"),
            "200 GET /m HTTP/1.1\r\nHost: a.test:8443\r\nUser-Agent: narthex/test\r\nAccept-Encoding: gzip\r\n\r\n")
      << "nothing that is for the proxy goes to the target";
  EXPECT_EQ(proxy.asked(), std::vector<std::string>{
                               "CONNECT a.test:8443 HTTP/1.1\r\nHost: a.test:8443\r\nUser-Agent: narthex/test\r\n"
                               "Proxy-Authorization: Basic bWU6c2VjcmV0\r\nX-Tunnel: one\r\nX-Tunnel: two\r\n\r\n"});
  EXPECT_TRUE(client.get("https://a.test:8443/m")->reused_connection);
}

TEST(HttpProxy, TunnelsThatAreRefused) {
  const std::pair<const char*, const char*> cases[] = {
      {"HTTP/1.1 403 Forbidden\r\n\r\n", "Forbidden"},
      {"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 2\r\n\r\nno", "Proxy Authentication Required"},
      {"HTTP/1.0 503 Not Here\n\n", "Not Here"},
      {"HTTP/1.1 204 No Content\r\n\r\n", "No Content"},
      {"HTTP/1.1 500\r\n\r\n", "unknown status code"},
      {"SSH-2.0\r\n\r\n", "malformed HTTP response \"SSH-2.0\""},
      {"HTTP/1.1 200 OK\r\n", "unexpected EOF"},
      {"HTTP/1.1 403 we know bWU6c2VjcmV0 and secret and hush-hush\r\n\r\n",
       "we know <secret> and <secret> and <secret>"},
  };
  for (const auto& [answer, expected] : cases) {
    TestProxy proxy({.refusal = answer});
    HttpClientOptions options = through(proxy.url("http", "me:secret"));
    options.proxy.connect_headers["X-Key"] = {"hush-hush"};
    BlockingClient client(options);
    EXPECT_EQ(client.text("https://a.test/"), std::string("Get \"https://a.test/\": ") + expected);
  }
}

TEST(HttpProxy, ThatCannotBeReachedIsNamed) {
  const std::pair<const char*, const char*> cases[] = {
      {"http://u:secret@127.0.0.1:1", "proxyconnect tcp: dial tcp 127.0.0.1:1: connect: connection refused"},
      {"https://127.0.0.1:1", "proxyconnect tcp: dial tcp 127.0.0.1:1: connect: connection refused"},
      {"socks5://127.0.0.1:1", "proxyconnect tcp: dial tcp 127.0.0.1:1: connect: connection refused"},
      {"ftp://127.0.0.1:1", "proxyconnect tcp: unsupported proxy scheme \"ftp\""},
      {"http://127.0.0.1:99999", "proxyconnect tcp: dial tcp: address 99999: invalid port"},
  };
  for (const auto& [proxy, expected] : cases) {
    BlockingClient client(through(proxy));
    EXPECT_EQ(client.text("http://a.test/m"), std::string("Get \"http://a.test/m\": ") + expected);
    EXPECT_EQ(client.text("https://a.test/m"), std::string("Get \"https://a.test/m\": ") + expected);
  }
}

TEST(HttpProxy, TheDeadlineCoversTheTunnel) {
  const ScriptedServer mute({[](ScriptedServer::Peer& peer) { peer.wait_for_close(); }});
  for (const char* scheme : {"http", "https", "socks5"}) {
    BlockingClient client(through(std::string(scheme) + "://127.0.0.1:" + std::to_string(mute.port())));
    Request request = request_to("https://a.test/");
    request.timeout_ns = 50'000'000;
    EXPECT_EQ(client.text(std::move(request)), "Get \"https://a.test/\": context deadline exceeded") << scheme;
  }
}

TEST(HttpProxy, IsPassedByForNoProxyAndUnixSockets) {
  const auto server = testing::serve([](const ServerRequest&) { return testing::text("direct"); });
  TestProxy proxy({});
  BlockingClient always(through(proxy.url("http")));
  EXPECT_EQ(always.text(testing::url_of(*server)), "200 by proxy") << "even this machine";
  BlockingClient sometimes(through(proxy.url("http"), "10.0.0.0/8"));
  EXPECT_EQ(sometimes.text(testing::url_of(*server)), "200 direct");
  Request request = request_to("http://localhost/m");
  request.unix_socket = "/nonexistent.sock";
  EXPECT_EQ(always.text(std::move(request)),
            "Get \"http://localhost/m\": dial unix /nonexistent.sock: connect: no such file or directory");
}

TEST(HttpProxy, RedirectsGoThroughItAndKeepSecretsAtTheirHost) {
  struct Case {
    const char* chain;  // hosts, one after the other
    const char* expected;
  };
  const Case cases[] = {
      {"a.test", "auth cookie other"},
      {"a.test a.test:8080 a.test", "auth cookie other"},
      {"a.test sub.a.test", "auth cookie other"},
      {"a.test sub.a.test x.sub.a.test a.test", "auth cookie other"},
      {"sub.a.test a.test", "other"},
      {"a.test b.test", "other"},
      {"a.test b.test a.test", "other"},
      {"a.test xa.test", "other"},
      {"a.test a.test.evil.test", "other"},
  };
  for (const Case& each : cases) {
    int hops = 0;
    TestProxy proxy({.answer = [&](const std::string& head) {
      std::string rest = std::string(each.chain) + ' ';
      for (int i = 0; i <= hops; ++i) rest.erase(0, rest.find(' ') + 1);
      ++hops;
      if (!rest.empty()) {
        return "HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: http://" + rest.substr(0, rest.find(' ')) +
               "/\r\n\r\n";
      }
      std::string seen;
      if (head.find("Authorization: Bearer tok") != std::string::npos) seen += "auth ";
      if (head.find("Cookie: c") != std::string::npos) seen += "cookie ";
      if (head.find("X-Other: o") != std::string::npos) seen += "other";
      return ok(seen);
    }});
    HttpClientOptions options = through(proxy.url("http"));
    options.authorization = Authorization{"Bearer", {"tok", ""}};
    options.headers["Cookie"].values = {"c"};
    options.headers["X-Other"].values = {"o"};
    BlockingClient client(options);
    const std::string first = std::string(each.chain).substr(0, std::string(each.chain).find(' '));
    EXPECT_EQ(client.text("http://" + first + "/"), std::string("200 ") + each.expected) << each.chain;
  }
}

TEST(SocksProxy, PassesEveryKindOfTarget) {
  const auto server = testing::serve([](const ServerRequest& request) {
    return testing::text(request.target + ' ' + std::string(request.header("Host")));
  });
  const uint16_t port = testing::port_of(*server);
  const auto start = [port](const std::string& username) {
    return std::make_unique<TestProxy>(
        ProxySetup{.socks = true,
                   .targets = {{"a.test:80", port}, {"10.1.2.3:9100", port}, {"[2001:db8::1]:80", port}},
                   .username = username,
                   .password = "secret"});
  };
  for (const auto& [asks, user] : {std::pair{"", ""}, {"", "me:secret"}, {"me", "me:secret"}}) {
    const auto proxy = start(asks);
    BlockingClient client(through(proxy->url("socks5", user)));
    EXPECT_EQ(client.text("http://a.test/m"), "200 /m a.test");
    EXPECT_EQ(client.text("http://10.1.2.3:9100/m"), "200 /m 10.1.2.3:9100");
    EXPECT_EQ(client.text("http://[2001:db8::1]/m"), "200 /m [2001:db8::1]");
    EXPECT_EQ(proxy->asked(), (std::vector<std::string>{"a.test:80", "10.1.2.3:9100", "[2001:db8::1]:80"}));
    EXPECT_TRUE(client.get("http://a.test/m")->reused_connection);
  }
}

TEST(SocksProxy, CarriesTls) {
  const Identity authority = make_identity({.common_name = "authority", .is_authority = true});
  const Identity identity = make_identity({.names = "DNS:a.test"}, &authority);
  const auto target = testing::tls_server({.identity = &identity});
  TestProxy proxy({.socks = true, .targets = {{"a.test:443", target->port()}}});
  HttpClientOptions options = through(proxy.url("socks5h"));
  options.tls.ca = authority.certificate_pem();
  BlockingClient client(options);
  EXPECT_EQ(client.text("https://a.test/"), "200 secure");
}

// The error behind `socks connect tcp <proxy>->a.test:80: `.
std::string socks_error(const std::string& proxy, uint16_t port) {
  BlockingClient client(through(proxy));
  const std::string text = client.text("http://a.test/");
  const std::string prefix =
      "Get \"http://a.test/\": socks connect tcp 127.0.0.1:" + std::to_string(port) + "->a.test:80: ";
  return text.starts_with(prefix) ? text.substr(prefix.size()) : "no prefix: " + text;
}

TEST(SocksProxy, SaysWhyNot) {
  for (const auto& [reply, expected] : {std::pair{1, "unknown error general SOCKS server failure"},
                                        {2, "unknown error connection not allowed by ruleset"},
                                        {5, "unknown error connection refused"},
                                        {8, "unknown error address type not supported"},
                                        {9, "unknown error unknown code: 9"}}) {
    TestProxy proxy({.socks = true, .socks_reply = static_cast<char>(reply)});
    EXPECT_EQ(socks_error(proxy.url("socks5"), proxy.port()), expected);
  }
  TestProxy asking({.socks = true, .username = "me", .password = "secret"});
  EXPECT_EQ(socks_error(asking.url("socks5"), asking.port()), "no acceptable authentication methods");
  EXPECT_EQ(socks_error(asking.url("socks5", "me:wrong"), asking.port()), "username/password authentication failed");
  EXPECT_EQ(socks_error(asking.url("socks5", ":pw"), asking.port()), "invalid username/password");
}

TEST(SocksProxy, NonsenseIsNamed) {
  const std::pair<std::string, const char*> cases[] = {
      {"", "EOF"},
      {"\5", "unexpected EOF"},
      {"HTTP/1.1 400 Bad\r\n\r\n", "unexpected protocol version 72"},
      {{"\5\7", 2}, "unsupported authentication method 7"},
      {{"\5\0\4\0\0\1", 6}, "unexpected protocol version 4"},
      {{"\5\0\5\0\1\1", 6}, "non-zero reserved field"},
      {{"\5\0\5\0\0\7", 6}, "unknown address type 7"},
      {{"\5\0\5\0\0\1xx", 8}, "unexpected EOF"},
  };
  for (const auto& [answer, expected] : cases) {
    const ScriptedServer proxy({[&answer = answer](ScriptedServer::Peer& peer) {
      peer.read_bytes(3);  // the offer
      peer.send(answer);
      ::shutdown(peer.fd(), SHUT_WR);
      peer.wait_for_close();
    }});
    EXPECT_EQ(socks_error("socks5://127.0.0.1:" + std::to_string(proxy.port()), proxy.port()), expected);
  }
}

}  // namespace
}  // namespace narthex::net
