#include "exposition/content_type.h"

#include <algorithm>
#include <map>

#include "base/quote.h"

namespace narthex::exposition {
namespace {

constexpr std::string_view kSpaces = " \t\n\v\f\r";

std::string_view trim_left(std::string_view text) {
  return text.substr(std::min(text.find_first_not_of(kSpaces), text.size()));
}

std::string_view trim(std::string_view text) {
  text = trim_left(text);
  return text.substr(0, text.find_last_not_of(kSpaces) + 1);
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  return out;
}

bool is_special(char c) { return std::string_view("()<>@,;:\\\"/[]?=").find(c) != std::string_view::npos; }
bool is_token_char(char c) { return c > 0x20 && c < 0x7f && !is_special(c); }

// Cuts a token off the front of `text`; "" if there is none.
std::string_view take_token(std::string_view& text) {
  const auto stop = std::find_if_not(text.begin(), text.end(), is_token_char);
  const std::string_view token(text.begin(), stop);
  text.remove_prefix(token.size());
  return token;
}

bool take(std::string_view& text, char c) {
  text = trim_left(text);
  if (text.empty() || text[0] != c) return false;
  text.remove_prefix(1);
  return true;
}

// A token, or a string in quotes. A backslash escapes only what would need it.
std::optional<std::string> take_value(std::string_view& text) {
  if (text.empty() || text[0] != '"') {
    const std::string_view token = take_token(text);
    return token.empty() ? std::nullopt : std::optional<std::string>(token);
  }
  std::string out;
  for (size_t i = 1; i < text.size() && text[i] != '\r' && text[i] != '\n'; ++i) {
    if (text[i] == '"') {
      text.remove_prefix(i + 1);
      return out;
    }
    if (text[i] == '\\' && i + 1 < text.size() && is_special(text[i + 1])) ++i;
    out += text[i];
  }
  return std::nullopt;
}

// `; name = value`.
std::optional<std::pair<std::string, std::string>> take_parameter(std::string_view& text) {
  if (!take(text, ';')) return std::nullopt;
  text = trim_left(text);
  std::string name = lower(take_token(text));
  if (name.empty() || !take(text, '=')) return std::nullopt;
  text = trim_left(text);
  auto value = take_value(text);
  if (!value) return std::nullopt;
  return std::pair(std::move(name), std::move(*value));
}

Result<> check_media_type(std::string_view type) {
  if (take_token(type).empty()) return invalid("mime: no media type");
  if (type.empty()) return {};
  if (type[0] != '/') return invalid("mime: expected slash after first token");
  type.remove_prefix(1);
  if (take_token(type).empty()) return invalid("mime: expected token after slash");
  if (!type.empty()) return invalid("mime: unexpected content after media subtype");
  return {};
}

Result<> check_parameters(std::string_view text) {
  std::map<std::string, std::string> seen;
  while (!(text = trim_left(text)).empty()) {
    if (trim(text) == ";") return {};
    auto parameter = take_parameter(text);
    if (!parameter) return invalid("mime: invalid media parameter");
    const auto [at, fresh] = seen.insert(*parameter);
    if (!fresh && at->second != parameter->second) return invalid("mime: duplicate parameter name");
  }
  return {};
}

std::optional<Format> format_of_media_type(std::string_view type) {
  if (type == "text/plain") return Format::kText;
  if (type == "application/openmetrics-text") return Format::kOpenMetrics;
  if (type == "application/vnd.google.protobuf") return Format::kProtobuf;
  return std::nullopt;
}

// `problem` is told either as the error, or as the note why the fallback was taken.
Result<FormatChoice> fall_back(std::string_view protocol, std::string_view problem, std::string_view without,
                               std::string_view cause = {}) {
  const std::optional<Format> format = format_of_protocol(protocol);
  std::string text(problem);
  if (format) {
    text += ", using fallback_scrape_protocol " + go_quote(protocol);
  } else {
    text += without;
  }
  if (!cause.empty()) (text += '\n') += cause;
  if (!format) return invalid(std::move(text));
  return FormatChoice{*format, std::move(text)};
}

}  // namespace

std::string_view format_name(Format format) {
  switch (format) {
    case Format::kText:
      return "Prometheus text";
    case Format::kOpenMetrics:
      return "OpenMetrics text";
    case Format::kProtobuf:
      return "Prometheus protobuf";
  }
  return "";
}

std::optional<Format> format_of_protocol(std::string_view protocol) {
  if (protocol == "PrometheusText0.0.4" || protocol == "PrometheusText1.0.0") return Format::kText;
  if (protocol == "OpenMetricsText0.0.1" || protocol == "OpenMetricsText1.0.0") return Format::kOpenMetrics;
  if (protocol == "PrometheusProto") return Format::kProtobuf;
  return std::nullopt;
}

Result<std::string> parse_media_type(std::string_view content_type) {
  const std::string_view base = content_type.substr(0, content_type.find(';'));
  std::string type(trim(lower(base)));
  if (auto checked = check_media_type(type); !checked) return checked.error();
  if (auto checked = check_parameters(content_type.substr(base.size())); !checked) return checked.error();
  return type;
}

Result<FormatChoice> choose_format(std::string_view content_type, std::string_view fallback_protocol) {
  if (trim(content_type).empty()) {
    return fall_back(fallback_protocol, "non-compliant scrape target sending blank Content-Type",
                     " and no fallback_scrape_protocol specified for target");
  }
  const auto type = parse_media_type(content_type);
  if (!type) {
    return fall_back(fallback_protocol, "cannot parse Content-Type " + go_quote(content_type),
                     " and no fallback_scrape_protocol for target", type.error().message);
  }
  if (const auto format = format_of_media_type(*type)) return FormatChoice{*format, ""};
  return fall_back(fallback_protocol, "received unsupported Content-Type " + go_quote(content_type),
                   " and no fallback_scrape_protocol specified for target");
}

}  // namespace narthex::exposition
