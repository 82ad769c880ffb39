// `alerting`. Configuration spec, section 5.1.
#include <algorithm>

#include "config/relabel_rules.h"
#include "config/sections/http_client.h"
#include "config/sections/statics.h"
#include "config/sections/unused.h"
#include "model/duration.h"

namespace narthex::config {
namespace {

void check_alertmanager(const yaml::Node& node, const Context& context) {
  yaml::Fields fields(node, "config.AlertmanagerConfig", context.problems);
  const net::HttpClientOptions http = read_http_client(fields, context);
  skim<std::string>(fields, {"scheme", "path_prefix"});
  skim_durations(fields, {"timeout"});
  std::string version = "v2";
  if (fields.read("api_version", version) && version != "v2") {
    context.problems.add(fields.place_of("api_version"),
                         "expected Alertmanager api version to be one of [v2] but got " + version);
  }
  const auto sigv4 = fields.find("sigv4");
  if (sigv4 && !sigv4->is_null() && (http.basic_auth || http.authorization || http.oauth2)) {
    context.problems.add(*sigv4, "at most one of basic_auth, authorization, oauth2, & sigv4 must be configured");
  }
  const auto rules =
      read_rules(fields, "relabel_configs", NameScheme::kUtf8, "empty or null Alertmanager target relabeling rule");
  read_rules(fields, "alert_relabel_configs", NameScheme::kUtf8, "empty or null Alertmanager alert relabeling rule");
  read_statics(fields, rules.empty());
  check_discovery(fields, context);
}

}  // namespace

void check_alerting(const yaml::Node& node, const Context& context) {
  yaml::Fields fields(node, "config.plain", context.problems);
  read_rules(fields, "alert_relabel_configs", NameScheme::kUtf8, "empty or null alert relabeling rule");
  fields.each("alertmanagers", "config.AlertmanagerConfigs", [&](const yaml::Node& item) {
    if (item.is_null()) return context.problems.add(item, "empty or null Alertmanager config section");
    check_alertmanager(item, context);
  });
}

}  // namespace narthex::config
