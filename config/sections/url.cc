#include "config/sections/url.h"

#include <algorithm>
#include <cctype>
#include <optional>

#include "base/quote.h"

namespace narthex::config {
namespace {

bool is_alpha(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; }
bool is_hex(char c) { return std::isxdigit(static_cast<unsigned char>(c)) != 0; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Reason why a URL is refused; nullopt: it is fine.
using Reason = std::optional<std::string>;

// Takes "scheme:" off `rest`.
Reason take_scheme(std::string_view& rest, std::string& scheme) {
  for (size_t i = 0; i < rest.size(); ++i) {
    const char c = rest[i];
    if (is_alpha(c)) continue;
    if (is_digit(c) || c == '+' || c == '-' || c == '.') {
      if (i == 0) return {};
      continue;
    }
    if (c != ':') return {};
    if (i == 0) return "missing protocol scheme";
    scheme = rest.substr(0, i);
    std::transform(scheme.begin(), scheme.end(), scheme.begin(), [](unsigned char u) { return std::tolower(u); });
    rest.remove_prefix(i + 1);
    return {};
  }
  return {};
}

Reason check_escapes(std::string_view text) {
  for (size_t i = text.find('%'); i != std::string_view::npos; i = text.find('%', i + 1)) {
    if (i + 2 < text.size() && is_hex(text[i + 1]) && is_hex(text[i + 2])) continue;
    return "invalid URL escape " + go_quote(text.substr(i, 3));
  }
  return {};
}

Reason check_port(std::string_view port) {
  if (port.empty()) return {};
  if (port[0] == ':' && std::all_of(port.begin() + 1, port.end(), is_digit)) return {};
  return "invalid port " + go_quote(port) + " after host";
}

Reason check_host(std::string_view host) {
  if (host.starts_with('[')) {
    const size_t end = host.rfind(']');
    if (end == std::string_view::npos) return "missing ']' in host";
    return check_port(host.substr(end + 1));
  }
  const size_t colon = host.rfind(':');
  if (colon != std::string_view::npos) {
    if (auto reason = check_port(host.substr(colon))) return reason;
  }
  for (size_t i = 0; i < host.size(); ++i) {
    if (host[i] == ' ' || host[i] == '"' || host[i] == '<' || host[i] == '>' || host[i] == '\\' || host[i] == '^') {
      return "invalid character " + go_quote(host.substr(i, 1)) + " in host name";
    }
  }
  return check_escapes(host);
}

Reason check(std::string_view url, UrlParts& parts) {
  for (const char c : url) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return "net/url: invalid control character in URL";
  }
  std::string_view rest = url.substr(0, url.find('#'));
  if (auto reason = take_scheme(rest, parts.scheme)) return reason;
  rest = rest.substr(0, rest.find('?'));
  if (!rest.starts_with('/') && !parts.scheme.empty()) return {};  // opaque, such as mailto:x
  if (!rest.starts_with("//")) {
    const std::string_view segment = rest.substr(0, rest.find('/'));
    if (segment.find(':') != std::string_view::npos) return "first path segment in URL cannot contain colon";
    return check_escapes(rest);
  }
  const size_t slash = std::min(rest.find('/', 2), rest.size());
  std::string_view authority = rest.substr(2, slash - 2);
  const size_t at = authority.rfind('@');
  if (at != std::string_view::npos) {
    if (auto reason = check_escapes(authority.substr(0, at))) return reason;
    authority.remove_prefix(at + 1);
  }
  parts.host = authority;
  if (auto reason = check_host(authority)) return reason;
  return check_escapes(rest.substr(slash));
}

}  // namespace

Result<UrlParts> parse_url(std::string_view url) {
  UrlParts parts;
  if (auto reason = check(url, parts)) return invalid("parse " + go_quote(hide_password(url)) + ": " + *reason);
  return parts;
}

std::string hide_password(std::string_view url) {
  std::string out(url);
  const size_t start = url.find("//");
  if (start == std::string_view::npos) return out;
  const size_t end = std::min(url.find_first_of("/?#", start + 2), url.size());
  const size_t at = url.substr(0, end).rfind('@');
  if (at == std::string_view::npos || at < start) return out;
  const size_t colon = url.find(':', start + 2);
  if (colon < at) out.replace(colon + 1, at - colon - 1, "xxxxx");
  return out;
}

}  // namespace narthex::config
