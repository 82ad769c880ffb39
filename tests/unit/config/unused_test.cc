// Sections that are read, but not used.
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

TEST(Discovery, Mistakes) {
  expect_job_errors({
      {"  consul_sd_configs: [~]\n", {"3:23: empty or null section in consul_sd_configs"}},
      {"  consul_sd_configs: x\n", {"3:22: line 3: cannot unmarshal !!str `x` into []*consul.SDConfig"}},
      {"  nope_sd_configs: []\n", {"3:3: line 3: field nope_sd_configs not found in type config.ScrapeConfig"}},
      {"  file_sd_configs: [{}]\n", {"3:21: file service discovery config must contain at least one path name"}},
      {"  file_sd_configs: [{files: [a.txt]}]\n", {"3:29: path name \"a.txt\" is not valid for file discovery"}},
      {"  file_sd_configs: [{files: ['*/a.yml']}]\n", {"3:29: path name \"*/a.yml\" is not valid for file discovery"}},
      {"  file_sd_configs: [{files: ['a/*.yml'], refresh_interval: 5}]\n",
       {"3:60: not a valid duration string: \"5\""}},
      {"  http_sd_configs: [{}]\n", {"3:21: URL is missing"}},
      {"  http_sd_configs: [{url: a}]\n", {"3:27: URL scheme must be 'http' or 'https'"}},
      {"  http_sd_configs: [{url: 'http://'}]\n", {"3:27: host is missing in URL"}},
      {"  http_sd_configs: [{url: 'http://a', foo: b}]\n", {"3:39: line 3: field foo not found in type http.plain"}},
      {"  dns_sd_configs: [{}]\n", {"3:20: DNS-SD config must contain at least one SRV record name"}},
      {"  dns_sd_configs: [{names: [a], type: X}]\n", {"3:39: invalid DNS-SD records type X"}},
      {"  dns_sd_configs: [{names: [a], type: a}]\n",
       {"3:20: a port is required in DNS-SD configs for all record types except SRV"}},
      {"  dns_sd_configs: [{names: [a], type: a, port: 1}]\n", {}},
  });
}

TEST(Discovery, KubernetesMistakes) {
  struct Case {
    const char* fields;
    Lines errors;
  };
  const char* const role = "role missing (one of: pod, service, endpoints, endpointslice, node, ingress)";
  const Case cases[] = {
      {"{role: pod}", {}},
      {"{}", {std::string("3:27: ") + role}},
      {"{role: Pod}", {"3:34: unknown Kubernetes SD role \"Pod\""}},
      {"{role: pod, api_server: 'http://a', kubeconfig_file: b}",
       {"3:80: cannot use 'kubeconfig_file' and 'api_server' simultaneously"}},
      {"{role: pod, kubeconfig_file: b, follow_redirects: false}",
       {"3:56: cannot use a custom HTTP client configuration together with 'kubeconfig_file'"}},
      {"{role: pod, bearer_token: b}",
       {"3:27: to use custom HTTP client configuration please provide the 'api_server' URL explicitly"}},
      {"{role: pod, api_server: 'http://a', namespaces: {own_namespace: true}}",
       {"3:75: cannot use 'api_server' and 'namespaces.own_namespace' simultaneously"}},
      {"{role: pod, kubeconfig_file: a, namespaces: {own_namespace: true}}",
       {"3:71: cannot use 'kubeconfig_file' and 'namespaces.own_namespace' simultaneously"}},
      {"{role: pod, selectors: [{role: pod}, {role: pod}]}", {"3:71: duplicated selector role: pod"}},
      {"{role: node, selectors: [{role: pod}]}", {"3:59: node role supports only node selectors"}},
      {"{role: endpointslice, selectors: [{role: node}]}",
       {"3:68: endpointslice role supports only pod, service, endpointslice selectors"}},
      {"{role: pod, selectors: [{role: pod, field: a}]}", {"3:70: invalid selector: 'a'; can't understand 'a'"}},
      {"{role: pod, attach_metadata: {node: true, foo: 1}}",
       {"3:69: line 3: field foo not found in type kubernetes.AttachMetadataConfig"}},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(errors_of(job_with("  kubernetes_sd_configs: [" + std::string(c.fields) + "]\n")), c.errors) << c.fields;
  }
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
      {"remote_read: [~]", {"1:15: empty or null remote read config section"}},
      {"remote_read: [{}]", {"1:15: url for remote_read is empty"}},
      {"remote_read: [{url: a, name: x}, {url: b, name: x}]",
       {"1:49: found multiple remote read configs with job name \"x\""}},
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
  });
}

}  // namespace
}  // namespace narthex::config
