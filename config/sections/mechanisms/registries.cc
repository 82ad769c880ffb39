// Registries of services and machines.
#include <algorithm>

#include "config/sections/mechanisms/mechanisms.h"
#include "config/sections/url.h"

namespace narthex::config {
namespace {

constexpr Field kConsulFields[] = {
    text("server", "localhost:8500"),
    text("path_prefix"),
    secret("token"),
    text("datacenter"),
    text("namespace"),
    text("partition"),
    text("tag_separator", ","),
    text("scheme", "http"),
    text("username"),
    secret("password"),
    always(flag("allow_stale", "true")),
    duration("refresh_interval", "30s"),
    strings("services"),
    strings("tags"),
    field("node_meta", Kind::kStringMap),
    text("filter"),
    text("health_filter"),
    http_client(),
};

bool blank(const std::string& text) { return text.find_first_not_of(" \t\r\n") == std::string::npos; }

void check_consul(Section& item) {
  if (blank(item.text("server"))) item.complain("server", "consul SD configuration requires a server address");
  const bool password = !item.text("username").empty() || !item.text("password").empty();
  if (password && item.http().basic_auth) {
    item.complain("username",
                  "at most one of consul SD configuration username and password and basic auth can be configured");
  }
  if (!item.text("token").empty() && (item.http().authorization || item.http().oauth2)) {
    item.complain("token", "at most one of consul SD token, authorization, or oauth2 can be configured");
  }
}
constexpr Schema kConsul = {"consul.plain", kConsulFields, check_consul};

constexpr Field kEurekaFields[] = {always(text("server")), http_client(), always(duration("refresh_interval", "30s"))};
constexpr Schema kEureka = {"eureka.plain", kEurekaFields, [](Section& item) {
                              if (!item.require("server", "eureka_sd: empty or null eureka server")) return;
                              auto url = parse_url(item.text("server"));
                              if (!url) {
                                item.complain("server", url.error().message);
                              } else if (url->scheme.empty() || url->host.empty()) {
                                item.complain("server", "eureka_sd: invalid eureka server URL");
                              }
                            }};

constexpr Field kKumaFields[] = {
    http_client(),     duration("refresh_interval", "15s"), duration("fetch_timeout", "2m"), text("server"),
    text("client_id"),
};
constexpr Schema kKuma = {
    "xds.plainKumaConfig", kKumaFields, [](Section& item) {
      if (!item.require("server", "kuma SD server must not be empty: ")) return;
      const std::string& server = item.text("server");
      auto url = parse_url(server);
      if (!url) {
        item.complain("server", url.error().message);
      } else if (url->scheme.empty() || url->host.empty()) {
        item.complain("server", "kuma SD server must not be empty and have a scheme: " + hide_password(server));
      }
    }};

constexpr Field kMarathonFields[] = {
    strings("servers"), duration("refresh_interval", "30s"), secret("auth_token"), path("auth_token_file"),
    http_client(),
};

void check_marathon(Section& item) {
  item.require("servers", "marathon_sd: must contain at least one Marathon server");
  const bool token = !item.text("auth_token").empty();
  const bool file = !item.text("auth_token_file").empty();
  const std::string mine = token ? "auth_token" : "auth_token_file";
  if (token && file) {
    item.complain("auth_token_file", "marathon_sd: at most one of auth_token & auth_token_file must be configured");
  }
  if (!token && !file) return;
  if (item.http().basic_auth) {
    item.complain(mine, "marathon_sd: at most one of basic_auth, auth_token & auth_token_file must be configured");
  } else if (item.has_key("bearer_token") || item.has_key("bearer_token_file")) {
    item.complain(mine,
                  "marathon_sd: at most one of bearer_token, bearer_token_file, auth_token & auth_token_file must be "
                  "configured");
  } else if (item.http().authorization) {
    item.complain(mine, "marathon_sd: at most one of auth_token, auth_token_file & authorization must be configured");
  }
}
constexpr Schema kMarathon = {"marathon.plain", kMarathonFields, check_marathon};

constexpr Field kNomadFields[] = {
    always(flag("allow_stale", "true")),  http_client(),
    always(text("namespace", "default")), always(duration("refresh_interval", "1m")),
    always(text("region", "global")),     always(text("server", "http://localhost:4646")),
    text("tag_separator", ","),
};
constexpr Schema kNomad = {"nomad.plain", kNomadFields, [](Section& item) {
                             if (blank(item.text("server")))
                               item.complain("server", "nomad SD configuration requires a server address");
                           }};

constexpr Field kPuppetdbFields[] = {
    http_client(),         always(duration("refresh_interval", "1m")), always(text("url")),
    always(text("query")), always(flag("include_parameters")),         always(integer("port", "80")),
};
constexpr Schema kPuppetdb = {"puppetdb.plain", kPuppetdbFields, [](Section& item) {
                                require_http_url(item, "url");
                                item.require("query", "query missing");
                              }};

constexpr Field kTritonFields[] = {
    always(text("account")),
    always(text("role", "container")),
    always(text("dns_suffix")),
    always(text("endpoint")),
    strings("groups"),
    always(integer("port", "9163")),
    duration("refresh_interval", "1m"),
    field("tls_config", Kind::kTls),
    always(integer("version", "1")),
};
constexpr Schema kTriton = {"triton.plain", kTritonFields, [](Section& item) {
                              item.require_one_of("role", {"container", "cn"},
                                                  "triton SD configuration requires role to be 'container' or 'cn'");
                              item.require("account", "triton SD configuration requires an account");
                              item.require("dns_suffix", "triton SD configuration requires a dns_suffix");
                              item.require("endpoint", "triton SD configuration requires an endpoint");
                              item.require("refresh_interval",
                                           "triton SD configuration requires RefreshInterval to be a positive integer");
                            }};

constexpr Field kUyuniFields[] = {
    always(text("server")),
    always(text("username")),
    always(secret("password")),
    http_client(),
    text("entitlement", "monitoring_entitled"),
    text("separator", ","),
    duration("refresh_interval", "1m"),
};
constexpr Schema kUyuni = {"uyuni.plain", kUyuniFields, [](Section& item) {
                             if (item.require("server", "Uyuni SD configuration requires server host")) {
                               auto url = parse_url(item.text("server"));
                               if (!url)
                                 item.complain("server", "Uyuni Server URL is not valid: " + url.error().message);
                             }
                             item.require("username", "Uyuni SD configuration requires a username");
                             item.require("password", "Uyuni SD configuration requires a password");
                           }};

constexpr Field kZookeeperFields[] = {always(strings("servers")), always(strings("paths")), duration("timeout", "10s")};

void check_zookeeper(Section& item, const std::string& mechanism) {
  item.require("servers", mechanism + " SD config must contain at least one Zookeeper server");
  item.require("paths", mechanism + " SD config must contain at least one path");
  for (const std::string& path : item.strings("paths")) {
    if (!path.starts_with('/')) item.complain("paths", mechanism + " SD config paths must begin with '/': " + path);
  }
}
constexpr Schema kNerve = {"zookeeper.plain", kZookeeperFields, [](Section& i) { check_zookeeper(i, "nerve"); }};
constexpr Schema kServerset = {"zookeeper.plain", kZookeeperFields,
                               [](Section& i) { check_zookeeper(i, "serverset"); }};

constexpr Mechanism kMechanisms[] = {
    {"consul", "[]*consul.SDConfig", kConsul},
    {"eureka", "[]*eureka.SDConfig", kEureka},
    {"kuma", "[]*xds.SDConfig", kKuma},
    {"marathon", "[]*marathon.SDConfig", kMarathon},
    {"nerve", "[]*zookeeper.NerveSDConfig", kNerve},
    {"nomad", "[]*nomad.SDConfig", kNomad},
    {"puppetdb", "[]*puppetdb.SDConfig", kPuppetdb},
    {"serverset", "[]*zookeeper.ServersetSDConfig", kServerset},
    {"triton", "[]*triton.SDConfig", kTriton},
    {"uyuni", "[]*uyuni.SDConfig", kUyuni},
};

}  // namespace

std::span<const Mechanism> registry_mechanisms() { return kMechanisms; }

}  // namespace narthex::config
