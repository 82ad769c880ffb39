#include "config/sections/protocols.h"

#include <algorithm>
#include <cctype>

#include "base/quote.h"

namespace narthex::config {
namespace {

using scrape::Escaping;
using scrape::Protocol;

// Sorted by name, as the complaint lists them.
constexpr std::pair<Protocol, std::string_view> kProtocols[] = {
    {Protocol::kOpenMetrics001, "OpenMetricsText0.0.1"},
    {Protocol::kOpenMetrics100, "OpenMetricsText1.0.0"},
    {Protocol::kProto, "PrometheusProto"},
    {Protocol::kText004, "PrometheusText0.0.4"},
    {Protocol::kText100, "PrometheusText1.0.0"},
};

constexpr std::pair<Escaping, std::string_view> kEscapings[] = {
    {Escaping::kAllowUtf8, "allow-utf-8"},
    {Escaping::kUnderscores, "underscores"},
    {Escaping::kDots, "dots"},
    {Escaping::kValues, "values"},
};

bool same_ignoring_case(const std::string& a, const std::string& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : " ") + name;
  return out;
}

// The first mistake in the list, "" if there is none: per element first repetition, then existence.
std::string mistake(const std::vector<std::string>& names, std::vector<Protocol>& out) {
  if (names.empty()) return "scrape_protocols cannot be empty";
  for (size_t i = 0; i < names.size(); ++i) {
    auto same = [&](const std::string& other) { return same_ignoring_case(other, names[i]); };
    if (std::any_of(names.begin(), names.begin() + static_cast<ptrdiff_t>(i), same)) {
      return "duplicated protocol in scrape_protocols, got [" + joined(names) + "]";
    }
    auto protocol = parse_protocol(names[i]);
    if (!protocol) return "scrape_protocols: " + protocol.error().message;
    out.push_back(*protocol);
  }
  return "";
}

}  // namespace

std::string_view protocol_name(Protocol protocol) {
  for (const auto& [value, name] : kProtocols) {
    if (value == protocol) return name;
  }
  return "";
}

Result<Protocol> parse_protocol(std::string_view text) {
  std::vector<std::string> names;
  for (const auto& [value, name] : kProtocols) {
    if (name == text) return value;
    names.emplace_back(name);
  }
  return invalid("unknown scrape protocol " + std::string(text) + ", supported: [" + joined(names) + "]");
}

std::vector<Protocol> default_protocols(bool native_histograms) {
  std::vector<Protocol> out = {Protocol::kOpenMetrics100, Protocol::kOpenMetrics001, Protocol::kText100,
                               Protocol::kText004};
  if (native_histograms) out.insert(out.begin(), Protocol::kProto);
  return out;
}

void read_protocols(yaml::Fields& fields, const std::string& owner, std::vector<Protocol>& out) {
  auto node = fields.find("scrape_protocols");
  std::vector<std::string> names;
  if (!node || node->is_null() || !yaml::read(*node, names, fields.problems(), "[]config.ScrapeProtocol")) return;
  std::vector<Protocol> protocols;
  const std::string wrong = mistake(names, protocols);
  if (!wrong.empty()) return fields.problems().add(*node, wrong + " for " + owner);
  out = std::move(protocols);
}

std::string_view scheme_name(NameScheme scheme) { return scheme == NameScheme::kLegacy ? "legacy" : "utf8"; }

Result<NameScheme> parse_name_scheme(std::string_view text) {
  if (text == "legacy") return NameScheme::kLegacy;
  if (text == "utf8" || text.empty()) return NameScheme::kUtf8;
  return invalid("unrecognized ValidationScheme: " + go_quote(text));
}

std::string_view escaping_name(Escaping escaping) { return kEscapings[static_cast<size_t>(escaping)].second; }

std::optional<Escaping> parse_escaping(std::string_view text) {
  for (const auto& [value, name] : kEscapings) {
    if (name == text) return value;
  }
  return {};
}

}  // namespace narthex::config
