#include "net/detail/request_head.h"

#include <algorithm>

#include "base/quote.h"
#include "net/detail/encoding.h"
#include "net/detail/files.h"

namespace narthex::net {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool is_token(std::string_view text) {
  const auto fits = [](char c) {
    return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  };
  return !text.empty() && std::all_of(text.begin(), text.end(), fits);
}

bool is_value(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return c != '\t' && (static_cast<unsigned char>(c) < 0x20 || c == 0x7f); });
}

const std::string* find(const HeaderList& headers, std::string_view name) {
  for (const auto& [key, value] : headers) {
    if (equal_ignoring_case(key, name)) return &value;
  }
  return nullptr;
}

Result<std::string> fetch(const std::string& value, const std::string& file) {
  if (file.empty()) return value;
  return read_trimmed_file(file);
}

Result<std::string> authorization(const HttpClientOptions& options) {
  if (options.basic_auth) {
    const BasicAuth& auth = *options.basic_auth;
    auto username = fetch(auth.username, auth.username_file);
    if (!username) return prefixed("unable to read basic auth username: ", username.error());
    auto password = fetch(auth.password.value, auth.password.file);
    if (!password) return prefixed("unable to read basic auth password: ", password.error());
    return basic_authorization(*username, *password);
  }
  if (!options.authorization) return std::string();
  const Secret& secret = options.authorization->credentials;
  auto credentials = fetch(secret.value, secret.file);
  if (!credentials) return prefixed("unable to read authorization credentials: ", credentials.error());
  return options.authorization->type + ' ' + *credentials;
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

Result<> append_checked(std::string& out, std::string_view name, std::string_view value) {
  if (!is_token(name)) return invalid("net/http: invalid header field name " + go_quote(name));
  if (!is_value(value)) return invalid("net/http: invalid header field value for " + go_quote(name));
  append_field(out, name, value);
  return {};
}

// The Host header: without a zone, and without a colon that no port follows.
std::string host_field(std::string host) {
  if (const size_t zone = host.find('%'); zone != std::string::npos && host.starts_with('[')) {
    host.erase(zone, host.rfind(']') - zone);
  }
  if (host.ends_with(':')) host.pop_back();
  return host;
}

bool has_secrets(const HttpClientOptions& options, std::string_view name) {
  return std::any_of(options.headers.begin(), options.headers.end(), [name](const auto& each) {
    const auto& [key, header] = each;
    return equal_ignoring_case(key, name) && !(header.secrets.empty() && header.files.empty());
  });
}

}  // namespace

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

bool is_sensitive_header(std::string_view name) {
  static constexpr std::string_view kNames[] = {"Authorization", "Www-Authenticate",    "Cookie",
                                                "Cookie2",       "Proxy-Authorization", "Proxy-Authenticate"};
  return std::any_of(std::begin(kNames), std::end(kNames),
                     [name](std::string_view each) { return equal_ignoring_case(name, each); });
}

Result<HeaderList> configured_headers(const HttpClientOptions& options, bool withhold_secrets) {
  HeaderList out;
  if (!withhold_secrets) {
    auto value = authorization(options);
    if (!value) return value.error();
    if (!value->empty()) out.emplace_back("Authorization", *value);
  }
  for (const auto& [name, header] : options.headers) {
    if (withhold_secrets && is_sensitive_header(name)) continue;
    for (const std::string& value : header.values) out.emplace_back(name, value);
    for (const std::string& secret : header.secrets) out.emplace_back(name, secret);
    for (const std::string& file : header.files) {
      auto value = read_trimmed_file(file);
      if (!value) return prefixed("unable to read headers file " + file + ": ", value.error());
      out.emplace_back(name, *value);
    }
  }
  return out;
}

std::vector<std::string_view> secrets_in(std::string_view head, const HttpClientOptions& options) {
  std::vector<std::string_view> out;
  for (size_t begin = 0, end = 0; end != std::string_view::npos; begin = end + 2) {
    end = head.find("\r\n", begin);
    const std::string_view line = head.substr(begin, end - begin);
    const size_t colon = std::min(line.find(": "), line.size());
    const std::string_view name = line.substr(0, colon);
    std::string_view value = line.substr(std::min(colon + 2, line.size()));
    if (!is_sensitive_header(name) && !has_secrets(options, name)) continue;
    // "Bearer" and the like are none; credentials without a type have no blank.
    if (name.ends_with("uthorization")) value = value.substr(value.find(' ') + 1);
    out.push_back(value);
  }
  return out;
}

Result<std::string> RequestHead::str() const {
  if (!is_token(method)) return invalid("net/http: invalid method " + go_quote(method));
  std::string out;
  out.reserve(512);
  out.append(method).append(" ");
  if (to_proxy) out.append(url.scheme).append("://").append(host_field(url.host));
  out.append(url.target()).append(" HTTP/1.1\r\n");
  if (find(headers, "Host") == nullptr) append_field(out, "Host", host_field(url.host));
  if (find(headers, "User-Agent") == nullptr) append_field(out, "User-Agent", user_agent);
  bool authorized = !token.empty();
  if (authorized) {
    if (auto done = append_checked(out, "Authorization", token); !done) return done.error();
  }
  for (const auto& [name, value] : headers) {
    if (withhold_secrets && is_sensitive_header(name)) continue;
    if (!token.empty() && equal_ignoring_case(name, "Authorization")) continue;
    authorized = authorized || equal_ignoring_case(name, "Authorization");
    if (auto done = append_checked(out, name, value); !done) return done.error();
  }
  if (!authorized && url.user) {
    authorized = true;
    append_field(out, "Authorization", basic_authorization(url.user->name, url.user->password.value_or("")));
  }
  for (const auto& [name, value] : configured) {
    if (authorized && equal_ignoring_case(name, "Authorization")) continue;
    if (auto done = append_checked(out, name, value); !done) return done.error();
  }
  if (!proxy_authorization.empty()) append_field(out, "Proxy-Authorization", proxy_authorization);
  if (!referer.empty() && find(headers, "Referer") == nullptr) append_field(out, "Referer", referer);
  if (find(headers, "Accept-Encoding") == nullptr) {
    append_field(out, "Accept-Encoding", accept_gzip ? "gzip" : "identity");
  }
  const bool states_length = body_bytes > 0 || method == "POST" || method == "PUT" || method == "PATCH";
  if (states_length) append_field(out, "Content-Length", std::to_string(body_bytes));
  out += "\r\n";
  return out;
}

Result<std::string> connect_request(const std::string& target, const HeaderList& headers, std::string_view user_agent) {
  std::string out = "CONNECT " + target + " HTTP/1.1\r\n";
  append_field(out, "Host", target);
  if (find(headers, "User-Agent") == nullptr) append_field(out, "User-Agent", user_agent);
  for (const auto& [name, value] : headers) {
    if (auto done = append_checked(out, name, value); !done) return done.error();
  }
  return out + "\r\n";
}

}  // namespace narthex::net
