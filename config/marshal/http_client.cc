#include "config/marshal/marshal.h"
#include "config/sections/url.h"

namespace narthex::config {
namespace {

constexpr const char* kHidden = "<secret>";

void add_secret(Value& out, const std::string& name, const net::Secret& secret) {
  if (!secret.value.empty()) out.add(name, kHidden);
  out.add_if(name + "_file", secret.file);
}

void add_proxy(Value& out, const net::ProxyOptions& proxy) {
  out.add_if("proxy_url", hide_password(proxy.url)).add_if("no_proxy", proxy.no_proxy);
  out.add_if_true("proxy_from_environment", proxy.from_environment);
  if (proxy.connect_headers.empty()) return;
  Value headers = Value::mapping();
  for (const auto& [name, values] : proxy.connect_headers) {
    headers.add(name, Value::strings(std::vector<std::string>(values.size(), kHidden)));
  }
  out.add("proxy_connect_header", std::move(headers));
}

void add_tls(Value& out, const net::TlsOptions& tls) {
  if (tls != net::TlsOptions()) out.add("tls_config", tls_value(tls));
}

Value string_map(const std::map<std::string, std::string>& map) {
  Value out = Value::mapping();
  for (const auto& [key, value] : map) out.add(key, value);
  return out;
}

Value oauth2_value(const net::OAuth2Options& oauth2) {
  Value out = Value::mapping();
  out.add("client_id", oauth2.client_id);
  add_secret(out, "client_secret", oauth2.client_secret);
  out.add_if("client_certificate_key_id", oauth2.client_certificate_key_id);
  add_secret(out, "client_certificate_key", oauth2.client_certificate_key);
  out.add_if("grant_type", oauth2.grant_type).add_if("signature_algorithm", oauth2.signature_algorithm);
  out.add_if("iss", oauth2.iss).add_if("audience", oauth2.audience);
  if (!oauth2.claims.empty()) out.add("claims", string_map(oauth2.claims));
  if (!oauth2.scopes.empty()) out.add("scopes", Value::strings(oauth2.scopes));
  out.add("token_url", hide_password(oauth2.token_url));
  if (!oauth2.endpoint_params.empty()) out.add("endpoint_params", string_map(oauth2.endpoint_params));
  add_tls(out, oauth2.tls);
  add_proxy(out, oauth2.proxy);
  return out;
}

Value basic_auth_value(const net::BasicAuth& auth) {
  Value out = Value::mapping();
  out.add_if("username", auth.username).add_if("username_file", auth.username_file);
  add_secret(out, "password", auth.password);
  return out;
}

Value authorization_value(const net::Authorization& auth) {
  Value out = Value::mapping();
  out.add("type", auth.type);
  add_secret(out, "credentials", auth.credentials);
  return out;
}

Value headers_value(const std::map<std::string, net::HeaderOptions>& headers) {
  Value out = Value::mapping();
  for (const auto& [name, header] : headers) {
    Value one = Value::mapping();
    if (!header.values.empty()) one.add("values", Value::strings(header.values));
    if (!header.secrets.empty()) {
      one.add("secrets", Value::strings(std::vector<std::string>(header.secrets.size(), kHidden)));
    }
    if (!header.files.empty()) one.add("files", Value::strings(header.files));
    out.add(name, std::move(one));
  }
  return out;
}

}  // namespace

Value tls_value(const net::TlsOptions& tls) {
  Value out = Value::mapping();
  out.add_if("ca", tls.ca).add_if("cert", tls.cert);
  if (!tls.key.value.empty()) out.add("key", kHidden);
  out.add_if("ca_file", tls.ca_file).add_if("cert_file", tls.cert_file).add_if("key_file", tls.key.file);
  out.add_if("server_name", tls.server_name).add("insecure_skip_verify", tls.insecure_skip_verify);
  static constexpr const char* kVersions[] = {"", "TLS10", "TLS11", "TLS12", "TLS13"};
  out.add_if("min_version", kVersions[static_cast<size_t>(tls.min_version)]);
  out.add_if("max_version", kVersions[static_cast<size_t>(tls.max_version)]);
  return out;
}

void add_http_client(Value& out, const net::HttpClientOptions& http) {
  if (http.basic_auth) out.add("basic_auth", basic_auth_value(*http.basic_auth));
  if (http.authorization) out.add("authorization", authorization_value(*http.authorization));
  if (http.oauth2) out.add("oauth2", oauth2_value(*http.oauth2));
  add_proxy(out, http.proxy);
  add_tls(out, http.tls);
  out.add("follow_redirects", http.follow_redirects).add("enable_http2", http.enable_http2);
  if (!http.headers.empty()) out.add("http_headers", headers_value(http.headers));
}

}  // namespace narthex::config
