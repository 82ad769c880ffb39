// Amazon, Azure, Google, OpenStack.
#include <cstdlib>

#include "base/quote.h"
#include "config/sections/mechanisms/mechanisms.h"

namespace narthex::config {
namespace {

// The metadata service of the machine is not asked, the environment is.
bool region_in_environment() { return std::getenv("AWS_REGION") || std::getenv("AWS_DEFAULT_REGION"); }

void require_region(Section& item, const char* what) {
  if (!region_in_environment()) item.require("region", std::string(what) + " SD configuration requires a region");
}

constexpr Field kFilterFields[] = {always(text("name")), always(strings("values"))};
constexpr Schema kFilter = {"aws.EC2Filter", kFilterFields, [](Section& filter) {
                              filter.require("values", "EC2 SD configuration filter values cannot be empty");
                            }};
constexpr Field kFilters = {
    .name = "filters", .kind = Kind::kSections, .type = "[]*aws.EC2Filter", .always = true, .inner = &kFilter};

constexpr Field kEc2Fields[] = {
    always(text("endpoint")),
    always(text("region")),
    text("access_key"),
    secret("secret_key"),
    text("profile"),
    text("role_arn"),
    text("external_id"),
    duration("refresh_interval", "1m"),
    always(integer("port", "80")),
    kFilters,
    http_client(),
};
constexpr Schema kEc2 = {"aws.plain", kEc2Fields, [](Section& item) { require_region(item, "EC2"); }};

constexpr Field kLightsailFields[] = {
    always(text("endpoint")),
    always(text("region")),
    text("access_key"),
    secret("secret_key"),
    text("profile"),
    text("role_arn"),
    text("external_id"),
    duration("refresh_interval", "1m"),
    always(integer("port", "80")),
    http_client(),
};
constexpr Schema kLightsail = {"aws.plain", kLightsailFields, [](Section& item) { require_region(item, "Lightsail"); }};

constexpr Field kAwsFilters = {
    .name = "filters", .kind = Kind::kSections, .type = "[]*aws.EC2Filter", .inner = &kFilter};
constexpr Field kAwsFields[] = {
    always(text("role")),
    text("region"),
    text("endpoint"),
    text("access_key"),
    secret("secret_key"),
    text("profile"),
    text("role_arn"),
    text("external_id"),
    strings("clusters"),
    integer("port", "80"),
    kAwsFilters,
    duration("refresh_interval", "1m"),
    integer("request_concurrency"),
    http_client(),
};
constexpr Schema kAws = {"aws.plain", kAwsFields, [](Section& item) {
                           item.require_one_of("role", {"ec2", "ecs", "elasticache", "lightsail", "msk", "rds"},
                                               "unknown AWS SD role " + go_quote(item.text("role")));
                           require_region(item, "AWS");
                         }};

constexpr Field kAzureFields[] = {
    text("environment", "AzurePublicCloud"),
    always(integer("port", "80")),
    always(text("subscription_id")),
    text("tenant_id"),
    text("client_id"),
    secret("client_secret"),
    duration("refresh_interval", "5m"),
    text("authentication_method", "OAuth"),
    text("resource_group"),
    http_client(),
};
constexpr Schema kAzure = {"azure.plain", kAzureFields, [](Section& item) {
                             auto require = [&](const std::string& name) {
                               item.require(name, "azure SD configuration requires a " + name);
                             };
                             require("subscription_id");
                             const std::string& method = item.text("authentication_method");
                             if (method == "OAuth") {
                               for (const char* name : {"tenant_id", "client_id", "client_secret"}) require(name);
                             }
                             item.require_one_of("authentication_method", {"OAuth", "ManagedIdentity", "SDK"},
                                                 "unknown authentication_type " + go_quote(method) +
                                                     ". Supported types are \"OAuth\", \"ManagedIdentity\" or \"SDK\"");
                           }};

constexpr Field kGceFields[] = {
    always(text("project")),       always(text("zone")),       text("filter"), duration("refresh_interval", "1m"),
    always(integer("port", "80")), text("tag_separator", ","),
};
constexpr Schema kGce = {"gce.plain", kGceFields, [](Section& item) {
                           item.require("project", "GCE SD configuration requires a project");
                           item.require("zone", "GCE SD configuration requires a zone");
                         }};

constexpr Field kOpenstackFields[] = {
    always(text("identity_endpoint")),
    always(text("username")),
    always(text("userid")),
    always(secret("password")),
    always(text("project_name")),
    always(text("project_id")),
    always(text("domain_name")),
    always(text("domain_id")),
    always(text("application_credential_name")),
    always(text("application_credential_id")),
    always(secret("application_credential_secret")),
    always(text("role")),
    always(text("region")),
    always(duration("refresh_interval", "1m")),
    always(integer("port", "80")),
    flag("all_tenants"),
    field("tls_config", Kind::kTls),
    text("availability", "public"),
};
constexpr Schema kOpenstack = {
    "openstack.plain", kOpenstackFields, [](Section& item) {
      if (item.require("role", "role missing (one of: instance, hypervisor, loadbalancer)")) {
        item.require_one_of("role", {"instance", "hypervisor", "loadbalancer"},
                            "unknown OpenStack SD role " + go_quote(item.text("role")));
      }
      item.require("region", "openstack SD configuration requires a region");
      item.require_one_of(
          "availability", {"public", "internal", "admin"},
          "unknown availability " + item.text("availability") + ", must be one of admin, internal or public");
    }};

constexpr Mechanism kMechanisms[] = {
    {"aws", "[]*aws.SDConfig", kAws},
    {"azure", "[]*azure.SDConfig", kAzure},
    {"ec2", "[]*aws.EC2SDConfig", kEc2},
    {"gce", "[]*gce.SDConfig", kGce},
    {"lightsail", "[]*aws.LightsailSDConfig", kLightsail},
    {"openstack", "[]*openstack.SDConfig", kOpenstack},
};

}  // namespace

std::span<const Mechanism> cloud_mechanisms() { return kMechanisms; }

}  // namespace narthex::config
