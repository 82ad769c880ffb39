// The sections of the file beside `global` and the jobs.
#include "tests/unit/config/support.h"

namespace narthex::config {
namespace {

Lines warnings_of(std::string_view yaml) { return lines(load_text(yaml, "f.yml").warnings); }

TEST(UnusedSections, AreNamedTogetherInOneWarning) {
  EXPECT_EQ(warnings_of("global: {scrape_interval: 15s}\n"
                        "rule_files: [a.yml]\n"
                        "remote_write: [{url: 'http://a'}]\n"
                        "scrape_configs:\n"
                        "- job_name: pods\n"
                        "  kubernetes_sd_configs: [{role: pod}]\n"
                        "- job_name: nodes\n"
                        "  kubernetes_sd_configs: [{role: node}]\n"
                        "  consul_sd_configs: [{server: x}]\n"
                        "alerting: {alertmanagers: [{static_configs: [{targets: [a]}]}]}\n"),
            Lines({"2:13: read, but not used by this version: alerting, consul_sd_configs (job \"nodes\"), "
                   "kubernetes_sd_configs (jobs \"pods\", \"nodes\"), remote_write, rule_files"}));
}

TEST(UnusedSections, EmptyOnesAreNotWorthAWarning) {
  EXPECT_EQ(warnings_of("rule_files:\nalerting: {}\nremote_write: []\nstorage:\nscrape_configs:\n- job_name: a\n"
                        "  kubernetes_sd_configs: []\n"),
            Lines());
}

TEST(Alerting, Mistakes) {
  expect_errors({
      {"alerting: {foo: 1}", {"1:12: line 1: field foo not found in type config.plain"}},
      {"alerting: {alert_relabel_configs: [~]}", {"1:36: empty or null alert relabeling rule"}},
      {"alerting: {alertmanagers: [{relabel_configs: [~]}]}",
       {"1:47: empty or null Alertmanager target relabeling rule"}},
      {"alerting: {alertmanagers: [{alert_relabel_configs: [~]}]}",
       {"1:53: empty or null Alertmanager alert relabeling rule"}},
      {"alerting: {alertmanagers: [{api_version: v1}]}",
       {"1:42: expected Alertmanager api version to be one of [v2] but got v1"}},
      {"alerting: {alertmanagers: [{sigv4: {}, basic_auth: {}}]}",
       {"1:36: at most one of basic_auth, authorization, oauth2, & sigv4 must be configured"}},
      {"alerting: {alertmanagers: [{foo: 1}]}",
       {"1:29: line 1: field foo not found in type config.AlertmanagerConfig"}},
  });
}

TEST(Remote, Mistakes) {
  const std::string queue = "remote_write: [{url: a, queue_config: {";
  expect_errors({
      {"remote_write: [~]", {"1:16: empty or null remote write config section"}},
      {"remote_write: [{}]", {"1:16: url for remote_write is empty"}},
      {"remote_write: [{url: a, name: x}, {url: b, name: x}]",
       {"1:50: found multiple remote write configs with job name \"x\""}},
      {"remote_write: [{url: a, write_relabel_configs: [~]}]",
       {"1:49: empty or null relabeling rule in remote write config"}},
      {"remote_write: [{url: a, headers: {HOST: x}}]", {"1:35: HOST is a reserved header. It must not be changed"}},
      {"remote_write: [{url: a, headers: {Authorization: x}}]",
       {"1:35: authorization header must be changed via the basic_auth, authorization, oauth2, sigv4, azuread or "
        "google_iam parameter"}},
      {"remote_write: [{url: a, protobuf_message: foo}]",
       {"1:43: invalid protobuf_message value: unknown type for remote write protobuf message foo, supported: "
        "prometheus.WriteRequest, io.prometheus.write.v2.Request"}},
      {"remote_write: [{url: a, basic_auth: {}, sigv4: {}}]",
       {"1:16: at most one of basic_auth, authorization, oauth2, sigv4, azuread or google_iam must be configured. "
        "Currently configured: [basic_auth sigv4]"}},
      {"remote_write: [{url: a, queue_config: {max_shards: 0}}]",
       {"1:52: remote write queue max_shards must be positive"}},
      {"remote_write: [{url: a, queue_config: {min_shards: 0}}]",
       {"1:52: remote write queue min_shards must be positive"}},
      {"remote_write: [{url: a, queue_config: {min_shards: 51}}]",
       {"1:52: remote write queue min_shards must not be greater than max_shards"}},
      {"remote_write: [{url: a, queue_config: {max_samples_per_send: 0}}]",
       {"1:62: remote write queue max_samples_per_send must be positive"}},
      {"remote_write: [{url: a, queue_config: {capacity: 0}}]", {"1:50: remote write queue capacity must be positive"}},
      {"remote_write: [{url: a, queue_config: {max_backoff: 1ms}}]",
       {"1:53: remote write queue max_backoff must not be less than min_backoff"}},
      {"remote_write: [{url: a, queue_config: {x: 1}}]",
       {"1:40: line 1: field x not found in type config.QueueConfig"}},
      {"remote_write: [{url: a, metadata_config: {x: 1}}]",
       {"1:43: line 1: field x not found in type config.MetadataConfig"}},
      {"remote_read: [{url: a, required_matchers: {'': b}}]", {"1:44: \"\" is not a valid label name"}},
      {"remote_read: [{url: a, read_recent: x}]", {"1:37: line 1: cannot unmarshal !!str `x` into bool"}},
      {"remote_read: [~]", {"1:15: empty or null remote read config section"}},
      {"remote_read: [{}]", {"1:15: url for remote_read is empty"}},
      {"remote_read: [{url: a, name: x}, {url: b, name: x}]",
       {"1:49: found multiple remote read configs with job name \"x\""}},
  });
}

TEST(Remote, CloudCredentialMistakes) {
  expect_errors({
      {"remote_write: [{url: a, sigv4: {access_key: x}}]",
       {"1:45: must provide a AWS SigV4 Access key and Secret Key if credentials are specified in the SigV4 config"}},
      {"remote_write: [{url: a, sigv4: {regio: x}}]", {"1:33: line 1: field regio not found in type sigv4.plain"}},
      {"remote_write: [{url: a, azuread: {}}]",
       {"1:34: must provide an Azure Managed Identity, Azure Workload Identity, Azure OAuth or Azure SDK in the Azure "
        "AD config"}},
      {"remote_write: [{url: a, azuread: {cloud: x, sdk: {tenant_id: t}}}]",
       {"1:42: must provide a cloud in the Azure AD config"}},
      {"remote_write: [{url: a, azuread: {sdk: {tenant_id: t}, managed_identity: {}}}]",
       {"1:34: cannot provide multiple authentication methods in the Azure AD config"}},
      {"remote_write: [{url: a, azuread: {managed_identity: {client_id: x}}}]",
       {"1:65: the provided Azure Managed Identity client_id is invalid"}},
      {"remote_write: [{url: a, azuread: {oauth: {client_id: 00000000-0000-0000-0000-00000000000a, tenant_id: a_b}}}]",
       {"1:42: must provide an Azure OAuth client_secret in the Azure AD config",
        "1:103: the provided Azure OAuth tenant_id is invalid"}},
      {"remote_write: [{url: a, azuread: {workload_identity: {client_id: x}}}]",
       {"1:54: must provide an Azure Workload Identity tenant_id in the Azure AD config",
        "1:66: the provided Azure Workload Identity client_id is invalid"}},
      {"remote_write: [{url: a, google_iam: {credentials_file: x}, azuread: {sdk: {}}}]",
       {"1:16: at most one of basic_auth, authorization, oauth2, sigv4, azuread or google_iam must be configured. "
        "Currently configured: [azuread google_iam]"}},
  });
}

TEST(OtherSections, Mistakes) {
  expect_errors({
      {"rule_files: ['a/*/b.yml']", {"1:14: invalid rule file path \"a/*/b.yml\""}},
      {"rule_files: ['a/*.yml', 'b?.yml']", {}},
      {"rule_files: x", {"1:13: line 1: cannot unmarshal !!str `x` into []string"}},
      {"storage: {tsdb: {retention: {size: -1GB}}}",
       {"1:36: 'storage.tsdb.retention.size' must be greater than or equal to 0, got -1GiB"}},
      {"storage: {tsdb: {retention: {percentage: 100.5}}}",
       {"1:42: 'storage.tsdb.retention.percentage' must be in the range [0, 100], got 100.5"}},
      {"storage: {tsdb: {chunk_encoding: {floats: x}}}",
       {"1:43: 'storage.tsdb.chunk_encoding.floats' must be 'xor' or 'xor2', or the field must be omitted entirely, "
        "got "
        "\"x\""}},
      {"storage: {tsdb: {out_of_order_time_window: 5}}", {"1:44: not a valid duration string: \"5\""}},
      {"storage: {foo: 1}", {"1:11: line 1: field foo not found in type config.StorageConfig"}},
      {"tracing: {}", {"1:10: tracing endpoint must be set"}},
      {"tracing: {endpoint: a, client_type: grpc}", {}},
      {"otlp: {promote_resource_attributes: [a], foo: 1}", {"1:42: line 1: field foo not found in type config.plain"}},
      {"runtime: {gogc: 50}", {}},
      {"runtime: {gogc: x}", {"1:17: line 1: cannot unmarshal !!str `x` into int"}},
  });
}

TEST(OtherSections, TracingAndOtlpMistakes) {
  expect_errors({
      {"tracing: {endpoint: a, client_type: x}",
       {"1:37: expected tracing client type to be to be http or grpc, but got x"}},
      {"tracing: {endpoint: a, compression: foo}",
       {"1:37: invalid compression type foo provided, valid options: gzip"}},
      {"tracing: {endpoint: a, headers: {authorization: b}}",
       {"1:34: custom authorization header configuration is not yet supported"}},
      {"tracing: {endpoint: a, headers: {x-prometheus-remote-write-version: b}}",
       {"1:34: x-prometheus-remote-write-version is a reserved header. It must not be changed"}},
      {"tracing: {endpoint: a, tls_config: {x: 1}}", {"1:37: line 1: field x not found in type config.plain"}},
      {"otlp: {translation_strategy: x}", {"1:30: unsupported OTLP translation strategy \"x\""}},
      {"global: {metric_name_validation_scheme: legacy}\notlp: {translation_strategy: NoUTF8EscapingWithSuffixes}",
       {"2:30: OTLP translation strategy \"NoUTF8EscapingWithSuffixes\" is not allowed when UTF8 is disabled"}},
      {"otlp: {promote_resource_attributes: [a, ' ', b, ' a ']}",
       {"1:37: invalid 'promote_resource_attributes': empty promoted OTel resource attribute",
        "1:37: invalid 'promote_resource_attributes': duplicated promoted OTel resource attribute \"a\""}},
      {"otlp: {ignore_resource_attributes: [a]}",
       {"1:36: 'ignore_resource_attributes' cannot be configured unless 'promote_all_resource_attributes' is true"}},
      {"otlp: {promote_all_resource_attributes: true, promote_resource_attributes: [a]}",
       {"1:76: 'promote_all_resource_attributes' and 'promote_resource_attributes' cannot be configured "
        "simultaneously"}},
      {"otlp: {promote_all_resource_attributes: true, ignore_resource_attributes: [a]}", {}},
  });
}

TEST(OtherSections, ExemplarsHaveRoomForAHundredThousandUnlessConfigured) {
  EXPECT_EQ(load_or_fail("").max_exemplars, 100'000);
  EXPECT_EQ(load_or_fail("storage: {exemplars: {}}").max_exemplars, 100'000);
  EXPECT_EQ(load_or_fail("storage: {exemplars: {max_exemplars: 7}}").max_exemplars, 7);
  EXPECT_EQ(load_or_fail("storage: {exemplars: {max_exemplars: -1}}").max_exemplars, -1);
}

TEST(OtherSections, WhatIsSaidOfTheStore) {
  const struct {
    const char* yaml;
    Tsdb tsdb;
  } cases[] = {
      {"", {}},
      {"storage:", {}},
      {"storage: {tsdb: {}}", {}},
      {"storage: {tsdb: {retention:}}", {}},
      {"storage: {tsdb: {retention: {}}}", {}},
      {"storage: {tsdb: {retention: {time: }}}", {}},
      {"storage: {tsdb: {retention: {time: 30d}}}", {Duration::seconds(30 * 86'400), {}, {}, {}}},
      {"storage: {tsdb: {retention: {time: 0s}}}", {Duration(), {}, {}, {}}},
      {"storage: {tsdb: {retention: {size: 1GiB512MiB}}}", {{}, int64_t{1536} << 20, {}, {}}},
      {"storage: {tsdb: {retention: {size: 0}}}", {{}, 0, {}, {}}},
      {"storage: {tsdb: {retention: {percentage: 12.5}}}", {{}, {}, 12.5, {}}},
      {"storage: {tsdb: {out_of_order_time_window: 1h30m}}", {{}, {}, {}, Duration::minutes(90)}},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(load_or_fail(c.yaml).tsdb, c.tsdb) << c.yaml;
    EXPECT_EQ(warnings_of(c.yaml), Lines()) << c.yaml;
  }
}

TEST(UnusedSections, PartsOfStorageThatConcernBlocks) {
  EXPECT_EQ(warnings_of("storage: {tsdb: {retention: {time: 1d}, stale_series_compaction_threshold: 0.5,"
                        " chunk_encoding: {floats: xor2}}}"),
            Lines({"1:76: read, but not used by this version: storage.tsdb.chunk_encoding, "
                   "storage.tsdb.stale_series_compaction_threshold"}));
}

// The lines of the configuration as printed that belong to the sections of `yaml`.
std::string printed(std::string_view yaml) {
  const std::string text = load_or_fail(yaml).yaml;
  const std::string runtime = "runtime:\n  gogc: 75\n";
  return text.substr(text.find(runtime) + runtime.size());
}

constexpr const char* kEverySection =
    "rule_files: [a.yml]\n"
    "tracing: {endpoint: x, headers: {b: c}}\n"
    "storage: {tsdb: {retention: {size: 1GB, percentage: 1.5}, out_of_order_time_window: 90m},"
    " exemplars: {}}\n"
    "remote_read: [{url: 'http://u:hunter2@h', required_matchers: {a: b}}]\n"
    "remote_write:\n- url: http://a\n  queue_config: {capacity: 5}\n  send_exemplars: yes\n"
    "  name: '7'\n  sigv4: {region: r, access_key: k, secret_key: hunter2}\n"
    "alerting: {alertmanagers: [{path_prefix: /p, basic_auth: {password: hunter2},"
    " triton_sd_configs: [{account: a, dns_suffix: b, endpoint: c}],"
    " static_configs: [{targets: [x]}], file_sd_configs: [{files: [a.json]}]}]}\n";

const std::string kEverySectionPrinted =
    "alerting:\n"
    "  alertmanagers:\n"
    "  - basic_auth:\n"
    "      password: <secret>\n"
    "    follow_redirects: true\n"
    "    enable_http2: true\n"
    "    scheme: http\n"
    "    path_prefix: /p\n"
    "    timeout: 10s\n"
    "    api_version: v2\n"
    "    file_sd_configs:\n"
    "    - files:\n"
    "      - a.json\n"
    "      refresh_interval: 5m\n"
    "    static_configs:\n"
    "    - targets:\n"
    "      - x\n"
    "    triton_sd_configs:\n"
    "    - account: a\n"
    "      role: container\n"
    "      dns_suffix: b\n"
    "      endpoint: c\n"
    "      port: 9163\n"
    "      refresh_interval: 1m\n"
    "      version: 1\n"
    "rule_files:\n"
    "- a.yml\n"
    "storage:\n"
    "  tsdb:\n"
    "    out_of_order_time_window: 1h30m\n"
    "    retention:\n"
    "      size: 1GiB\n"
    "      percentage: 1.5\n"
    "  exemplars:\n"
    "    max_exemplars: 100000\n"
    "tracing:\n"
    "  client_type: grpc\n"
    "  endpoint: x\n"
    "  headers:\n"
    "    b: c\n"
    "remote_write:\n"
    "- url: http://a\n"
    "  remote_timeout: 30s\n"
    "  name: \"7\"\n"
    "  send_exemplars: true\n"
    "  protobuf_message: prometheus.WriteRequest\n"
    "  follow_redirects: true\n"
    "  enable_http2: false\n"
    "  queue_config:\n"
    "    capacity: 5\n"
    "    max_shards: 50\n"
    "    min_shards: 1\n"
    "    max_samples_per_send: 2000\n"
    "    batch_send_deadline: 5s\n"
    "    min_backoff: 30ms\n"
    "    max_backoff: 5s\n"
    "  metadata_config:\n"
    "    send: true\n"
    "    send_interval: 1m\n"
    "    max_samples_per_send: 2000\n"
    "  sigv4:\n"
    "    region: r\n"
    "    access_key: k\n"
    "    secret_key: <secret>\n"
    "remote_read:\n"
    "- url: http://u:xxxxx@h\n"
    "  remote_timeout: 1m\n"
    "  chunked_read_limit: 50000000\n"
    "  follow_redirects: true\n"
    "  enable_http2: true\n"
    "  required_matchers:\n"
    "    a: b\n"
    "  filter_external_labels: true\n";

TEST(OtherSections, ArePrintedWithTheirDefaults) {
  const std::string otlp =
      "otlp:\n  translation_strategy: UnderscoreEscapingWithSuffixes\n  label_name_underscore_sanitization: true\n"
      "  label_name_preserve_multiple_underscores: true\n";
  EXPECT_EQ(printed(""), otlp);
  EXPECT_EQ(printed(kEverySection), kEverySectionPrinted + otlp);
}

TEST(OtherSections, WhatIsPrintedLoadsToTheSame) {
  for (const char* yaml : {
           "runtime: {gogc: 0}",
           "alerting: {alertmanagers: [{timeout: 0s, scheme: ''}]}",
           "remote_write: [{url: a, metadata_config: {send: no, send_interval: 0s, max_samples_per_send: 0}}]",
           "remote_write: [{url: a, remote_timeout: 0s, queue_config: {min_backoff: 0s, max_backoff: 0s}}]",
           "remote_write: [{url: a, sigv4: {}}]",
           "remote_read: [{url: a, filter_external_labels: no, chunked_read_limit: 0}]",
           "otlp: {translation_strategy: '', label_name_underscore_sanitization: no}",
           "storage: {tsdb: {}, exemplars: {max_exemplars: 0}}",
           "storage: {tsdb: {stale_series_compaction_threshold: .inf}}",
           "scrape_configs: [{job_name: a, metrics_path: '', scheme: '', consul_sd_configs: [{tag_separator: ''}]}]",
           "scrape_configs: [{job_name: a, kubernetes_sd_configs: [{role: pod, namespaces: {}, attach_metadata: {}}]}]",
       }) {
    const std::string first = load_or_fail(yaml).yaml;
    EXPECT_EQ(load_or_fail(first).yaml, first) << yaml;
  }
}

}  // namespace
}  // namespace narthex::config
