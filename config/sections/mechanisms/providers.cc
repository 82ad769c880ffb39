// Hosting providers.
#include <algorithm>
#include <cctype>

#include "base/quote.h"
#include "config/sections/mechanisms/mechanisms.h"
#include "config/sections/url.h"
#include "config/sections/uuid.h"

namespace narthex::config {
namespace {

// Two of them take nothing of their own.
constexpr Field kPlainFields[] = {http_client(), always(duration("refresh_interval", "1m")),
                                  always(integer("port", "80"))};
constexpr Schema kDigitalOcean = {"digitalocean.plain", kPlainFields};
constexpr Schema kVultr = {"vultr.plain", kPlainFields};

constexpr Field kHetznerFields[] = {
    http_client(),
    always(duration("refresh_interval", "1m")),
    always(integer("port", "80")),
    always(text("role")),
    text("label_selector"),
};
constexpr Schema kHetzner = {
    "hetzner.plain", kHetznerFields, [](Section& item) {
      if (!item.require("role", "role missing (one of: robot, hcloud)")) return;
      item.require_one_of("role", {"robot", "hcloud"}, "unknown role " + go_quote(item.text("role")));
    }};

constexpr Field kIonosFields[] = {always(text("datacenter_id")), http_client(),
                                  always(duration("refresh_interval", "1m")), always(integer("port", "80"))};
constexpr Schema kIonos = {"ionos.plain", kIonosFields,
                           [](Section& item) { item.require("datacenter_id", "datacenter id can't be empty"); }};

constexpr Field kLinodeFields[] = {
    http_client(),
    always(duration("refresh_interval", "1m")),
    always(integer("port", "80")),
    text("tag_separator", ","),
    text("region"),
};
constexpr Schema kLinode = {"linode.plain", kLinodeFields};

constexpr Field kOutscaleFields[] = {
    text("region"),
    text("endpoint"),
    text("profile"),
    text("access_key"),
    secret("secret_key"),
    path("secret_key_file"),
    always(duration("refresh_interval", "1m")),
    always(integer("port", "80")),
    http_client(),
};
constexpr Schema kOutscale = {"outscale.plain", kOutscaleFields, [](Section& item) {
                                if (item.given("secret_key") && item.given("secret_key_file")) {
                                  item.complain("secret_key_file",
                                                "at most one of secret_key & secret_key_file must be configured");
                                }
                              }};

constexpr Field kOvhcloudFields[] = {
    always(text("endpoint", "ovh-eu")),         always(text("application_key")),
    always(secret("application_secret")),       always(secret("consumer_key")),
    always(duration("refresh_interval", "1m")), always(text("service")),
};
constexpr Schema kOvhcloud = {
    "ovhcloud.plain", kOvhcloudFields, [](Section& item) {
      item.require("endpoint", "endpoint can not be empty");
      item.require("application_key", "application key can not be empty");
      item.require("application_secret", "application secret can not be empty");
      item.require("consumer_key", "consumer key can not be empty");
      item.require_one_of("service", {"dedicated_server", "vps"}, "unknown service: " + item.text("service"));
    }};

// SCW and 17 capital letters or digits.
bool is_scaleway_key(std::string_view text) {
  return text.size() == 20 && text.starts_with("SCW") &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isupper(c) || std::isdigit(c); });
}

// What Scaleway's library refuses. A secret that was hidden in a printed configuration passes.
void check_scaleway_credentials(Section& item) {
  const std::string& access = item.text("access_key");
  if (item.require("access_key", "access_key is mandatory") && !is_scaleway_key(access)) {
    item.complain("access_key",
                  "scaleway-sdk-go: invalid access key format '" + access + "', expected SCWXXXXXXXXXXXXXXXXX format");
  }
  const std::string& key = item.text("secret_key");
  if (!key.empty() && key != "<secret>" && !is_uuid(key)) {
    item.complain("secret_key",
                  "scaleway-sdk-go: invalid secret key format '<secret>', expected a UUID: "
                  "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx");
  }
}

constexpr Field kScalewayFields[] = {
    always(text("project_id")),
    always(text("api_url", "https://api.scaleway.com")),
    always(text("zone", "fr-par-1")),
    always(text("access_key")),
    always(secret("secret_key")),
    always(path("secret_key_file")),
    text("name_filter"),
    strings("tags_filter"),
    http_client(),
    always(duration("refresh_interval", "1m")),
    always(integer("port", "80")),
    always(text("role")),
};
constexpr Schema kScaleway = {
    "scaleway.plain", kScalewayFields, [](Section& item) {
      if (item.require("role", "role missing (one of: instance, baremetal)")) {
        item.require_one_of("role", {"instance", "baremetal"}, "unknown role " + go_quote(item.text("role")));
      }
      item.require("project_id", "project_id is mandatory");
      const bool inline_key = !item.text("secret_key").empty();
      const bool key_file = !item.text("secret_key_file").empty();
      if (inline_key && key_file) {
        item.complain("secret_key_file", "at most one of secret_key & secret_key_file must be configured");
      } else if (!inline_key && !key_file) {
        item.require("secret_key", "one of secret_key & secret_key_file must be configured");
      }
      check_scaleway_credentials(item);
    }};

constexpr Field kStackitFields[] = {
    http_client(),
    always(text("project")),
    always(duration("refresh_interval", "1m")),
    integer("port", "80"),
    text("region", "eu01"),
    text("endpoint"),
    secret("service_account_key"),
    secret("private_key"),
    path("service_account_key_path"),
    path("private_key_path"),
    path("credentials_file_path"),
};
constexpr Schema kStackit = {
    "stackit.plain", kStackitFields, [](Section& item) {
      const std::string& endpoint = item.text("endpoint");
      if (endpoint.empty()) {
        item.require("region", "stackit_sd: endpoint and region missing");
      } else if (auto url = parse_url(endpoint); !url) {
        item.complain("endpoint",
                      "stackit_sd: invalid endpoint " + go_quote(hide_password(endpoint)) + ": " + url.error().message);
      }
      item.require("project", "stackit_sd: project missing");
    }};

constexpr Mechanism kMechanisms[] = {
    {"digitalocean", "[]*digitalocean.SDConfig", kDigitalOcean},
    {"hetzner", "[]*hetzner.SDConfig", kHetzner},
    {"ionos", "[]*ionos.SDConfig", kIonos},
    {"linode", "[]*linode.SDConfig", kLinode},
    {"outscale", "[]*outscale.SDConfig", kOutscale},
    {"ovhcloud", "[]*ovhcloud.SDConfig", kOvhcloud},
    {"scaleway", "[]*scaleway.SDConfig", kScaleway},
    {"stackit", "[]*stackit.SDConfig", kStackit},
    {"vultr", "[]*vultr.SDConfig", kVultr},
};

}  // namespace

std::span<const Mechanism> provider_mechanisms() { return kMechanisms; }

}  // namespace narthex::config
