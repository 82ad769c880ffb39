// `remote_write` and `remote_read`. Configuration spec, sections 6.1 and 8.3.
#include "base/quote.h"
#include "config/sections/cloud_credentials.h"
#include "config/sections/headers.h"
#include "config/sections/other_sections.h"
#include "model/duration.h"
#include "model/labels.h"

namespace narthex::config {
namespace {

constexpr Field kQueueFields[] = {
    integer("capacity", "10000"),
    integer("max_shards", "50"),
    integer("min_shards", "1"),
    integer("max_samples_per_send", "2000"),
    duration("batch_send_deadline", "5s"),
    duration("min_backoff", "30ms"),
    duration("max_backoff", "5s"),
    flag("retry_on_http_429"),
    duration("sample_age_limit"),
};

void check_queue(Section& queue) {
  auto require = [&](bool fine, const char* name, const char* text) {
    if (!fine) queue.complain(name, std::string("remote write queue ") + text);
  };
  const int64_t max_shards = queue.integer("max_shards");
  const int64_t min_shards = queue.integer("min_shards");
  require(max_shards > 0, "max_shards", "max_shards must be positive");
  require(min_shards > 0, "min_shards", "min_shards must be positive");
  require(min_shards <= max_shards || max_shards <= 0, "min_shards", "min_shards must not be greater than max_shards");
  require(queue.integer("max_samples_per_send") > 0, "max_samples_per_send", "max_samples_per_send must be positive");
  require(queue.integer("capacity") > 0, "capacity", "capacity must be positive");
  require(*parse_duration(queue.text("max_backoff")) >= *parse_duration(queue.text("min_backoff")), "max_backoff",
          "max_backoff must not be less than min_backoff");
}
constexpr Schema kQueue = {"config.QueueConfig", kQueueFields, check_queue};

constexpr Field kMetadataFields[] = {always(flag("send", "true")), always(duration("send_interval", "1m")),
                                     integer("max_samples_per_send", "2000")};
constexpr Schema kMetadata = {"config.MetadataConfig", kMetadataFields};

constexpr Field kWriteFields[] = {
    always(field("url", Kind::kUrl)),
    duration("remote_timeout", "30s"),
    field("headers", Kind::kStringMap),
    rules("write_relabel_configs", "empty or null relabeling rule in remote write config"),
    text("name"),
    flag("send_exemplars"),
    flag("send_native_histograms"),
    flag("round_robin_dns"),
    text("protobuf_message", "prometheus.WriteRequest"),
    field("", Kind::kHttpClient, kNoHttp2),
    nested("queue_config", kQueue, Kind::kSection),
    nested("metadata_config", kMetadata, Kind::kSection),
    nested("sigv4", kSigV4Schema),
    nested("azuread", kAzureAdSchema),
    nested("google_iam", kGoogleIamSchema),
};

// Two generic ones together are the HTTP client's complaint.
void check_authentication(Section& item) {
  std::string names;
  int count = 0;
  auto add = [&](bool present, const char* name) {
    if (!present) return;
    names += (names.empty() ? "" : " ") + std::string(name);
    ++count;
  };
  add(item.http().basic_auth.has_value(), "basic_auth");
  add(item.http().authorization.has_value(), "authorization");
  add(item.http().oauth2.has_value(), "oauth2");
  const int generic = count;
  for (const char* name : {"sigv4", "azuread", "google_iam"}) add(item.given(name), name);
  if (count <= 1 || generic > 1) return;
  item.complain_at(item.place(),
                   "at most one of basic_auth, authorization, oauth2, sigv4, azuread or google_iam must be "
                   "configured. Currently configured: [" +
                       names + "]");
}

constexpr const char* kAuthorization =
    "authorization header must be changed via the basic_auth, authorization, oauth2, sigv4, azuread or google_iam "
    "parameter";

void check_write(Section& item) {
  item.require("url", "url for remote_write is empty");
  check_headers(item, kAuthorization);
  item.require_one_of("protobuf_message", {"prometheus.WriteRequest", "io.prometheus.write.v2.Request"},
                      "invalid protobuf_message value: unknown type for remote write protobuf message " +
                          item.text("protobuf_message") +
                          ", supported: prometheus.WriteRequest, io.prometheus.write.v2.Request");
  check_authentication(item);
}

constexpr Field kReadFields[] = {
    always(field("url", Kind::kUrl)),
    duration("remote_timeout", "1m"),
    integer("chunked_read_limit", "50000000"),
    field("headers", Kind::kStringMap),
    flag("read_recent"),
    text("name"),
    http_client(),
    {.name = "required_matchers", .kind = Kind::kStringMap, .type = "model.LabelSet"},
    flag("filter_external_labels", "true"),
};

void check_read(Section& item) {
  item.require("url", "url for remote_read is empty");
  check_headers(item, kAuthorization);
  if (item.integer("chunked_read_limit") < 0) {
    item.complain("chunked_read_limit", "line " + std::to_string(item.place("chunked_read_limit").line) +
                                            ": cannot unmarshal !!int `" + item.text("chunked_read_limit") +
                                            "` into uint64");
  }
  const auto& names = item.strings("required_matchers");
  for (size_t i = 0; i < names.size(); ++i) {
    if (is_valid_label_name(names[i], NameScheme::kUtf8)) continue;
    item.complain_at(item.key_places("required_matchers").at(i), go_quote(names[i]) + " is not a valid label name");
  }
}

}  // namespace

constexpr Schema kRemoteWriteSchema = {"config.plain", kWriteFields, check_write};
constexpr Schema kRemoteReadSchema = {"config.plain", kReadFields, check_read};

}  // namespace narthex::config
