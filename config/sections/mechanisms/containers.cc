// Container engines: Docker, Docker Swarm, Kubernetes. Kubernetes spec, section 1.
#include <algorithm>
#include <set>

#include "base/quote.h"
#include "config/sections/mechanisms/mechanisms.h"
#include "config/sections/mechanisms/selector.h"
#include "config/sections/url.h"

namespace narthex::config {
namespace {

constexpr Field kFilterFields[] = {always(text("name")), always(strings("values"))};
constexpr Schema kFilter = {"moby.Filter", kFilterFields};
constexpr Field kFilters = {
    .name = "filters", .kind = Kind::kSections, .type = "[]moby.Filter", .always = true, .inner = &kFilter};

void check_host(Section& item) {
  if (!item.require("host", "host missing")) return;
  if (auto url = parse_url(item.text("host")); !url) item.complain("host", url.error().message);
}

constexpr Field kDockerFields[] = {
    http_client(),
    always(text("host")),
    always(integer("port", "80")),
    kFilters,
    always(text("host_networking_host", "localhost")),
    always(duration("refresh_interval", "1m")),
    always(flag("match_first_network", "true")),
};
constexpr Schema kDocker = {"moby.plain", kDockerFields, check_host};

constexpr Field kSwarmFields[] = {
    http_client(),
    always(text("host")),
    always(text("role")),
    always(integer("port", "80")),
    kFilters,
    always(duration("refresh_interval", "1m")),
};
constexpr Schema kSwarm = {"moby.plain", kSwarmFields, [](Section& item) {
                             check_host(item);
                             if (!item.require("role", "role missing (one of: tasks, services, nodes)")) return;
                             item.require_one_of(
                                 "role", {"tasks", "services", "nodes"},
                                 "invalid role " + item.text("role") + ", expected tasks, services, or nodes");
                           }};

struct RoleRule {
  std::string_view role;
  std::vector<std::string_view> selectors;  // roles whose objects it may select
};

const RoleRule* rule_of(std::string_view role) {
  static const RoleRule kRules[] = {
      {"pod", {"pod", "node"}},
      {"service", {"service"}},
      {"endpointslice", {"pod", "service", "endpointslice"}},
      {"endpoints", {"pod", "service", "endpoints"}},
      {"node", {"node"}},
      {"ingress", {"ingress"}},
  };
  for (const RoleRule& rule : kRules) {
    if (rule.role == role) return &rule;
  }
  return nullptr;
}

std::string joined(const std::vector<std::string_view>& words) {
  std::string out;
  for (const std::string_view word : words) out.append(out.empty() ? "" : ", ").append(word);
  return out;
}

void check_role_known(Section& section) {
  const std::string& role = section.text("role");
  if (!role.empty() && !rule_of(role)) section.complain("role", "unknown Kubernetes SD role " + go_quote(role));
}

constexpr Field kSelectorFields[] = {text("role"), text("label"), text("field")};
constexpr Schema kSelector = {"kubernetes.SelectorConfig", kSelectorFields, [](Section& selector) {
                                check_role_known(selector);
                                if (auto ok = check_field_selector(selector.text("field")); !ok) {
                                  selector.complain("field", ok.error().message);
                                }
                                if (auto ok = check_label_selector(selector.text("label")); !ok) {
                                  selector.complain("label", ok.error().message);
                                }
                              }};

constexpr Field kNamespacesFields[] = {always(flag("own_namespace")), always(strings("names"))};
constexpr Schema kNamespaces = {"kubernetes.plain", kNamespacesFields};

constexpr Field kAttachFields[] = {always(flag("node")), always(flag("namespace")), always(flag("deployment")),
                                   always(flag("job")), always(flag("cronjob"))};
constexpr Schema kAttach = {"kubernetes.AttachMetadataConfig", kAttachFields};

constexpr Field kSelectors = {
    .name = "selectors", .kind = Kind::kSections, .type = "[]kubernetes.SelectorConfig", .inner = &kSelector};

constexpr Field kKubernetesFields[] = {
    field("api_server", Kind::kUrl),
    always(text("role")),
    always(path("kubeconfig_file")),
    http_client(),
    nested("namespaces", kNamespaces, Kind::kSection),
    kSelectors,
    nested("attach_metadata", kAttach, Kind::kSection),
};

void check_selectors(Section& item) {
  const RoleRule* rule = rule_of(item.text("role"));
  std::set<std::string> seen;
  for (const Section& selector : item.sections("selectors")) {
    const std::string& selected = selector.text("role");
    if (!seen.insert(selected).second) {
      item.complain_at(selector.place("role"), "duplicated selector role: " + selected);
    } else if (rule && std::find(rule->selectors.begin(), rule->selectors.end(), selected) == rule->selectors.end()) {
      item.complain_at(selector.place("role"),
                       std::string(rule->role) + " role supports only " + joined(rule->selectors) + " selectors");
    }
  }
}

void check_kubernetes(Section& item) {
  item.require("role", "role missing (one of: pod, service, endpoints, endpointslice, node, ingress)");
  check_role_known(item);
  check_selectors(item);
  const bool server = !item.text("api_server").empty();
  const bool kubeconfig = !item.text("kubeconfig_file").empty();
  const bool own_namespace = item.sections("namespaces").at(0).flag("own_namespace");
  const bool custom_http = item.http() != net::HttpClientOptions();
  if (server && kubeconfig) {
    item.complain("kubeconfig_file", "cannot use 'kubeconfig_file' and 'api_server' simultaneously");
  }
  if (kubeconfig && custom_http) {
    item.complain("kubeconfig_file", "cannot use a custom HTTP client configuration together with 'kubeconfig_file'");
  } else if (!server && custom_http) {
    item.complain("api_server",
                  "to use custom HTTP client configuration please provide the 'api_server' URL explicitly");
  }
  if (server && own_namespace) {
    item.complain("namespaces", "cannot use 'api_server' and 'namespaces.own_namespace' simultaneously");
  }
  if (kubeconfig && own_namespace) {
    item.complain("namespaces", "cannot use 'kubeconfig_file' and 'namespaces.own_namespace' simultaneously");
  }
}
constexpr Schema kKubernetes = {"kubernetes.plain", kKubernetesFields, check_kubernetes};

constexpr Mechanism kMechanisms[] = {
    {"docker", "[]*moby.DockerSDConfig", kDocker},
    {"dockerswarm", "[]*moby.DockerSwarmSDConfig", kSwarm},
    {"kubernetes", "[]*kubernetes.SDConfig", kKubernetes},
};

}  // namespace

std::span<const Mechanism> container_mechanisms() { return kMechanisms; }

}  // namespace narthex::config
