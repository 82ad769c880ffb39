#include "tests/unit/config/support.h"

namespace narthex::config {
namespace {

TEST(HttpClient, AuthenticationMistakes) {
  const std::string exclusive = "at most one of basic_auth, oauth2 & authorization must be configured";
  const std::string bearer = "at most one of basic_auth, oauth2, bearer_token & bearer_token_file must be configured";
  const std::string oauth2 = "  oauth2: {client_id: a, token_url: b}\n";
  expect_job_errors({
      {"  basic_auth: {username: a, username_file: b}\n",
       {"3:44: at most one of basic_auth username, username_file & username_ref must be configured"}},
      {"  basic_auth: {password: a, password_file: b}\n",
       {"3:44: at most one of basic_auth password, password_file & password_ref must be configured"}},
      {"  basic_auth: {password_ref: a}\n", {"3:30: password_ref is not supported: there is no secret provider"}},
      {"  basic_auth: [x]\n", {"3:15: line 3: cannot unmarshal !!seq into config.plain"}},
      {"  basic_auth: hunter2\n", {"3:15: line 3: cannot unmarshal !!str `<secret>` into config.plain"}},
      {"  authorization: hunter2\n", {"3:18: line 3: cannot unmarshal !!str `<secret>` into config.Authorization"}},
      {"  oauth2: hunter2\n",
       {"3:11: line 3: cannot unmarshal !!str `<secret>` into config.OAuth2",
        "3:11: oauth2 client_id must be configured", "3:11: oauth2 token_url must be configured"}},
      {"  http_headers: {X-Token: hunter2}\n", {"3:27: line 3: cannot unmarshal !!str `<secret>` into config.Header"}},
      {"  basic_auth:\n", {}},
      {"  authorization: {credentials: a, credentials_file: b}\n",
       {"3:53: at most one of authorization credentials & credentials_file must be configured"}},
      {"  authorization: {type: ' BaSic '}\n",
       {"3:25: authorization type cannot be set to \"basic\", use \"basic_auth\" instead"}},
      {"  authorization: {foo: x}\n", {"3:19: line 3: field foo not found in type config.Authorization"}},
      {"  bearer_token: a\n  bearer_token_file: b\n",
       {"4:22: at most one of bearer_token & bearer_token_file must be configured"}},
      {"  basic_auth: {}\n  bearer_token: a\n", {"4:17: " + bearer}},
      {"  oauth2: {client_id: a, token_url: b}\n  bearer_token_file: a\n", {"4:22: " + bearer}},
      {"  authorization: {}\n  bearer_token: a\n",
       {"4:17: authorization is not compatible with bearer_token & bearer_token_file"}},
      {"  authorization: {}\n  basic_auth: {}\n", {"3:18: " + exclusive}},
      {"  basic_auth: {}\n  oauth2: {client_id: a, token_url: b}\n", {"4:11: " + exclusive}},
      {"  authorization: {}\n  oauth2: {client_id: a, token_url: b}\n", {"4:11: " + exclusive}},
  });
}

TEST(HttpClient, OAuth2Mistakes) {
  expect_job_errors({
      {"  oauth2: {token_url: b}\n", {"3:11: oauth2 client_id must be configured"}},
      {"  oauth2: {client_id: a}\n", {"3:11: oauth2 token_url must be configured"}},
      {"  oauth2: {}\n", {"3:11: oauth2 client_id must be configured", "3:11: oauth2 token_url must be configured"}},
      {"  oauth2: {client_id: a, token_url: b, client_secret: c, client_secret_file: d}\n",
       {"3:78: at most one of oauth2 client_secret, client_secret_file & client_secret_ref must be configured"}},
      {"  oauth2: {client_id: a, token_url: b, no_proxy: x}\n",
       {"3:50: if no_proxy is configured, proxy_url must also be configured"}},
      {"  oauth2: {client_id: a, token_url: b, tls_config: {min_version: x}}\n", {"3:66: unknown TLS version: x"}},
      {"  oauth2: {client_id: a, token_url: b, foo: c}\n", {"3:40: line 3: field foo not found in type config.OAuth2"}},
  });
}

TEST(HttpClient, TlsMistakes) {
  const std::string no_key =
      "exactly one of key or key_file must be configured when a client certificate is configured";
  const std::string no_cert = "exactly one of cert or cert_file must be configured when a client key is configured";
  expect_job_errors({
      {"  tls_config: {ca: a, ca_file: b}\n", {"3:32: at most one of ca, ca_file & ca_ref must be configured"}},
      {"  tls_config: {cert: a, cert_file: b, key: c}\n",
       {"3:36: at most one of cert, cert_file & cert_ref must be configured"}},
      {"  tls_config: {key: a, key_file: b, cert: c}\n", {"3:34: at most one of key and key_file must be configured"}},
      {"  tls_config: {cert: a}\n", {"3:22: " + no_key}},
      {"  tls_config: {cert_file: a}\n", {"3:27: " + no_key}},
      {"  tls_config: {key: a}\n", {"3:21: " + no_cert}},
      {"  tls_config: {key_file: a}\n", {"3:26: " + no_cert}},
      {"  tls_config: {min_version: TLS14}\n", {"3:29: unknown TLS version: TLS14"}},
      {"  tls_config: {max_version: ''}\n", {"3:29: unknown TLS version: "}},
      {"  tls_config: {min_version: TLS13, max_version: TLS10}\n", {}},
      {"  tls_config: x\n", {"3:15: line 3: cannot unmarshal !!str `<secret>` into config.plain"}},
      {"  tls_config:\n", {}},
  });
}

TEST(HttpClient, ProxyMistakes) {
  expect_job_errors({
      {"  proxy_from_environment: true\n  proxy_url: http://x\n",
       {"4:14: if proxy_from_environment is configured, proxy_url must not be configured"}},
      {"  proxy_from_environment: true\n  no_proxy: x\n",
       {"4:13: if proxy_from_environment is configured, no_proxy must not be configured"}},
      {"  no_proxy: x\n", {"3:13: if no_proxy is configured, proxy_url must also be configured"}},
      {"  proxy_connect_header: {a: [b]}\n",
       {"3:25: if proxy_connect_header is configured, proxy_url or proxy_from_environment must also be configured"}},
      {"  proxy_connect_header: {a: b}\n  proxy_url: http://x\n",
       {"3:29: line 3: cannot unmarshal !!str `<secret>` into []config.Secret"}},
      {"  proxy_url: '%zz'\n", {"3:14: parse \"%zz\": invalid URL escape \"%zz\""}},
      {"  proxy_url: 'http://u:secret@h:x'\n", {"3:14: parse \"http://u:xxxxx@h:x\": invalid port \":x\" after host"}},
  });
}

TEST(HttpClient, ReservedHeaders) {
  expect_job_errors({
      {"  http_headers: {authorization: {values: [a]}}\n", {"3:18: setting header \"Authorization\" is not allowed"}},
      {"  http_headers: {X-PROMETHEUS-scrape-timeout-seconds: {}}\n",
       {"3:18: setting header \"X-Prometheus-Scrape-Timeout-Seconds\" is not allowed"}},
      {"  http_headers: {Accept: {values: [a]}, Te: {}, X-Prometheus-Foo: {}, 'user agent': {}}\n", {}},
      {"  http_headers: {a: {value: b}}\n", {"3:22: line 3: field value not found in type config.Header"}},
      {"  http_headers: [a]\n", {"3:17: line 3: cannot unmarshal !!seq into config.plain"}},
  });
  for (const char* name : {"Accept-Encoding", "Connection", "Content-Encoding", "Content-Length", "Content-Type",
                           "Host", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "User-Agent",
                           "Www-Authenticate", "X-Amz-Content-Sha256", "X-Amz-Date", "X-Amz-Security-Token",
                           "X-Prometheus-Remote-Read-Version", "X-Prometheus-Remote-Write-Version"}) {
    EXPECT_EQ(errors_of(job_with("  http_headers: {" + std::string(name) + ": {}}\n")),
              Lines({"3:18: setting header \"" + std::string(name) + "\" is not allowed"}));
  }
}

TEST(HttpClient, EverythingArrives) {
  const net::HttpClientOptions http = job_of(job_with("  oauth2:\n"
                                                      "    client_id: id\n"
                                                      "    client_secret_file: s\n"
                                                      "    scopes: [a, b]\n"
                                                      "    token_url: http://t/\n"
                                                      "    endpoint_params: {x: '1'}\n"
                                                      "    grant_type: client_credentials\n"
                                                      "    tls_config: {server_name: t}\n"
                                                      "  follow_redirects: false\n"
                                                      "  enable_http2: false\n"
                                                      "  tls_config: {ca: A, cert: B, key: C, insecure_skip_verify: "
                                                      "yes, min_version: TLS12, max_version: TLS13}\n"
                                                      "  proxy_url: http://p:1\n"
                                                      "  no_proxy: a,b\n"
                                                      "  proxy_connect_header: {X: [1, 2]}\n"
                                                      "  http_headers: {Y: {values: [a], secrets: [b], files: [c]}}\n"))
                                          .http;
  net::HttpClientOptions expected;
  expected.oauth2.emplace();
  expected.oauth2->client_id = "id";
  expected.oauth2->client_secret.file = "s";
  expected.oauth2->scopes = {"a", "b"};
  expected.oauth2->token_url = "http://t/";
  expected.oauth2->endpoint_params = {{"x", "1"}};
  expected.oauth2->grant_type = "client_credentials";
  expected.oauth2->tls.server_name = "t";
  expected.follow_redirects = false;
  expected.enable_http2 = false;
  expected.tls = {"A", "", "B", "", {"C", ""}, "", true, net::TlsVersion::kTls12, net::TlsVersion::kTls13};
  expected.proxy = {"http://p:1", "a,b", false, {{"X", {"1", "2"}}}};
  expected.headers = {{"Y", {{"a"}, {"b"}, {"c"}}}};
  EXPECT_TRUE(http == expected);
}

TEST(HttpClient, BearerTokensBecomeAnAuthorization) {
  const net::Authorization token{"Bearer", {"x", ""}};
  const net::Authorization file{"Bearer", {"", "x"}};
  EXPECT_TRUE(job_of(job_with("  bearer_token: x\n")).http.authorization == token);
  EXPECT_TRUE(job_of(job_with("  bearer_token_file: x\n")).http.authorization == file);
  EXPECT_TRUE(job_of(job_with("  authorization: {type: '  ', credentials: x}\n")).http.authorization == token);
  EXPECT_FALSE(job_of(job_with("  bearer_token: ''\n")).http.authorization.has_value());
}

}  // namespace
}  // namespace narthex::config
