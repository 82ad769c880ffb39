// `alerting`. Configuration spec, section 5.1.
#include "config/sections/cloud_credentials.h"
#include "config/sections/other_sections.h"

namespace narthex::config {
namespace {

constexpr Field kManagerFields[] = {
    http_client(),
    nested("sigv4", kSigV4Schema),
    text("scheme", "http"),
    text("path_prefix"),
    duration("timeout", "10s"),
    always(text("api_version", "v2")),
    rules("relabel_configs", "empty or null Alertmanager target relabeling rule"),
    rules("alert_relabel_configs", "empty or null Alertmanager alert relabeling rule"),
    field("", Kind::kDiscovery),
};

constexpr Schema kManager = {
    "config.AlertmanagerConfig", kManagerFields, [](Section& manager) {
      manager.require_one_of(
          "api_version", {"v2"},
          "expected Alertmanager api version to be one of [v2] but got " + manager.text("api_version"));
      const net::HttpClientOptions& http = manager.http();
      if (manager.given("sigv4") && (http.basic_auth || http.authorization || http.oauth2)) {
        manager.complain("sigv4", "at most one of basic_auth, authorization, oauth2, & sigv4 must be configured");
      }
    }};

constexpr Field kAlertingFields[] = {
    rules("alert_relabel_configs", "empty or null alert relabeling rule"),
    {.name = "alertmanagers",
     .kind = Kind::kSections,
     .type = "config.AlertmanagerConfigs",
     .inner = &kManager,
     .complaint = "empty or null Alertmanager config section"},
};

}  // namespace

constexpr Schema kAlertingSchema = {"config.plain", kAlertingFields};

}  // namespace narthex::config
