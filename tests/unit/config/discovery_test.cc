// `*_sd_configs`: what each mechanism refuses, and how it is printed.
#include "config/sections/mechanisms/selector.h"
#include "tests/unit/config/support.h"

namespace narthex::config {
namespace {

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

// A minimal item of each mechanism, as short as it loads, and the secrets it can hold.
struct Minimal {
  const char* mechanism;
  const char* type;    // what messages call it
  const char* item;    // without braces
  const char* secret;  // fields with secrets; "" if there are none
};

constexpr const char* kScalewayItem =
    "role: instance, project_id: p, access_key: SCWXXXXXXXXXXXXXXXXX, secret_key: "
    "11111111-1111-1111-1111-111111111111";

const Minimal kMinimal[] = {
    {"aws", "aws.plain", "role: ecs, region: r", "access_key: x, secret_key: hunter2"},
    {"azure", "azure.plain", "subscription_id: a, tenant_id: b, client_id: c, client_secret: hunter2", ""},
    {"consul", "consul.plain", "", "token: hunter2, username: a, password: hunter2"},
    {"digitalocean", "digitalocean.plain", "", "bearer_token: hunter2"},
    {"dns", "dns.plain", "names: [a]", ""},
    {"docker", "moby.plain", "host: 'unix:///a'", "basic_auth: {password: hunter2}"},
    {"dockerswarm", "moby.plain", "host: 'http://a:2375', role: nodes", "authorization: {credentials: hunter2}"},
    {"ec2", "aws.plain", "region: r", "access_key: x, secret_key: hunter2"},
    {"eureka", "eureka.plain", "server: 'http://u:hunter2@a/eureka'", ""},
    {"file", "file.plain", "files: [a.json]", ""},
    {"gce", "gce.plain", "project: a, zone: b", ""},
    {"hetzner", "hetzner.plain", "role: hcloud", "bearer_token: hunter2"},
    {"http", "http.plain", "url: 'http://u:hunter2@a/x'", ""},
    {"ionos", "ionos.plain", "datacenter_id: a", ""},
    {"kubernetes", "kubernetes.plain", "role: pod", "api_server: 'http://a', tls_config: {cert: a, key: hunter2}"},
    {"kuma", "xds.plainKumaConfig", "server: 'http://a'", ""},
    {"lightsail", "aws.plain", "region: r", "access_key: x, secret_key: hunter2"},
    {"linode", "linode.plain", "", "authorization: {credentials: hunter2}"},
    {"marathon", "marathon.plain", "servers: ['http://u:hunter2@a']", "auth_token: hunter2"},
    {"nerve", "zookeeper.plain", "servers: [a], paths: [/b]", ""},
    {"nomad", "nomad.plain", "", "http_headers: {X: {secrets: [hunter2]}}"},
    {"openstack", "openstack.plain", "role: loadbalancer, region: r",
     "password: hunter2, application_credential_secret: hunter2"},
    {"outscale", "outscale.plain", "region: r", "secret_key: hunter2"},
    {"ovhcloud", "ovhcloud.plain",
     "application_key: a, application_secret: hunter2, consumer_key: hunter2, service: vps", ""},
    {"puppetdb", "puppetdb.plain", "url: 'http://a', query: b", ""},
    {"scaleway", "scaleway.plain", kScalewayItem, ""},
    {"serverset", "zookeeper.plain", "servers: [a], paths: [/b]", ""},
    {"stackit", "stackit.plain", "project: a", "service_account_key: hunter2, private_key: hunter2"},
    {"triton", "triton.plain", "account: a, dns_suffix: b, endpoint: c", ""},
    {"uyuni", "uyuni.plain", "server: 'http://a', username: b, password: hunter2", ""},
    {"vultr", "vultr.plain", "", "oauth2: {client_id: a, client_secret: hunter2, token_url: 'http://t'}"},
};

std::string job_discovering(const std::string& mechanism, const std::string& item) {
  return job_with("  " + mechanism + "_sd_configs: [{" + item + "}]\n");
}

std::string with(const std::string& item, const std::string& more) {
  return item + (item.empty() || more.empty() ? "" : ", ") + more;
}

TEST(Discovery, EveryMechanismLoadsAndRefusesATypo) {
  for (const Minimal& m : kMinimal) {
    EXPECT_EQ(errors_of(job_discovering(m.mechanism, m.item)), Lines()) << m.mechanism;
    const std::string text = job_discovering(m.mechanism, with("typo: 1", m.item));
    EXPECT_EQ(errors_of(text), Lines({"3:" + std::to_string(text.find("typo") - text.rfind("\n  ")) +
                                      ": line 3: field typo not found in type " + m.type}))
        << text;
  }
}

TEST(Discovery, NoSecretIsEverPrintedAndWhatIsPrintedLoads) {
  for (const Minimal& m : kMinimal) {
    const std::string yaml = load_or_fail(job_discovering(m.mechanism, with(m.item, m.secret))).yaml;
    EXPECT_EQ(yaml.find("hunter2"), std::string::npos) << yaml;
    EXPECT_EQ(yaml.find("11111111"), std::string::npos) << yaml;
    EXPECT_TRUE(!*m.secret || yaml.find("<secret>") != std::string::npos) << yaml;
    EXPECT_EQ(load_or_fail(yaml).yaml, yaml);
  }
}

struct ItemCase {
  const char* mechanism;
  const char* item;  // without braces
  Lines messages;    // without places
};

const ItemCase kItemCases[] = {
    {"aws", "region: r", {"unknown AWS SD role \"\""}},
    {"aws", "region: r, role: x", {"unknown AWS SD role \"x\""}},
    {"aws", "role: rds", {"AWS SD configuration requires a region"}},
    {"azure",
     "",
     {"azure SD configuration requires a subscription_id", "azure SD configuration requires a tenant_id",
      "azure SD configuration requires a client_id", "azure SD configuration requires a client_secret"}},
    {"azure", "subscription_id: a, authentication_method: ManagedIdentity", {}},
    {"azure", "subscription_id: a, authentication_method: SDK", {}},
    {"azure",
     "subscription_id: a, authentication_method: X",
     {"unknown authentication_type \"X\". Supported types are \"OAuth\", \"ManagedIdentity\" or \"SDK\""}},
    {"azure",
     "subscription_id: a, authentication_method: SDK, port: x",
     {"line 3: cannot unmarshal !!str `x` into int"}},
    {"consul", "server: ' '", {"consul SD configuration requires a server address"}},
    {"consul",
     "username: a, basic_auth: {username: b}",
     {"at most one of consul SD configuration username and password and basic auth can be configured"}},
    {"consul",
     "token: a, authorization: {credentials: b}",
     {"at most one of consul SD token, authorization, or oauth2 can be configured"}},
    {"consul", "services: x", {"line 3: cannot unmarshal !!str `x` into []string"}},
    {"docker", "", {"host missing"}},
    {"docker", "host: '://'", {"parse \"://\": missing protocol scheme"}},
    {"docker", "host: a, filters: [{name: a, valuez: [b]}]", {"line 3: field valuez not found in type moby.Filter"}},
    {"docker", "host: a, filters: x", {"line 3: cannot unmarshal !!str `x` into []moby.Filter"}},
    {"dockerswarm", "host: a", {"role missing (one of: tasks, services, nodes)"}},
    {"dockerswarm", "host: a, role: b", {"invalid role b, expected tasks, services, or nodes"}},
    {"ec2", "", {"EC2 SD configuration requires a region"}},
    {"ec2", "region: r, filters: [{name: a, values: []}]", {"EC2 SD configuration filter values cannot be empty"}},
    {"eureka", "", {"eureka_sd: empty or null eureka server"}},
    {"eureka", "server: a", {"eureka_sd: invalid eureka server URL"}},
    {"eureka", "server: '://'", {"parse \"://\": missing protocol scheme"}},
    {"gce", "", {"GCE SD configuration requires a project", "GCE SD configuration requires a zone"}},
    {"gce", "project: a, zone: b, refresh_interval: 5", {"not a valid duration string: \"5\""}},
    {"hetzner", "", {"role missing (one of: robot, hcloud)"}},
    {"hetzner", "role: x", {"unknown role \"x\""}},
    {"ionos", "", {"datacenter id can't be empty"}},
    {"kuma", "", {"kuma SD server must not be empty: "}},
    {"kuma", "server: a", {"kuma SD server must not be empty and have a scheme: a"}},
    {"lightsail", "", {"Lightsail SD configuration requires a region"}},
    {"marathon", "", {"marathon_sd: must contain at least one Marathon server"}},
    {"marathon",
     "servers: [a], auth_token: b, auth_token_file: c",
     {"marathon_sd: at most one of auth_token & auth_token_file must be configured"}},
    {"marathon",
     "servers: [a], auth_token: b, basic_auth: {}",
     {"marathon_sd: at most one of basic_auth, auth_token & auth_token_file must be configured"}},
    {"marathon",
     "servers: [a], auth_token: b, bearer_token: c",
     {"marathon_sd: at most one of bearer_token, bearer_token_file, auth_token & auth_token_file must be "
      "configured"}},
    {"marathon",
     "servers: [a], auth_token_file: b, authorization: {}",
     {"marathon_sd: at most one of auth_token, auth_token_file & authorization must be configured"}},
    {"nerve",
     "",
     {"nerve SD config must contain at least one Zookeeper server", "nerve SD config must contain at least one path"}},
    {"nerve", "servers: [a], paths: [b]", {"nerve SD config paths must begin with '/': b"}},
    {"nomad", "server: ''", {"nomad SD configuration requires a server address"}},
    {"openstack", "region: r", {"role missing (one of: instance, hypervisor, loadbalancer)"}},
    {"openstack", "role: instance", {"openstack SD configuration requires a region"}},
    {"openstack", "role: x, region: r", {"unknown OpenStack SD role \"x\""}},
    {"openstack",
     "role: instance, region: r, availability: x",
     {"unknown availability x, must be one of admin, internal or public"}},
    {"outscale",
     "secret_key: a, secret_key_file: b",
     {"at most one of secret_key & secret_key_file must be configured"}},
    {"ovhcloud",
     "endpoint: ''",
     {"application key can not be empty", "application secret can not be empty", "consumer key can not be empty",
      "unknown service: ", "endpoint can not be empty"}},
    {"ovhcloud",
     "application_key: a, application_secret: b, consumer_key: c, service: fakeservice",
     {"unknown service: fakeservice"}},
    {"puppetdb", "", {"URL is missing", "query missing"}},
    {"puppetdb", "url: ftp://a, query: b", {"URL scheme must be 'http' or 'https'"}},
    {"puppetdb", "url: 'http://', query: b", {"host is missing in URL"}},
    {"scaleway",
     "",
     {"role missing (one of: instance, baremetal)", "project_id is mandatory",
      "one of secret_key & secret_key_file must be configured", "access_key is mandatory"}},
    {"scaleway",
     "role: x, project_id: p, access_key: SCWXXXXXXXXXXXXXXXXX, secret_key_file: a",
     {"unknown role \"x\""}},
    {"scaleway",
     "role: instance, project_id: p, access_key: a, secret_key: b, secret_key_file: c",
     {"scaleway-sdk-go: invalid access key format 'a', expected SCWXXXXXXXXXXXXXXXXX format",
      "scaleway-sdk-go: invalid secret key format '<secret>', expected a UUID: "
      "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx",
      "at most one of secret_key & secret_key_file must be configured"}},
    {"serverset", "servers: [a]", {"serverset SD config must contain at least one path"}},
    {"stackit", "region: '', project: a", {"stackit_sd: endpoint and region missing"}},
    {"stackit",
     "endpoint: '://', project: a",
     {"stackit_sd: invalid endpoint \"://\": parse \"://\": missing protocol scheme"}},
    {"triton",
     "",
     {"triton SD configuration requires an account", "triton SD configuration requires a dns_suffix",
      "triton SD configuration requires an endpoint"}},
    {"triton",
     "account: a, dns_suffix: b, endpoint: c, role: x",
     {"triton SD configuration requires role to be 'container' or 'cn'"}},
    {"triton",
     "account: a, dns_suffix: b, endpoint: c, refresh_interval: 0s",
     {"triton SD configuration requires RefreshInterval to be a positive integer"}},
    {"uyuni",
     "",
     {"Uyuni SD configuration requires server host", "Uyuni SD configuration requires a username",
      "Uyuni SD configuration requires a password"}},
    {"uyuni",
     "server: '://', username: a, password: b",
     {"Uyuni Server URL is not valid: parse \"://\": missing protocol scheme"}},
    {"vultr",
     "basic_auth: {}, authorization: {}",
     {"at most one of basic_auth, oauth2 & authorization must be configured"}},
};

TEST(Discovery, MechanismsCheckTheirValues) {
  ::unsetenv("AWS_REGION");
  ::unsetenv("AWS_DEFAULT_REGION");
  for (const ItemCase& c : kItemCases) {
    Lines messages;
    for (const Error& error : load_text(job_discovering(c.mechanism, c.item), "f.yml").errors) {
      messages.push_back(error.message);
      EXPECT_EQ(error.place.line, 3) << error.str();
    }
    EXPECT_EQ(messages, c.messages) << c.mechanism << " {" << c.item << "}";
  }
}

TEST(Discovery, TheEnvironmentMayNameTheRegion) {
  ::setenv("AWS_DEFAULT_REGION", "r", 1);
  EXPECT_EQ(errors_of(job_discovering("ec2", "")), Lines());
  EXPECT_EQ(errors_of(job_discovering("aws", "role: msk")), Lines());
  ::unsetenv("AWS_DEFAULT_REGION");
}

// The sections of a job as printed.
std::string printed(const std::string& mechanism, const std::string& item) {
  const std::string yaml = load_or_fail(job_discovering(mechanism, item)).yaml;
  const size_t begin = yaml.find("  " + mechanism + "_sd_configs:\n");
  return yaml.substr(begin, yaml.find("\notlp:", begin) + 1 - begin);
}

TEST(Discovery, IsPrintedWithItsDefaults) {
  EXPECT_EQ(printed("openstack", "role: instance, region: r, password: x"),
            "  openstack_sd_configs:\n"
            "  - identity_endpoint: \"\"\n"
            "    username: \"\"\n"
            "    userid: \"\"\n"
            "    password: <secret>\n"
            "    project_name: \"\"\n"
            "    project_id: \"\"\n"
            "    domain_name: \"\"\n"
            "    domain_id: \"\"\n"
            "    application_credential_name: \"\"\n"
            "    application_credential_id: \"\"\n"
            "    application_credential_secret: null\n"
            "    role: instance\n"
            "    region: r\n"
            "    refresh_interval: 1m\n"
            "    port: 80\n"
            "    availability: public\n");
  EXPECT_EQ(printed("ec2", "region: r, filters: [{name: a, values: [b]}]"),
            "  ec2_sd_configs:\n"
            "  - endpoint: \"\"\n"
            "    region: r\n"
            "    refresh_interval: 1m\n"
            "    port: 80\n"
            "    filters:\n"
            "    - name: a\n"
            "      values:\n"
            "      - b\n"
            "    follow_redirects: true\n"
            "    enable_http2: true\n");
  EXPECT_EQ(printed("kubernetes",
                    "role: pod, namespaces: {names: [a]}, attach_metadata: {node: true}, "
                    "selectors: [{role: pod, label: 'a=b'}]"),
            "  kubernetes_sd_configs:\n"
            "  - role: pod\n"
            "    kubeconfig_file: \"\"\n"
            "    follow_redirects: true\n"
            "    enable_http2: true\n"
            "    namespaces:\n"
            "      own_namespace: false\n"
            "      names:\n"
            "      - a\n"
            "    selectors:\n"
            "    - role: pod\n"
            "      label: a=b\n"
            "    attach_metadata:\n"
            "      node: true\n"
            "      namespace: false\n"
            "      deployment: false\n"
            "      job: false\n"
            "      cronjob: false\n");
}

TEST(Selectors, OfLabelsAreCheckedAsTheApiDoes) {
  for (const char* good :
       {"", "a", "!a", "a=b", "a==", "a!=b,c", "a in (b, c)", "a notin (,b)", "x.io/a=b", "a>5", " a = b , ! c "}) {
    EXPECT_TRUE(check_label_selector(good)) << good;
  }
  for (const char* bad :
       {"a b", "a=b=c", ",", "a,", "=b", "a in b", "a in (b", "a>x", "-a=b", "a=b_", "A.IO/a=b", "a in (b)c", "!"}) {
    auto checked = check_label_selector(bad);
    ASSERT_FALSE(checked) << bad;
    EXPECT_TRUE(checked.error().message.starts_with("unable to parse requirement: ")) << checked.error().message;
  }
  EXPECT_EQ(check_label_selector("a b").error().message,
            "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt");
}

}  // namespace
}  // namespace narthex::config
