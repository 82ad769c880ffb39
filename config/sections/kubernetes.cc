#include "config/sections/kubernetes.h"

#include <algorithm>
#include <set>

#include "base/quote.h"
#include "config/sections/http_client.h"

namespace narthex::config {
namespace {

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

std::string read_role(yaml::Fields& fields, bool required) {
  std::string role;
  fields.read("role", role);
  if (role.empty() && required) {
    fields.problems().add(fields.place_of("role"),
                          "role missing (one of: pod, service, endpoints, endpointslice, node, ingress)");
  } else if (!role.empty() && !rule_of(role)) {
    fields.problems().add(fields.place_of("role"), "unknown Kubernetes SD role " + go_quote(role));
  }
  return role;
}

// Each term of a field selector compares: `a=b`, `a==b`, `a!=b`.
void check_field_selector(const std::string& text, const Place& place, yaml::Problems& problems) {
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::string term(rest.substr(0, rest.find(',')));
    rest.remove_prefix(std::min(rest.size(), term.size() + 1));
    if (term.empty() || term.find('=') != std::string::npos) continue;
    problems.add(place, "invalid selector: '" + text + "'; can't understand '" + term + "'");
  }
}

void check_selectors(yaml::Fields& parent, const std::string& role) {
  const RoleRule* rule = rule_of(role);
  std::set<std::string> seen;
  parent.each("selectors", "[]kubernetes.SelectorConfig", [&](const yaml::Node& item) {
    yaml::Fields fields(item, "kubernetes.SelectorConfig", parent.problems());
    const std::string selected = read_role(fields, false);
    std::string field;
    skim<std::string>(fields, {"label"});
    if (fields.read("field", field)) check_field_selector(field, fields.place_of("field"), parent.problems());
    if (!seen.insert(selected).second) {
      parent.problems().add(fields.place_of("role"), "duplicated selector role: " + selected);
    } else if (rule && std::find(rule->selectors.begin(), rule->selectors.end(), selected) == rule->selectors.end()) {
      parent.problems().add(fields.place_of("role"),
                            role + " role supports only " + joined(rule->selectors) + " selectors");
    }
  });
}

bool read_own_namespace(yaml::Fields& parent) {
  bool own = false;
  if (auto node = parent.find("namespaces")) {
    yaml::Fields fields(*node, "kubernetes.plain", parent.problems());
    fields.read("own_namespace", own);
    skim<std::vector<std::string>>(fields, {"names"});
  }
  return own;
}

void check_combination(yaml::Fields& fields, bool server, bool kubeconfig, bool own_namespace, bool custom_http) {
  auto complain = [&](const char* name, const char* text) { fields.problems().add(fields.place_of(name), text); };
  if (server && kubeconfig) {
    complain("kubeconfig_file", "cannot use 'kubeconfig_file' and 'api_server' simultaneously");
  }
  if (kubeconfig && custom_http) {
    complain("kubeconfig_file", "cannot use a custom HTTP client configuration together with 'kubeconfig_file'");
  } else if (!server && custom_http) {
    complain("api_server", "to use custom HTTP client configuration please provide the 'api_server' URL explicitly");
  }
  if (server && own_namespace) {
    complain("namespaces", "cannot use 'api_server' and 'namespaces.own_namespace' simultaneously");
  }
  if (kubeconfig && own_namespace) {
    complain("namespaces", "cannot use 'kubeconfig_file' and 'namespaces.own_namespace' simultaneously");
  }
}

}  // namespace

void check_kubernetes(const yaml::Node& node, const Context& context) {
  yaml::Fields fields(node, "kubernetes.plain", context.problems);
  std::string server;
  std::string kubeconfig;
  const bool has_server = read_url(fields, "api_server", server) && !server.empty();
  read_path(fields, "kubeconfig_file", context, kubeconfig);
  const std::string role = read_role(fields, true);
  const bool own_namespace = read_own_namespace(fields);
  const bool custom_http = read_http_client(fields, context) != net::HttpClientOptions();
  check_selectors(fields, role);
  if (auto attach = fields.find("attach_metadata")) {
    yaml::Fields inner(*attach, "kubernetes.AttachMetadataConfig", context.problems);
    skim<bool>(inner, {"node", "namespace", "deployment", "job", "cronjob"});
  }
  check_combination(fields, has_server, !kubeconfig.empty(), own_namespace, custom_http);
}

}  // namespace narthex::config
