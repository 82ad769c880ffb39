#include "net/detail/url.h"

#include <algorithm>

#include "base/quote.h"

namespace narthex::net {
namespace {

enum class Part { kHost, kZone, kUser, kPath };

bool is_alnum(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

bool one_of(char c, std::string_view set) { return set.find(c) != std::string_view::npos; }

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Go's shouldEscape.
bool must_escape(char c, Part part) {
  if (is_alnum(c) || one_of(c, "-_.~")) return false;
  switch (part) {
    case Part::kHost:
    case Part::kZone:
      return !one_of(c, "!$&'()*+,;=:[]<>\"");
    case Part::kUser:
      return !one_of(c, "$&+,;=");
    case Part::kPath:
      return !one_of(c, "$&+,/:;=@");
  }
  return true;
}

std::string escape(std::string_view text, Part part) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (must_escape(c, part)) {
      const auto byte = static_cast<unsigned char>(c);
      out += {'%', kHex[byte >> 4], kHex[byte & 15]};
    } else {
      out += c;
    }
  }
  return out;
}

Error bad_escape(std::string_view at) { return invalid("invalid URL escape " + go_quote(at.substr(0, 3))); }

Result<std::string> unescape(std::string_view text, Part part) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c != '%') {
      const bool in_host = part == Part::kHost || part == Part::kZone;
      if (in_host && static_cast<unsigned char>(c) < 0x80 && must_escape(c, part)) {
        return invalid("invalid character " + go_quote(text.substr(i, 1)) + " in host name");
      }
      out += c;
      continue;
    }
    if (i + 2 >= text.size() || hex_digit(text[i + 1]) < 0 || hex_digit(text[i + 2]) < 0) {
      return bad_escape(text.substr(i));
    }
    // RFC 3986: in a host, only bytes of non-ASCII characters may be escaped (and, for zones, the percent sign).
    if (part == Part::kHost && hex_digit(text[i + 1]) < 8 && text.substr(i, 3) != "%25") {
      return bad_escape(text.substr(i));
    }
    out += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
    i += 2;
  }
  return out;
}

// Whether an escaped path can be sent as it is written (Go's validEncoded).
bool sendable_path(std::string_view path) {
  return std::all_of(path.begin(), path.end(),
                     [](char c) { return one_of(c, "!$&'()*+,;=:@[]%") || !must_escape(c, Part::kPath); });
}

Result<std::string> sent_path(std::string_view path) {
  auto plain = unescape(path, Part::kPath);
  if (!plain) return plain.error();
  return sendable_path(path) ? std::string(path) : escape(*plain, Part::kPath);
}

bool valid_optional_port(std::string_view port) {
  if (port.empty()) return true;
  return port[0] == ':' && std::all_of(port.begin() + 1, port.end(), [](char c) { return c >= '0' && c <= '9'; });
}

Result<std::string> parse_bracketed_host(std::string_view host) {
  const size_t close = host.rfind(']');
  if (close == std::string_view::npos) return invalid("missing ']' in host");
  const std::string_view port = host.substr(close + 1);
  if (!valid_optional_port(port)) return invalid("invalid port " + go_quote(port) + " after host");
  const size_t zone = host.substr(0, close).find("%25");
  if (zone == std::string_view::npos) return unescape(host, Part::kHost);
  auto address = unescape(host.substr(0, zone), Part::kHost);
  if (!address) return address.error();
  auto zone_name = unescape(host.substr(zone, close - zone), Part::kZone);
  if (!zone_name) return zone_name.error();
  return *address + *zone_name + std::string(host.substr(close));
}

Result<std::string> parse_host(std::string_view host) {
  if (host.starts_with('[')) return parse_bracketed_host(host);
  if (const size_t colon = host.rfind(':'); colon != std::string_view::npos) {
    const std::string_view port = host.substr(colon);
    if (!valid_optional_port(port)) return invalid("invalid port " + go_quote(port) + " after host");
  }
  return unescape(host, Part::kHost);
}

bool valid_userinfo(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return is_alnum(c) || one_of(c, "-._:~!$&'()*+,;=%@"); });
}

Result<Url::User> parse_user(std::string_view text) {
  if (!valid_userinfo(text)) return invalid("net/url: invalid userinfo");
  const size_t colon = text.find(':');
  auto name = unescape(text.substr(0, colon), Part::kUser);
  if (!name) return name.error();
  Url::User user{*name, {}};
  if (colon != std::string_view::npos) {
    auto password = unescape(text.substr(colon + 1), Part::kUser);
    if (!password) return password.error();
    user.password = *password;
  }
  return user;
}

Result<> parse_authority(std::string_view authority, Url& url) {
  const size_t at = authority.rfind('@');
  auto host = parse_host(at == std::string_view::npos ? authority : authority.substr(at + 1));
  if (!host) return host.error();
  url.host = *host;
  if (at == std::string_view::npos) return {};
  auto user = parse_user(authority.substr(0, at));
  if (!user) return user.error();
  url.user = *user;
  return {};
}

// Cuts "scheme:" off; no scheme is no error.
Result<std::string> take_scheme(std::string_view& rest) {
  for (size_t i = 0; i < rest.size(); ++i) {
    const char c = rest[i];
    if (c == ':') {
      if (i == 0) return invalid("missing protocol scheme");
      std::string scheme(rest.substr(0, i));
      for (char& s : scheme) s = s >= 'A' && s <= 'Z' ? static_cast<char>(s + 32) : s;
      rest.remove_prefix(i + 1);
      return scheme;
    }
    const bool later_only = (c >= '0' && c <= '9') || one_of(c, "+-.");
    if (!is_alnum(c) && !later_only) return std::string();
    if (i == 0 && later_only) return std::string();
  }
  return std::string();
}

bool has_control_byte(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

void take_query(std::string_view& rest, Url& url) {
  const size_t mark = rest.find('?');
  if (mark == std::string_view::npos) return;
  url.query = rest.substr(mark + 1);
  url.force_query = url.query.empty();
  rest = rest.substr(0, mark);
}

Result<Url> parse_without_fragment(std::string_view text) {
  if (has_control_byte(text)) return invalid("net/url: invalid control character in URL");
  Url url;
  std::string_view rest = text;
  auto scheme = take_scheme(rest);
  if (!scheme) return scheme.error();
  url.scheme = *scheme;
  take_query(rest, url);
  if (!rest.starts_with('/')) {
    if (!url.scheme.empty()) {
      url.opaque = rest;
      return url;
    }
    if (rest.substr(0, rest.find('/')).find(':') != std::string_view::npos) {
      return invalid("first path segment in URL cannot contain colon");
    }
  }
  if (rest.starts_with("//") && (!url.scheme.empty() || !rest.starts_with("///"))) {
    rest.remove_prefix(2);
    const size_t slash = std::min(rest.find('/'), rest.size());
    if (auto done = parse_authority(rest.substr(0, slash), url); !done) return done.error();
    rest.remove_prefix(slash);
  }
  auto path = sent_path(rest);
  if (!path) return path.error();
  url.path = *path;
  return url;
}

// `reference` seen from `base`, both paths, before dot segments are removed.
std::string join_paths(std::string_view base, std::string_view reference) {
  if (reference.empty()) return std::string(base);
  if (reference[0] == '/') return std::string(reference);
  const size_t slash = base.rfind('/');
  std::string out(base.substr(0, slash == std::string_view::npos ? 0 : slash + 1));
  return out.append(reference);
}

// Without "." and ".." (Go's resolvePath).
std::string without_dot_segments(std::string_view path) {
  if (path.empty()) return "";
  std::string out = "/";
  bool first = true;
  std::string_view segment;
  for (bool more = true; more;) {
    const size_t slash = path.find('/');
    more = slash != std::string_view::npos;
    segment = path.substr(0, slash);
    if (more) path.remove_prefix(slash + 1);
    if (segment == "..") {
      const size_t last = out.rfind('/');
      first = last == 0;
      out.resize(std::max<size_t>(last, 1));
    } else if (segment == ".") {
      first = false;
    } else {
      if (!first) out += '/';
      out += segment;
      first = false;
    }
  }
  if (segment == "." || segment == "..") out += '/';
  if (out.starts_with("//")) out.erase(0, 1);
  return out;
}

}  // namespace

std::string Url::str(bool with_password) const {
  std::string out = scheme.empty() ? "" : scheme + ':';
  if (!opaque.empty()) {
    out += opaque;
  } else {
    if (!scheme.empty() || !host.empty() || user) {
      if (!host.empty() || !path.empty() || user) out += "//";
      if (user) {
        out += escape(user->name, Part::kUser);
        if (user->password) out += ':' + (with_password ? escape(*user->password, Part::kUser) : "***");
        out += '@';
      }
      out += escape(host, Part::kHost);
    }
    if (!path.empty() && path[0] != '/' && !host.empty()) out += '/';
    out += path;
  }
  if (force_query || !query.empty()) out += '?' + query;
  if (!fragment.empty()) out += '#' + fragment;
  return out;
}

std::string Url::target() const {
  std::string out = path.empty() ? "/" : path;
  if (force_query || !query.empty()) out += '?';
  for (const char c : query) c == ' ' ? out += "%20" : out += c;
  return out;
}

std::string Url::host_name() const {
  if (host.starts_with('[')) return host.substr(1, host.rfind(']') - 1);
  return host.substr(0, host.rfind(':'));
}

std::string Url::port() const {
  const size_t colon = host.rfind(':');
  const size_t bracket = host.rfind(']');
  if (colon == std::string::npos || (bracket != std::string::npos && bracket > colon)) return "";
  return host.substr(colon + 1);
}

Result<Url> parse_url(std::string_view text) {
  const size_t hash = text.find('#');
  const std::string_view front = text.substr(0, hash);
  auto url = parse_without_fragment(front);
  if (!url) {
    const std::string hidden = without_password(text);
    if (hidden == text) return prefixed("parse " + go_quote(front) + ": ", url.error());
    // The reason is not told: it may quote what was taken for a port, and is the begin of a password.
    return invalid("parse " + go_quote(hidden) + ": net/url: invalid userinfo");
  }
  if (hash != std::string_view::npos) url->fragment = text.substr(hash + 1);
  return url;
}

Result<Url> resolve_url(const Url& base, std::string_view reference) {
  auto url = parse_url(reference);
  if (!url) return url;
  const bool absolute = !url->scheme.empty() || !url->host.empty() || url->user;
  if (url->scheme.empty()) url->scheme = base.scheme;
  if (!url->opaque.empty()) return url;
  if (absolute) {
    url->path = without_dot_segments(url->path);
    return url;
  }
  if (url->path.empty() && !url->force_query && url->query.empty()) {
    url->query = base.query;
    if (url->fragment.empty()) url->fragment = base.fragment;
  }
  url->host = base.host;
  url->user = base.user;
  url->path = without_dot_segments(join_paths(base.path, url->path));
  return url;
}

std::string without_password(std::string_view text) {
  const size_t authority = text.find("//");
  if (authority == std::string_view::npos || text.substr(authority + 2).starts_with('[')) return std::string(text);
  const size_t colon = text.find(':', authority);
  const size_t end = text.find_first_of("/?#", authority + 2);
  size_t at = text.substr(0, end).rfind('@');
  // A password with a slash in it ends the authority too early: what looks like a port is none then.
  if (at == std::string_view::npos && colon < end && !valid_optional_port(text.substr(colon, end - colon))) {
    at = text.rfind('@');
  }
  if (at == std::string_view::npos || colon > at) return std::string(text);
  return std::string(text.substr(0, colon + 1)).append("***").append(text.substr(at));
}

bool is_host_or_subdomain(std::string_view host, std::string_view parent) {
  if (host == parent) return true;
  if (host.find_first_of(":%") != std::string_view::npos) return false;
  return host.size() > parent.size() && host.ends_with(parent) && host[host.size() - parent.size() - 1] == '.';
}

}  // namespace narthex::net
