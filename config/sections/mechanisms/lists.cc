// Mechanisms that read a list of targets: files, HTTP, DNS. Kubernetes spec, sections 7 to 9.
#include <algorithm>
#include <cctype>

#include "base/quote.h"
#include "config/sections/mechanisms/mechanisms.h"
#include "config/sections/url.h"

namespace narthex::config {
namespace {

// ^[^*]*(\*[^/]*)?\.(json|yml|yaml|JSON|YML|YAML)$
bool valid_for_file_discovery(const std::string& path) {
  const size_t star = path.find('*');
  if (star != std::string::npos && path.find('/', star) != std::string::npos) return false;
  const std::string_view kEndings[] = {".json", ".yml", ".yaml", ".JSON", ".YML", ".YAML"};
  return std::any_of(std::begin(kEndings), std::end(kEndings), [&](std::string_view e) { return path.ends_with(e); });
}

constexpr Field kFileFields[] = {always(field("files", Kind::kPaths)), duration("refresh_interval", "5m")};
constexpr Schema kFile = {"file.plain", kFileFields, [](Section& item) {
                            item.require("files", "file service discovery config must contain at least one path name");
                            for (const std::string& file : item.strings("files")) {
                              if (valid_for_file_discovery(file)) continue;
                              item.complain("files",
                                            "path name " + go_quote(file) + " is not valid for file discovery");
                            }
                          }};

constexpr Field kHttpFields[] = {http_client(), duration("refresh_interval", "1m"), always(text("url"))};
constexpr Schema kHttp = {"http.plain", kHttpFields, [](Section& item) { require_http_url(item, "url"); }};

constexpr Field kDnsFields[] = {always(strings("names")), duration("refresh_interval", "30s"),
                                always(text("type", "SRV")), always(integer("port"))};

void check_dns(Section& item) {
  item.require("names", "DNS-SD config must contain at least one SRV record name");
  const std::string& type = item.text("type");
  std::string upper = type;
  std::transform(upper.begin(), upper.end(), upper.begin(), [](unsigned char c) { return std::toupper(c); });
  if (upper == "SRV") return;
  if (upper != "A" && upper != "AAAA" && upper != "MX" && upper != "NS") {
    item.complain("type", "invalid DNS-SD records type " + type);
  } else {
    item.require("port", "a port is required in DNS-SD configs for all record types except SRV");
  }
}
constexpr Schema kDns = {"dns.plain", kDnsFields, check_dns};

constexpr Mechanism kMechanisms[] = {
    {"dns", "[]*dns.SDConfig", kDns},
    {"file", "[]*file.SDConfig", kFile},
    {"http", "[]*http.SDConfig", kHttp},
};

}  // namespace

std::span<const Mechanism> list_mechanisms() { return kMechanisms; }

void require_http_url(Section& item, std::string_view name) {
  if (!item.require(name, "URL is missing")) return;
  const auto url = parse_url(item.text(name));
  if (!url) return item.complain(name, url.error().message);
  if (url->scheme != "http" && url->scheme != "https") {
    item.complain(name, "URL scheme must be 'http' or 'https'");
  } else if (url->host.empty()) {
    item.complain(name, "host is missing in URL");
  }
}

}  // namespace narthex::config
