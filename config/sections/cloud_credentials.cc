#include "config/sections/cloud_credentials.h"

#include <algorithm>
#include <cctype>

#include "config/sections/uuid.h"

namespace narthex::config {
namespace {

constexpr Field kSigV4Fields[] = {
    text("region"),   text("access_key"),  secret("secret_key"),          text("profile"),
    text("role_arn"), text("external_id"), flag("use_fips_sts_endpoint"),
};

constexpr Field kManagedFields[] = {text("client_id")};
constexpr Field kWorkloadFields[] = {
    text("client_id"),
    text("tenant_id"),
    text("token_file_path", "/var/run/secrets/azure/tokens/azure-identity-token"),
};
constexpr Field kOAuthFields[] = {text("client_id"), secret("client_secret"), text("tenant_id")};
constexpr Field kSdkFields[] = {text("tenant_id")};

bool is_tenant(const std::string& text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '.'; });
}

void require(Section& section, const std::string& name, const std::string& method) {
  section.require(name, "must provide an Azure " + method + " " + name + " in the Azure AD config");
}

void check_ids(Section& section, const std::string& method) {
  const std::string& client = section.text("client_id");
  const std::string wrong = "the provided Azure " + method + " ";
  if (!client.empty() && !is_uuid(client)) section.complain("client_id", wrong + "client_id is invalid");
  if (!is_tenant(section.text("tenant_id"))) section.complain("tenant_id", wrong + "tenant_id is invalid");
}

constexpr Schema kManaged = {"azuread.ManagedIdentityConfig", kManagedFields,
                             [](Section& section) { check_ids(section, "Managed Identity"); }};
constexpr Schema kWorkload = {"azuread.WorkloadIdentityConfig", kWorkloadFields, [](Section& section) {
                                for (const char* name : {"client_id", "tenant_id"}) {
                                  require(section, name, "Workload Identity");
                                }
                                check_ids(section, "Workload Identity");
                              }};
constexpr Schema kOAuth = {"azuread.OAuthConfig", kOAuthFields, [](Section& section) {
                             for (const char* name : {"client_id", "client_secret", "tenant_id"}) {
                               require(section, name, "OAuth");
                             }
                             check_ids(section, "OAuth");
                           }};
constexpr Schema kSdk = {"azuread.SDKConfig", kSdkFields, [](Section& section) { check_ids(section, "OAuth"); }};

constexpr Field kAzureAdFields[] = {
    nested("managed_identity", kManaged),
    nested("workload_identity", kWorkload),
    nested("oauth", kOAuth),
    nested("sdk", kSdk),
    text("cloud", "AzurePublic"),
    text("scope"),
};

void check_azure_ad(Section& section) {
  if (!section.text("cloud").empty()) {
    section.require_one_of("cloud", {"AzureChina", "AzureGovernment", "AzurePublic"},
                           "must provide a cloud in the Azure AD config");
  }
  const auto methods = {"managed_identity", "workload_identity", "oauth", "sdk"};
  const auto count = std::count_if(methods.begin(), methods.end(), [&](const char* m) { return section.given(m); });
  if (count == 0) {
    section.complain_at(section.place(),
                        "must provide an Azure Managed Identity, Azure Workload Identity, Azure OAuth or Azure SDK in "
                        "the Azure AD config");
  } else if (count > 1) {
    section.complain_at(section.place(), "cannot provide multiple authentication methods in the Azure AD config");
  }
}

constexpr Field kGoogleIamFields[] = {path("credentials_file")};

}  // namespace

constexpr Schema kSigV4Schema = {
    "sigv4.plain", kSigV4Fields, [](Section& section) {
      if (section.text("access_key").empty() == section.text("secret_key").empty()) return;
      section.complain(section.given("access_key") ? "access_key" : "secret_key",
                       "must provide a AWS SigV4 Access key and Secret Key if credentials are specified in the SigV4 "
                       "config");
    }};
constexpr Schema kAzureAdSchema = {"azuread.plain", kAzureAdFields, check_azure_ad};
constexpr Schema kGoogleIamSchema = {"googleiam.Config", kGoogleIamFields};

}  // namespace narthex::config
