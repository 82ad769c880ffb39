// Options of HTTP clients, as a configuration gives them (scrape spec, section 1.7). Plain data; no YAML here.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace narthex::net {

// A secret given inline or as a file that is re-read at every use. Never printed: see redacted().
struct Secret {
  std::string value;
  std::string file;
  bool set() const { return !value.empty() || !file.empty(); }
  friend bool operator==(const Secret&, const Secret&) = default;
};

struct BasicAuth {
  std::string username;
  std::string username_file;
  Secret password;
  friend bool operator==(const BasicAuth&, const BasicAuth&) = default;
};

struct Authorization {
  std::string type = "Bearer";
  Secret credentials;
  friend bool operator==(const Authorization&, const Authorization&) = default;
};

enum class TlsVersion { kDefault, kTls10, kTls11, kTls12, kTls13 };

struct TlsOptions {
  std::string ca;  // inline PEM
  std::string ca_file;
  std::string cert;
  std::string cert_file;
  Secret key;  // .value = inline PEM, .file = key_file
  std::string server_name;
  bool insecure_skip_verify = false;
  TlsVersion min_version = TlsVersion::kDefault;  // default: 1.2
  TlsVersion max_version = TlsVersion::kDefault;
  friend bool operator==(const TlsOptions&, const TlsOptions&) = default;
};

struct HeaderOptions {
  std::vector<std::string> values;
  std::vector<std::string> secrets;
  std::vector<std::string> files;
  friend bool operator==(const HeaderOptions&, const HeaderOptions&) = default;
};

struct ProxyOptions {
  std::string url;
  std::string no_proxy;
  bool from_environment = false;
  std::map<std::string, std::vector<std::string>> connect_headers;  // values are secrets
  friend bool operator==(const ProxyOptions&, const ProxyOptions&) = default;
};

struct OAuth2Options {
  std::string client_id;
  Secret client_secret;
  Secret client_certificate_key;
  std::string client_certificate_key_id;
  std::string signature_algorithm;
  std::string grant_type;
  std::string iss;
  std::string audience;
  std::map<std::string, std::string> claims;
  std::vector<std::string> scopes;
  std::string token_url;
  std::map<std::string, std::string> endpoint_params;
  TlsOptions tls;
  ProxyOptions proxy;
  friend bool operator==(const OAuth2Options&, const OAuth2Options&) = default;
};

struct HttpClientOptions {
  std::optional<BasicAuth> basic_auth;
  std::optional<Authorization> authorization;  // also what bearer_token and bearer_token_file turn into
  std::optional<OAuth2Options> oauth2;
  bool follow_redirects = true;
  bool enable_http2 = true;  // accepted; HTTP/2 is not offered
  TlsOptions tls;
  ProxyOptions proxy;
  std::map<std::string, HeaderOptions> headers;
  friend bool operator==(const HttpClientOptions&, const HttpClientOptions&) = default;
};

}  // namespace narthex::net
