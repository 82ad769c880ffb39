// `remote_write` and `remote_read`. Configuration spec, sections 6.1 and 8.3.
#include <algorithm>
#include <cctype>
#include <set>

#include "base/quote.h"
#include "config/relabel_rules.h"
#include "config/sections/http_client.h"
#include "config/sections/unused.h"
#include "model/duration.h"

namespace narthex::config {
namespace {

constexpr std::string_view kReserved[] = {
    "host",
    "content-encoding",
    "content-length",
    "content-type",
    "user-agent",
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "www-authenticate",
    "accept-encoding",
    "x-prometheus-remote-write-version",
    "x-prometheus-remote-read-version",
    "x-amz-date",
    "x-amz-security-token",
    "x-amz-content-sha256",
};

void check_headers(yaml::Fields& fields) {
  fields.each_entry("headers", "map[string]string", [&](const std::string& name, const yaml::Entry& entry) {
    std::string value;
    yaml::read(entry.value, value, fields.problems());
    std::string lower = name;
    std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
    if (lower == "authorization") {
      fields.problems().add(entry.key,
                            "authorization header must be changed via the basic_auth, authorization, oauth2, sigv4, "
                            "azuread or google_iam parameter");
    } else if (std::find(std::begin(kReserved), std::end(kReserved), lower) != std::end(kReserved)) {
      fields.problems().add(entry.key, name + " is a reserved header. It must not be changed");
    }
  });
}

struct Queue {
  int64_t capacity = 10'000;
  int64_t max_shards = 50;
  int64_t min_shards = 1;
  int64_t max_samples_per_send = 2000;
  Duration min_backoff = Duration::milliseconds(30);
  Duration max_backoff = Duration::seconds(5);
};

void check_queue(yaml::Fields& parent) {
  auto node = parent.find("queue_config");
  if (!node) return;
  yaml::Fields fields(*node, "config.QueueConfig", parent.problems());
  Queue queue;
  fields.read("capacity", queue.capacity);
  fields.read("max_shards", queue.max_shards);
  fields.read("min_shards", queue.min_shards);
  fields.read("max_samples_per_send", queue.max_samples_per_send);
  fields.parse("min_backoff", queue.min_backoff, parse_duration);
  fields.parse("max_backoff", queue.max_backoff, parse_duration);
  skim_durations(fields, {"batch_send_deadline", "sample_age_limit"});
  skim<bool>(fields, {"retry_on_http_429"});
  auto require = [&](bool fine, const char* name, const char* text) {
    if (!fine) parent.problems().add(fields.place_of(name), std::string("remote write queue ") + text);
  };
  require(queue.max_shards > 0, "max_shards", "max_shards must be positive");
  require(queue.min_shards > 0, "min_shards", "min_shards must be positive");
  require(queue.min_shards <= queue.max_shards || queue.max_shards <= 0, "min_shards",
          "min_shards must not be greater than max_shards");
  require(queue.max_samples_per_send > 0, "max_samples_per_send", "max_samples_per_send must be positive");
  require(queue.capacity > 0, "capacity", "capacity must be positive");
  require(queue.max_backoff >= queue.min_backoff, "max_backoff", "max_backoff must not be less than min_backoff");
}

// Cloud credentials are not read; that they are there counts.
void check_authentication(yaml::Fields& fields, const net::HttpClientOptions& http) {
  std::string names;
  int count = 0;
  auto add = [&](bool present, const char* name) {
    if (!present) return;
    names += (names.empty() ? "" : " ") + std::string(name);
    ++count;
  };
  auto given = [&](const char* name) {
    auto node = fields.find(name);
    return node && !node->is_null();
  };
  add(http.basic_auth.has_value(), "basic_auth");
  add(http.authorization.has_value(), "authorization");
  add(http.oauth2.has_value(), "oauth2");
  const int generic = count;
  for (const char* name : {"sigv4", "azuread", "google_iam"}) add(given(name), name);
  if (count <= 1 || generic > 1) return;
  fields.problems().add(fields.place(),
                        "at most one of basic_auth, authorization, oauth2, sigv4, azuread or google_iam must be "
                        "configured. Currently configured: [" +
                            names + "]");
}

void check_message(yaml::Fields& fields) {
  std::string message;
  if (!fields.read("protobuf_message", message)) return;
  if (message == "prometheus.WriteRequest" || message == "io.prometheus.write.v2.Request") return;
  fields.problems().add(fields.place_of("protobuf_message"),
                        "invalid protobuf_message value: unknown type for remote write protobuf message " + message +
                            ", supported: prometheus.WriteRequest, io.prometheus.write.v2.Request");
}

// url, name and what else both directions have. `kind` is "write" or "read".
net::HttpClientOptions check_common(yaml::Fields& fields, const std::string& kind, std::set<std::string>& names,
                                    const Context& context) {
  std::string url;
  std::string name;
  read_url(fields, "url", url);
  if (url.empty()) fields.problems().add(fields.place_of("url"), "url for remote_" + kind + " is empty");
  if (fields.read("name", name) && !name.empty() && !names.insert(name).second) {
    fields.problems().add(fields.place_of("name"),
                          "found multiple remote " + kind + " configs with job name " + go_quote(name));
  }
  skim_durations(fields, {"remote_timeout"});
  check_headers(fields);
  return read_http_client(fields, context);
}

void check_write_item(const yaml::Node& item, std::set<std::string>& names, const Context& context) {
  yaml::Fields fields(item, "config.plain", context.problems);
  const auto http = check_common(fields, "write", names, context);
  skim<bool>(fields, {"send_exemplars", "send_native_histograms", "round_robin_dns"});
  read_rules(fields, "write_relabel_configs", NameScheme::kUtf8,
             "empty or null relabeling rule in remote write config");
  check_message(fields);
  check_queue(fields);
  if (auto metadata = fields.find("metadata_config")) {
    yaml::Fields inner(*metadata, "config.MetadataConfig", context.problems);
    skim<bool>(inner, {"send"});
    skim_durations(inner, {"send_interval"});
    skim<int64_t>(inner, {"max_samples_per_send"});
  }
  check_authentication(fields, http);
}

void check_read_item(const yaml::Node& item, std::set<std::string>& names, const Context& context) {
  yaml::Fields fields(item, "config.plain", context.problems);
  check_common(fields, "read", names, context);
  skim<bool>(fields, {"read_recent", "filter_external_labels"});
  skim<uint64_t>(fields, {"chunked_read_limit"});
  skim_string_map(fields, "required_matchers");
}

}  // namespace

void check_remote_write(const yaml::Node& node, const Context& context) {
  std::set<std::string> names;
  yaml::for_each_item(node, "[]*config.RemoteWriteConfig", context.problems, [&](const yaml::Node& item) {
    if (item.is_null()) return context.problems.add(item, "empty or null remote write config section");
    check_write_item(item, names, context);
  });
}

void check_remote_read(const yaml::Node& node, const Context& context) {
  std::set<std::string> names;
  yaml::for_each_item(node, "[]*config.RemoteReadConfig", context.problems, [&](const yaml::Node& item) {
    if (item.is_null()) return context.problems.add(item, "empty or null remote read config section");
    check_read_item(item, names, context);
  });
}

}  // namespace narthex::config
