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

constexpr std::string_view kInvalidUser = "net/url: invalid userinfo";

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

bool may_stand_in_host(char c) {
  return static_cast<unsigned char>(c) >= 0x80 || is_alpha(c) || is_digit(c) ||
         std::string_view("-_.~!$&'()*+,;=:[]<>\"%").find(c) != std::string_view::npos;
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
  const auto wrong = std::find_if_not(host.begin(), host.end(), may_stand_in_host);
  if (wrong != host.end()) return "invalid character " + go_quote(std::string_view(wrong, 1)) + " in host name";
  return check_escapes(host);
}

// The reason is that of Go for a character that may not stand there, also for a wrong escape: that one would be quoted.
Reason check_user(std::string_view user) {
  const bool good = std::all_of(user.begin(), user.end(), [](char c) {
    return is_alpha(c) || is_digit(c) || std::string_view("-._:~!$&'()*+,;=%@").find(c) != std::string_view::npos;
  });
  if (good && !check_escapes(user)) return {};
  return std::string(kInvalidUser);
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
  const std::string_view authority = rest.substr(2, slash - 2);
  const size_t at = authority.rfind('@');
  parts.host = authority.substr(at == std::string_view::npos ? 0 : at + 1);
  if (auto reason = check_host(parts.host)) return reason;
  if (at != std::string_view::npos) {
    if (auto reason = check_user(authority.substr(0, at))) return reason;
  }
  return check_escapes(rest.substr(slash));
}

// Where the authority of `url` begins, behind its "//"; npos: it has none.
size_t authority_of(std::string_view url) {
  const size_t slashes = url.find("//");
  return slashes == std::string_view::npos ? slashes : slashes + 2;
}

// `url` with "xxxxx" for what stands between the first colon of its authority and the '@' at `at`.
std::string hide_until(std::string_view url, size_t at) {
  const size_t begin = authority_of(url);
  if (begin == std::string_view::npos || at == std::string_view::npos) return std::string(url);
  const size_t colon = url.find(':', begin);
  if (colon > at) return std::string(url);
  return std::string(url.substr(0, colon + 1)).append("xxxxx").append(url.substr(at));
}

// The '@' behind the user and the password; npos: there is none.
size_t end_of_user(std::string_view url) {
  const size_t begin = authority_of(url);
  if (begin == std::string_view::npos || url.substr(begin).starts_with('[')) return std::string_view::npos;
  const size_t end = std::min(url.find_first_of("/?#", begin), url.size());
  const size_t at = url.substr(0, end).rfind('@');
  if (at != std::string_view::npos) return at < begin ? std::string_view::npos : at;
  // A password with a slash in it ends the authority too early: what looks like a port is none then.
  const size_t colon = url.find(':', begin);
  return colon < end && check_port(url.substr(colon, end - colon)) ? url.rfind('@') : std::string_view::npos;
}

}  // namespace

Result<UrlParts> parse_url(std::string_view url) {
  UrlParts parts;
  const Reason reason = check(url, parts);
  if (!reason) return parts;
  // Any '@' may be the one that was meant to end the password. If it is not the one that did, a reason that quotes is
  // not told: what was taken for a port is a part of the password.
  const size_t last = url.rfind('@');
  const std::string shown = hide_until(url, last);
  const bool quotes = reason->find('"') != std::string::npos;
  const bool ended_user = last == end_of_user(url) && url.substr(last + 1).starts_with(parts.host);
  const bool tell = shown == url || !quotes || ended_user;
  return invalid("parse " + go_quote(shown) + ": " + (tell ? *reason : std::string(kInvalidUser)));
}

std::string hide_password(std::string_view url) { return hide_until(url, end_of_user(url)); }

}  // namespace narthex::config
