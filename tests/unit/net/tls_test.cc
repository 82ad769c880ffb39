// TLS of the client, against a server of OpenSSL with certificates made here.
#include <gtest/gtest.h>

#include "tests/unit/net/tls_support.h"

namespace narthex::net {
namespace {

using testing::BlockingClient;
using testing::https;
using testing::Identity;
using testing::make_identity;
using testing::ScriptedServer;
using testing::tls_server;
using Peer = ScriptedServer::Peer;

// The client's error behind `Get "…": `.
std::string failure(const TlsOptions& tls, const std::string& url) {
  HttpClientOptions options;
  options.tls = tls;
  BlockingClient client(options);
  const Outcome outcome = client.get(url);
  if (outcome) return testing::text_of(outcome);
  EXPECT_EQ(outcome.error().phase, FailedPhase::kTls);
  const std::string prefix = "Get \"" + url + "\": ";
  const std::string text = outcome.error().error.message;
  return text.starts_with(prefix) ? text.substr(prefix.size()) : "no prefix: " + text;
}

class Tls : public ::testing::Test {
 protected:
  std::string file(const std::string& name, const std::string& content) { return folder_.file(name, content); }

  Identity authority_ = make_identity({.common_name = "authority", .is_authority = true});
  Identity server_ = make_identity({.names = "DNS:localhost,DNS:*.example.test,IP:127.0.0.1"}, &authority_);
  testing::TemporaryFolder folder_;
};

TEST_F(Tls, FetchesAndKeepsTheConnection) {
  const auto server = tls_server({.identity = &server_, .body = std::string(3'000'000, 's')});
  HttpClientOptions options;
  options.tls.ca_file = file("ca.pem", authority_.certificate_pem());
  BlockingClient client(options);
  for (const bool again : {false, true}) {
    const Outcome outcome = client.get(https(*server, "127.0.0.1"));
    ASSERT_TRUE(outcome) << outcome.error().error.message;
    EXPECT_TRUE(outcome->body == std::string(3'000'000, 's'));
    EXPECT_EQ(outcome->reused_connection, again);
    EXPECT_EQ(outcome->phases.tls >= 0, !again);
  }
}

TEST_F(Tls, SpeaksEveryVersionThatIsAllowed) {
  struct Case {
    TlsVersion lowest;
    TlsVersion highest;
    int server_highest;
    const char* expected;
  };
  const Case cases[] = {
      {TlsVersion::kDefault, TlsVersion::kDefault, 0, "200 secure"},
      {TlsVersion::kDefault, TlsVersion::kTls12, 0, "200 secure"},
      {TlsVersion::kTls13, TlsVersion::kDefault, 0, "200 secure"},
      {TlsVersion::kTls10, TlsVersion::kDefault, TLS1_VERSION, "200 secure"},
      {TlsVersion::kTls11, TlsVersion::kTls11, 0, "200 secure"},
      {TlsVersion::kDefault, TlsVersion::kDefault, TLS1_1_VERSION, "remote error: tls: protocol version not supported"},
      {TlsVersion::kTls13, TlsVersion::kDefault, TLS1_2_VERSION, "remote error: tls: protocol version not supported"},
      {TlsVersion::kTls10, TlsVersion::kTls10, 0, "200 secure"},
      {TlsVersion::kTls10, TlsVersion::kTls11, TLS1_1_VERSION, "200 secure"},
      {TlsVersion::kDefault, TlsVersion::kTls11, 0, "tls: no supported versions satisfy MinVersion and MaxVersion"},
  };
  // The old versions sign differently with RSA: with MD5 and SHA-1.
  const Identity rsa = make_identity({.names = "DNS:localhost", .rsa = true}, &authority_);
  for (const Case& each : cases) {
    for (const Identity* identity : {static_cast<const Identity*>(&server_), &rsa}) {
      const auto server = tls_server({.identity = identity, .max_version = each.server_highest});
      TlsOptions options;
      options.ca = authority_.certificate_pem();
      options.min_version = each.lowest;
      options.max_version = each.highest;
      EXPECT_EQ(failure(options, https(*server, "localhost")), each.expected);
    }
  }
}

TEST_F(Tls, RefusesWhatItCannotVerify) {
  const std::string refused = "tls: failed to verify certificate: x509: ";
  const Identity other = make_identity({.common_name = "stranger", .is_authority = true});
  const Identity nameless = make_identity({.common_name = "localhost"}, &authority_);
  const Identity elsewhere = make_identity({.names = "DNS:a.test,DNS:b.test,IP:127.0.0.2"}, &authority_);
  const Identity expired = make_identity({.names = "DNS:localhost", .valid_until = -60}, &authority_);
  const Identity early = make_identity({.names = "DNS:localhost", .valid_from = 600}, &authority_);
  TlsOptions trusting;
  trusting.ca = authority_.certificate_pem();
  TlsOptions stranger;
  stranger.ca = other.certificate_pem();
  struct Case {
    const Identity* server;
    TlsOptions options;
    const char* host;
    std::string expected;
  };
  const Case cases[] = {
      {&server_, {}, "localhost", refused + "certificate signed by unknown authority"},
      {&server_, stranger, "localhost", refused + "certificate signed by unknown authority"},
      {&elsewhere, trusting, "localhost", refused + "certificate is valid for a.test, b.test, not localhost"},
      {&elsewhere, trusting, "127.0.0.1", refused + "certificate is valid for 127.0.0.2, not 127.0.0.1"},
      {&nameless, trusting, "localhost", refused + "certificate relies on legacy Common Name field, use SANs instead"},
      {&nameless, trusting, "127.0.0.1",
       refused + "cannot validate certificate for 127.0.0.1 because it doesn't contain any IP SANs"},
  };
  for (const Case& each : cases) {
    const auto server = tls_server({.identity = each.server});
    EXPECT_EQ(failure(each.options, https(*server, each.host)), each.expected);
  }
  const std::string late = refused + "certificate has expired or is not yet valid: current time ";
  for (const auto& [identity, relation] : {std::pair{&expired, " is after "}, {&early, " is before "}}) {
    const auto server = tls_server({.identity = identity});
    const std::string text = failure(trusting, https(*server, "localhost"));
    EXPECT_TRUE(text.starts_with(late)) << text;
    EXPECT_NE(text.find(relation), std::string::npos) << text;
  }
}

TEST_F(Tls, AcceptsWhatItCanVerifyOrNeedNot) {
  TlsOptions insecure;
  insecure.insecure_skip_verify = true;
  TlsOptions trusting;
  trusting.ca = authority_.certificate_pem();
  TlsOptions renamed = trusting;
  renamed.server_name = "a.example.test";
  TlsOptions wrong_name = trusting;
  wrong_name.server_name = "other.test";
  TlsOptions leaf;  // the server's own certificate is trusted though it did not sign itself
  leaf.ca = server_.certificate_pem();
  const auto server = tls_server({.identity = &server_});
  for (const TlsOptions& options : {insecure, trusting, renamed, leaf}) {
    EXPECT_EQ(failure(options, https(*server, "localhost")), "200 secure");
  }
  EXPECT_EQ(
      failure(wrong_name, https(*server, "localhost")),
      "tls: failed to verify certificate: x509: certificate is valid for localhost, *.example.test, not other.test");
}

TEST_F(Tls, ShowsItsCertificate) {
  const Identity client = make_identity({.common_name = "client"}, &authority_);
  const auto server = tls_server({.identity = &server_, .client_authority = &authority_});
  TlsOptions options;
  options.ca = authority_.certificate_pem();
  options.cert_file = file("client.pem", client.certificate_pem());
  options.key.file = file("client.key", client.key_pem());
  EXPECT_EQ(failure(options, https(*server, "localhost")), "200 secure");
  TlsOptions inlined;
  inlined.ca = options.ca;
  inlined.cert = client.certificate_pem();
  inlined.key.value = client.key_pem();
  EXPECT_EQ(failure(inlined, https(*server, "localhost")), "200 secure");
}

TEST_F(Tls, TellsWhatTheServerRefused) {
  // Up to TLS 1.2 the handshake itself fails; in 1.3 the client learns of it with the first read.
  const auto server =
      tls_server({.identity = &server_, .client_authority = &authority_, .max_version = TLS1_2_VERSION});
  TlsOptions options;
  options.ca = authority_.certificate_pem();
  EXPECT_EQ(failure(options, https(*server, "localhost")), "remote error: tls: handshake failure");
  const auto modern = tls_server({.identity = &server_, .client_authority = &authority_});
  HttpClientOptions all;
  all.tls = options;
  BlockingClient client(all);
  EXPECT_EQ(client.text(https(*modern, "localhost")),
            "Get \"" + https(*modern, "localhost") + "\": remote error: tls: certificate required");
}

TEST_F(Tls, TellsWhatTheServerRefusedThoughItHungUp) {
  // Whether our request is still sent before its reset comes is a matter of luck.
  const auto server = tls_server({.identity = &server_, .client_authority = &authority_, .hasty = true});
  HttpClientOptions options;
  options.tls.ca = authority_.certificate_pem();
  BlockingClient client(options);
  const std::string url = https(*server, "localhost");
  for (int i = 0; i < 200; ++i) {
    EXPECT_EQ(client.text(url), "Get \"" + url + "\": remote error: tls: certificate required");
  }
}

TEST_F(Tls, TellsThatThePeerDoesNotSpeakTls) {
  const auto http = testing::serve([](const ServerRequest&) { return ServerResponse(); });
  EXPECT_EQ(failure({}, "https://127.0.0.1:" + std::to_string(http->ports().front()) + "/"),
            "http: server gave HTTP response to HTTPS client");
  const ScriptedServer ssh({[](Peer& peer) {
    peer.send("SSH-2.0-OpenSSH_9.2\r\n");
    peer.wait_for_close();
  }});
  EXPECT_EQ(failure({}, https(ssh, "127.0.0.1")), "tls: first record does not look like a TLS handshake");
  const ScriptedServer mute({[](Peer& peer) { peer.read_bytes(1); }});  // unread bytes would reset the connection
  EXPECT_EQ(failure({}, https(mute, "127.0.0.1")), "EOF");
}

TEST_F(Tls, TheDeadlineCoversTheHandshake) {
  const ScriptedServer silent({[](Peer& peer) { peer.wait_for_close(); }});
  BlockingClient client;
  Request request = testing::request_to(https(silent, "127.0.0.1"));
  request.timeout_ns = 50'000'000;
  const Outcome outcome = client.send(std::move(request));
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().phase, FailedPhase::kTls);
  EXPECT_TRUE(outcome.error().error.message.ends_with("context deadline exceeded"));
}

TEST_F(Tls, FilesAreCheckedAtCreation) {
  Reactor reactor("files");
  const auto refusal = [&](const TlsOptions& tls) {
    HttpClientOptions options;
    options.tls = tls;
    const auto client = HttpClient::create(reactor, options, "agent");
    return client ? "created" : client.error().message;
  };
  const Identity client = make_identity({.common_name = "client"}, &authority_);
  const std::string junk = file("junk", "no pem at all");
  const std::string cert = file("cert", client.certificate_pem());
  const std::string key = file("key", client.key_pem());
  const std::string wrong_key = file("wrong", authority_.key_pem());
  const auto missing = [](const std::string& path) {
    return "unable to read file " + path + ": open " + path + ": no such file or directory";
  };
  TlsOptions options;
  options.ca_file = "/nonexistent/ca";
  EXPECT_EQ(refusal(options), "unable to read CA cert: " + missing("/nonexistent/ca"));
  options.ca_file = junk;
  EXPECT_EQ(refusal(options), "unable to use specified CA cert file " + junk);
  options = {};
  options.ca = "junk";
  EXPECT_EQ(refusal(options), "unable to use specified CA cert inline");
  options = {};
  options.cert_file = "/nonexistent/cert";
  options.key.file = key;
  EXPECT_EQ(refusal(options), "unable to read specified client cert: " + missing("/nonexistent/cert"));
  options.cert_file = cert;
  options.key.file = "/nonexistent/key";
  EXPECT_EQ(refusal(options), "unable to read specified client key: " + missing("/nonexistent/key"));
  const auto unusable = [&](const std::string& with) {
    return "unable to use specified client cert (file " + cert + ") & key (file " + with + "): ";
  };
  options.key.file = wrong_key;
  EXPECT_EQ(refusal(options), unusable(wrong_key) + "tls: private key does not match public key");
  options.key.file = junk;
  EXPECT_EQ(refusal(options), unusable(junk) + "tls: failed to find any PEM data in key input");
  options.key.file = key;
  EXPECT_EQ(refusal(options), "created");
}

TEST_F(Tls, AChangedFileCountsFromTheNextConnection) {
  const auto server = tls_server({.identity = &server_});
  HttpClientOptions options;
  options.tls.ca_file = file("ca.pem", make_identity({.is_authority = true}).certificate_pem());
  BlockingClient client(options);
  const std::string url = https(*server, "localhost");
  EXPECT_TRUE(client.text(url).ends_with("certificate signed by unknown authority"));
  file("ca.pem", authority_.certificate_pem() + "\n");
  EXPECT_TRUE(testing::eventually([&] { return client.text(url) == "200 secure"; }));
}

TEST_F(Tls, AChangedClientCertificateEndsIdleConnections) {
  const Identity first = make_identity({.common_name = "first"}, &authority_);
  const Identity second = make_identity({.common_name = "second"}, &authority_);
  const auto server = tls_server({.identity = &server_,
                                  .client_authority = &authority_,
                                  .answer = [](const std::string&, const std::string& client) { return client; }});
  HttpClientOptions options;
  options.tls.ca = authority_.certificate_pem();
  options.tls.cert_file = file("client.pem", first.certificate_pem());
  options.tls.key.file = file("client.key", first.key_pem());
  BlockingClient client(options);
  const std::string url = https(*server, "localhost");
  EXPECT_EQ(client.text(url), "200 first");
  EXPECT_EQ(client.text(url), "200 first");
  EXPECT_EQ(server->connections(), 1U);
  file("client.key", second.key_pem());
  file("client.pem", second.certificate_pem());
  EXPECT_TRUE(testing::eventually([&] { return client.text(url) == "200 second"; }));
  EXPECT_EQ(server->connections(), 2U);
}

TEST_F(Tls, AFileThatBecomesUnreadableIsNamedUntilItIsMended) {
  const auto server = tls_server({.identity = &server_});
  HttpClientOptions options;
  options.tls.ca_file = file("ca.pem", authority_.certificate_pem());
  BlockingClient client(options);
  const std::string url = https(*server, "localhost");
  EXPECT_EQ(client.text(url), "200 secure");
  file("ca.pem", "junk");
  const std::string refused = "Get \"" + url + "\": unable to use specified CA cert file " + options.tls.ca_file;
  EXPECT_TRUE(testing::eventually([&] { return client.text(url) == refused; }));
  file("ca.pem", authority_.certificate_pem());
  EXPECT_TRUE(testing::eventually([&] { return client.text(url) == "200 secure"; }));
}

}  // namespace
}  // namespace narthex::net
