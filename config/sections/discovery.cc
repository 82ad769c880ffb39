#include "config/sections/discovery.h"

#include <algorithm>

#include "base/quote.h"
#include "config/sections/http_client.h"
#include "config/sections/kubernetes.h"
#include "config/sections/url.h"
#include "model/duration.h"

namespace narthex::config {
namespace {

constexpr std::string_view kMechanisms[] = {
    "aws",       "azure",    "consul",    "digitalocean", "dns",    "docker",    "dockerswarm", "ec2",
    "eureka",    "file",     "gce",       "hetzner",      "http",   "ionos",     "kubernetes",  "kuma",
    "lightsail", "linode",   "marathon",  "nerve",        "nomad",  "openstack", "outscale",    "ovhcloud",
    "puppetdb",  "scaleway", "serverset", "stackit",      "triton", "uyuni",     "vultr",
};

void check_http(const yaml::Node& node, const Context& context) {
  yaml::Fields fields(node, "http.plain", context.problems);
  std::string text;
  fields.read("url", text);
  skim_durations(fields, {"refresh_interval"});
  read_http_client(fields, context);
  const Place place = fields.place_of("url");
  if (text.empty()) return context.problems.add(place, "URL is missing");
  const auto url = parse_url(text);
  if (!url) return context.problems.add(place, url.error().message);
  if (url->scheme != "http" && url->scheme != "https") {
    context.problems.add(place, "URL scheme must be 'http' or 'https'");
  } else if (url->host.empty()) {
    context.problems.add(place, "host is missing in URL");
  }
}

// ^[^*]*(\*[^/]*)?\.(json|yml|yaml|JSON|YML|YAML)$
bool valid_for_file_discovery(const std::string& path) {
  const size_t star = path.find('*');
  if (star != std::string::npos && path.find('/', star) != std::string::npos) return false;
  const std::string_view kEndings[] = {".json", ".yml", ".yaml", ".JSON", ".YML", ".YAML"};
  return std::any_of(std::begin(kEndings), std::end(kEndings), [&](std::string_view e) { return path.ends_with(e); });
}

void check_file(const yaml::Node& node, const Context& context) {
  yaml::Fields fields(node, "file.plain", context.problems);
  std::vector<std::string> files;
  skim_durations(fields, {"refresh_interval"});
  if (!fields.has("files") || (fields.read("files", files) && files.empty())) {
    context.problems.add(fields.place_of("files"), "file service discovery config must contain at least one path name");
  }
  for (const std::string& file : files) {
    if (valid_for_file_discovery(file)) continue;
    context.problems.add(fields.place_of("files"), "path name " + go_quote(file) + " is not valid for file discovery");
  }
}

void check_dns(const yaml::Node& node, const Context& context) {
  yaml::Fields fields(node, "dns.plain", context.problems);
  std::vector<std::string> names;
  std::string type = "SRV";
  int64_t port = 0;
  skim_durations(fields, {"refresh_interval"});
  if (!fields.has("names") || (fields.read("names", names) && names.empty())) {
    context.problems.add(fields.place_of("names"), "DNS-SD config must contain at least one SRV record name");
  }
  fields.read("type", type);
  fields.read("port", port);
  std::string upper = type;
  std::transform(upper.begin(), upper.end(), upper.begin(), [](unsigned char c) { return std::toupper(c); });
  if (upper == "SRV") return;
  if (upper != "A" && upper != "AAAA" && upper != "MX" && upper != "NS") {
    context.problems.add(fields.place_of("type"), "invalid DNS-SD records type " + type);
  } else if (port == 0) {
    context.problems.add(fields.place_of("port"),
                         "a port is required in DNS-SD configs for all record types except SRV");
  }
}

void check_item(std::string_view mechanism, const yaml::Node& item, const Context& context) {
  if (mechanism == "kubernetes") return check_kubernetes(item, context);
  if (mechanism == "http") return check_http(item, context);
  if (mechanism == "file") return check_file(item, context);
  if (mechanism == "dns") return check_dns(item, context);
}

}  // namespace

NamedNodes check_discovery(yaml::Fields& fields, const Context& context) {
  NamedNodes found;
  for (const std::string_view mechanism : kMechanisms) {
    const std::string name = std::string(mechanism) + "_sd_configs";
    fields.each(name, "[]*" + std::string(mechanism) + ".SDConfig", [&](const yaml::Node& item) {
      if (item.is_null()) return context.problems.add(item, "empty or null section in " + name);
      check_item(mechanism, item, context);
    });
    if (auto node = fields.find(name); node && !node->items().empty()) found.emplace_back(name, *node);
  }
  return found;
}

}  // namespace narthex::config
