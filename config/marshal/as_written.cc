#include <algorithm>

#include "config/marshal/marshal.h"
#include "config/sections/url.h"

namespace narthex::config {
namespace {

// Keys whose values Prometheus types as secrets, whatever section they stand in.
constexpr std::string_view kSecretKeys[] = {
    "access_key",
    "api_key",
    "api_token",
    "application_credential_secret",
    "application_key",
    "application_secret",
    "bearer_token",
    "client_certificate_key",
    "client_secret",
    "consumer_key",
    "credentials",
    "key",
    "password",
    "personal_access_token",
    "secret",
    "secret_key",
    "secrets",
    "service_account_key",
    "token",
    "auth_token",
    "proxy_connect_header",
};

bool is_secret(std::string_view key) {
  return std::find(std::begin(kSecretKeys), std::end(kSecretKeys), key) != std::end(kSecretKeys);
}

Value hidden(const yaml::Node& node) {
  Value out = node.kind() == yaml::Kind::kMapping ? Value::mapping() : Value::sequence();
  if (node.kind() == yaml::Kind::kScalar) return Value::text(node.text().empty() ? "" : "<secret>");
  if (node.is_null()) return Value::literal("null");
  for (const yaml::Node& item : node.items()) out.push(hidden(item));
  for (const yaml::Entry& entry : node.entries()) out.add(entry.key.text(), hidden(entry.value));
  return out;
}

// A tag is not printed, so a value whose tag made it no string must not get quotes.
Value scalar(const yaml::Node& node) {
  const std::string_view tag = node.tag();
  const bool tagged = !tag.empty() && tag != "!!str" && tag != "!!binary";
  const bool is_text = !tagged && (!node.plain() || yaml::is_plain_string(node.text()));
  return is_text || node.text().empty() ? Value::text(hide_password(node.text())) : Value::literal(node.text());
}

}  // namespace

Value as_written(const yaml::Node& node) {
  switch (node.kind()) {
    case yaml::Kind::kNull:
      return Value::literal("null");
    case yaml::Kind::kScalar:
      return scalar(node);
    case yaml::Kind::kSequence: {
      Value out = Value::sequence();
      for (const yaml::Node& item : node.items()) out.push(as_written(item));
      return out;
    }
    case yaml::Kind::kMapping: {
      Value out = Value::mapping();
      for (const yaml::Entry& entry : node.entries()) {
        const std::string& key = entry.key.text();
        out.add(key, is_secret(key) ? hidden(entry.value) : as_written(entry.value));
      }
      return out;
    }
  }
  return Value::literal("null");
}

}  // namespace narthex::config
