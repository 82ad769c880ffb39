#include "config/sections/http_client.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace narthex::config {
namespace {

// A reference to a secret manager, which this program does not have: nothing would ever fill it.
void refuse_ref(yaml::Fields& fields, std::string_view name) {
  std::string value;
  if (fields.read(name, value) && !value.empty()) {
    fields.problems().add(fields.place_of(name), std::string(name) + " is not supported: there is no secret provider");
  }
}

// `<name>` and `<name>_file`, of which at most one may be given.
void read_secret(yaml::Fields& fields, const std::string& name, const Context& context, net::Secret& out,
                 const char* complaint) {
  fields.read(name, out.value, "config.plain");
  read_path(fields, name + "_file", context, out.file);
  if (!out.value.empty() && !out.file.empty()) fields.problems().add(fields.place_of(name + "_file"), complaint);
}

std::optional<net::BasicAuth> read_basic_auth(yaml::Fields& parent, const Context& context) {
  auto node = parent.find("basic_auth");
  if (!node || node->is_null()) return {};
  net::BasicAuth auth;
  yaml::Fields fields(*node, "config.plain", parent.problems());
  fields.read("username", auth.username);
  read_path(fields, "username_file", context, auth.username_file);
  if (!auth.username.empty() && !auth.username_file.empty()) {
    parent.problems().add(fields.place_of("username_file"),
                          "at most one of basic_auth username, username_file & username_ref must be configured");
  }
  read_secret(fields, "password", context, auth.password,
              "at most one of basic_auth password, password_file & password_ref must be configured");
  refuse_ref(fields, "username_ref");
  refuse_ref(fields, "password_ref");
  return auth;
}

std::string trimmed(const std::string& text) {
  const size_t first = text.find_first_not_of(" \t\r\n");
  return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

std::string lowered(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

std::optional<net::Authorization> read_authorization(yaml::Fields& parent, const Context& context) {
  auto node = parent.find("authorization");
  if (!node || node->is_null()) return {};
  net::Authorization auth;
  yaml::Fields fields(*node, "config.Authorization", parent.problems());
  fields.read("type", auth.type);
  auth.type = trimmed(auth.type);
  if (auth.type.empty()) auth.type = "Bearer";
  if (lowered(auth.type) == "basic") {
    parent.problems().add(fields.place_of("type"),
                          "authorization type cannot be set to \"basic\", use \"basic_auth\" instead");
  }
  read_secret(fields, "credentials", context, auth.credentials,
              "at most one of authorization credentials & credentials_file must be configured");
  refuse_ref(fields, "credentials_ref");
  return auth;
}

Result<net::TlsVersion> parse_tls_version(std::string_view text) {
  if (text == "TLS10") return net::TlsVersion::kTls10;
  if (text == "TLS11") return net::TlsVersion::kTls11;
  if (text == "TLS12") return net::TlsVersion::kTls12;
  if (text == "TLS13") return net::TlsVersion::kTls13;
  return invalid("unknown TLS version: " + std::string(text));
}

// Inline and file of one PEM thing are exclusive.
void check_one_source(yaml::Fields& fields, const std::string& inline_pem, const std::string& file,
                      const std::string& name, const char* complaint) {
  if (!inline_pem.empty() && !file.empty()) fields.problems().add(fields.place_of(name + "_file"), complaint);
}

void check_tls(yaml::Fields& fields, const net::TlsOptions& tls) {
  check_one_source(fields, tls.ca, tls.ca_file, "ca", "at most one of ca, ca_file & ca_ref must be configured");
  check_one_source(fields, tls.cert, tls.cert_file, "cert",
                   "at most one of cert, cert_file & cert_ref must be configured");
  check_one_source(fields, tls.key.value, tls.key.file, "key", "at most one of key and key_file must be configured");
  const bool certificate = !tls.cert.empty() || !tls.cert_file.empty();
  if (certificate && !tls.key.set()) {
    fields.problems().add(fields.place_of(tls.cert.empty() ? "cert_file" : "cert"),
                          "exactly one of key or key_file must be configured when a client certificate is configured");
  }
  if (!certificate && tls.key.set()) {
    fields.problems().add(fields.place_of(tls.key.value.empty() ? "key_file" : "key"),
                          "exactly one of cert or cert_file must be configured when a client key is configured");
  }
}

void check_proxy(yaml::Fields& fields, const net::ProxyOptions& proxy) {
  auto complain = [&](const char* name, const char* text) { fields.problems().add(fields.place_of(name), text); };
  if (!proxy.connect_headers.empty() && !proxy.from_environment && proxy.url.empty()) {
    complain("proxy_connect_header",
             "if proxy_connect_header is configured, proxy_url or proxy_from_environment must also be configured");
  }
  if (proxy.from_environment && !proxy.url.empty()) {
    complain("proxy_url", "if proxy_from_environment is configured, proxy_url must not be configured");
  }
  if (proxy.from_environment && !proxy.no_proxy.empty()) {
    complain("no_proxy", "if proxy_from_environment is configured, no_proxy must not be configured");
  }
  if (!proxy.no_proxy.empty() && proxy.url.empty() && !proxy.from_environment) {
    complain("no_proxy", "if no_proxy is configured, proxy_url must also be configured");
  }
}

net::ProxyOptions read_proxy(yaml::Fields& fields) {
  net::ProxyOptions proxy;
  read_url(fields, "proxy_url", proxy.url);
  fields.read("no_proxy", proxy.no_proxy);
  fields.read("proxy_from_environment", proxy.from_environment);
  fields.each_entry("proxy_connect_header", "config.ProxyHeader",
                    [&](const std::string& key, const yaml::Entry& entry) {
                      yaml::read(entry.value, proxy.connect_headers[key], fields.problems(), "[]config.Secret");
                    });
  check_proxy(fields, proxy);
  return proxy;
}

void read_string_map(yaml::Fields& fields, std::string_view name, std::map<std::string, std::string>& out) {
  fields.each_entry(name, "map[string]string", [&](const std::string& key, const yaml::Entry& entry) {
    yaml::read(entry.value, out[key], fields.problems());
  });
}

void check_oauth2(yaml::Fields& fields, const net::OAuth2Options& oauth2) {
  auto complain = [&](std::string_view name, std::string text) {
    fields.problems().add(fields.place_of(name), std::move(text));
  };
  constexpr std::string_view kJwtBearer = "urn:ietf:params:oauth:grant-type:jwt-bearer";
  if (oauth2.client_id.empty()) complain("client_id", "oauth2 client_id must be configured");
  if (oauth2.token_url.empty()) complain("token_url", "oauth2 token_url must be configured");
  const std::string& grant = oauth2.grant_type;
  if (!grant.empty() && grant != "client_credentials" && grant != kJwtBearer) {
    complain("grant_type", "oauth2 grant_type must be client_credentials or " + std::string(kJwtBearer));
  }
  const std::string& algorithm = oauth2.signature_algorithm;
  if (!algorithm.empty() && algorithm != "RS256" && algorithm != "RS384" && algorithm != "RS512") {
    complain("signature_algorithm", "oauth2 signature_algorithm must be one of RS256, RS384 or RS512");
  }
}

// Claims are free YAML; scalars are kept as text.
void read_claims(yaml::Fields& fields, std::map<std::string, std::string>& out) {
  fields.each_entry("claims", "map[string]interface {}", [&](const std::string& key, const yaml::Entry& entry) {
    yaml::read(entry.value, out[key], fields.problems());
  });
}

std::optional<net::OAuth2Options> read_oauth2(yaml::Fields& parent, const Context& context) {
  auto node = parent.find("oauth2");
  if (!node || node->is_null()) return {};
  net::OAuth2Options oauth2;
  yaml::Fields fields(*node, "config.OAuth2", parent.problems());
  fields.read("client_id", oauth2.client_id);
  read_secret(fields, "client_secret", context, oauth2.client_secret,
              "at most one of oauth2 client_secret, client_secret_file & client_secret_ref must be configured");
  read_secret(fields, "client_certificate_key", context, oauth2.client_certificate_key,
              "at most one of oauth2 client_certificate_key & client_certificate_key_file must be configured");
  refuse_ref(fields, "client_secret_ref");
  fields.read("client_certificate_key_id", oauth2.client_certificate_key_id);
  fields.read("signature_algorithm", oauth2.signature_algorithm);
  fields.read("grant_type", oauth2.grant_type);
  fields.read("iss", oauth2.iss);
  fields.read("audience", oauth2.audience);
  read_claims(fields, oauth2.claims);
  fields.read("scopes", oauth2.scopes);
  fields.read("token_url", oauth2.token_url);
  read_string_map(fields, "endpoint_params", oauth2.endpoint_params);
  oauth2.tls = read_tls(fields, "tls_config", context);
  oauth2.proxy = read_proxy(fields);
  check_oauth2(fields, oauth2);
  return oauth2;
}

// Go's textproto.CanonicalMIMEHeaderKey: "x-foo" → "X-Foo"; names with bytes that are no token stay as they are.
std::string canonical_header(std::string name) {
  constexpr std::string_view kTokenMarks = "!#$%&'*+-.^_`|~";
  for (const char c : name) {
    if (!std::isalnum(static_cast<unsigned char>(c)) && kTokenMarks.find(c) == std::string_view::npos) return name;
  }
  bool first = true;
  for (char& c : name) {
    const auto byte = static_cast<unsigned char>(c);
    c = static_cast<char>(first ? std::toupper(byte) : std::tolower(byte));
    first = c == '-';
  }
  return name;
}

constexpr std::array<std::string_view, 18> kReservedHeaders = {
    "Accept-Encoding",
    "Authorization",
    "Connection",
    "Content-Encoding",
    "Content-Length",
    "Content-Type",
    "Host",
    "Keep-Alive",
    "Proxy-Authenticate",
    "Proxy-Authorization",
    "User-Agent",
    "Www-Authenticate",
    "X-Amz-Content-Sha256",
    "X-Amz-Date",
    "X-Amz-Security-Token",
    "X-Prometheus-Remote-Read-Version",
    "X-Prometheus-Remote-Write-Version",
    "X-Prometheus-Scrape-Timeout-Seconds",
};

void read_headers(yaml::Fields& parent, const Context& context, std::map<std::string, net::HeaderOptions>& out) {
  parent.each_entry("http_headers", "config.plain", [&](const std::string& name, const yaml::Entry& entry) {
    net::HeaderOptions& header = out[name];
    yaml::Fields fields(entry.value, "config.Header", parent.problems());
    fields.read("values", header.values);
    fields.read("secrets", header.secrets, "[]config.Secret");
    fields.read("files", header.files);
    for (std::string& file : header.files) file = context.resolve(file);
    const std::string canonical = canonical_header(name);
    if (std::find(kReservedHeaders.begin(), kReservedHeaders.end(), canonical) != kReservedHeaders.end()) {
      parent.problems().add(entry.key, "setting header \"" + canonical + "\" is not allowed");
    }
  });
}

// The deprecated bearer_token and bearer_token_file become an authorization.
void read_bearer(yaml::Fields& fields, const Context& context, net::HttpClientOptions& http) {
  net::Secret bearer;
  read_secret(fields, "bearer_token", context, bearer,
              "at most one of bearer_token & bearer_token_file must be configured");
  if (!bearer.set()) return;
  const Place place = fields.place_of(bearer.value.empty() ? "bearer_token_file" : "bearer_token");
  if (http.basic_auth || http.oauth2) {
    fields.problems().add(place,
                          "at most one of basic_auth, oauth2, bearer_token & bearer_token_file must be configured");
  } else if (http.authorization) {
    fields.problems().add(place, "authorization is not compatible with bearer_token & bearer_token_file");
  } else {
    http.authorization = net::Authorization{.type = "Bearer", .credentials = bearer};
  }
}

}  // namespace

net::TlsOptions read_tls(yaml::Fields& parent, std::string_view name, const Context& context) {
  net::TlsOptions tls;
  auto node = parent.find(name);
  if (!node) return tls;
  yaml::Fields fields(*node, "config.plain", parent.problems());
  fields.read("ca", tls.ca);
  fields.read("cert", tls.cert);
  fields.read("key", tls.key.value, "config.plain");
  read_path(fields, "ca_file", context, tls.ca_file);
  read_path(fields, "cert_file", context, tls.cert_file);
  read_path(fields, "key_file", context, tls.key.file);
  fields.read("server_name", tls.server_name);
  fields.read("insecure_skip_verify", tls.insecure_skip_verify);
  fields.parse("min_version", tls.min_version, parse_tls_version);
  fields.parse("max_version", tls.max_version, parse_tls_version);
  for (const char* ref : {"ca_ref", "cert_ref", "key_ref"}) refuse_ref(fields, ref);
  check_tls(fields, tls);
  return tls;
}

net::HttpClientOptions read_http_client(yaml::Fields& fields, const Context& context, net::HttpClientOptions http) {
  http.basic_auth = read_basic_auth(fields, context);
  http.authorization = read_authorization(fields, context);
  http.oauth2 = read_oauth2(fields, context);
  if (http.basic_auth.has_value() + http.authorization.has_value() + http.oauth2.has_value() > 1) {
    const char* last = http.oauth2 ? "oauth2" : "authorization";
    fields.problems().add(fields.place_of(last),
                          "at most one of basic_auth, oauth2 & authorization must be configured");
  }
  read_bearer(fields, context, http);
  fields.read("follow_redirects", http.follow_redirects);
  fields.read("enable_http2", http.enable_http2);
  http.tls = read_tls(fields, "tls_config", context);
  http.proxy = read_proxy(fields);
  read_headers(fields, context, http.headers);
  return http;
}

}  // namespace narthex::config
