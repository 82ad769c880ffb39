// Config::yaml, and the writer behind it.
#include <random>

#include "base/yaml.h"
#include "config/marshal/writer.h"
#include "tests/unit/config/support.h"

namespace narthex::config {
namespace {

// How a string is printed as the value of a key. The expectations are what a running Prometheus printed.
TEST(YamlWriter, QuotesWhatNeedsQuotes) {
  const std::pair<const char*, const char*> cases[] = {
      {"x", "x"},
      {"", "\"\""},
      {"5", "\"5\""},
      {"true", "\"true\""},
      {"y", "\"y\""},
      {"null", "\"null\""},
      {"1e3", "\"1e3\""},
      {"0x1f", "\"0x1f\""},
      {"1_000", "\"1_000\""},
      {"2020-01-02", "\"2020-01-02\""},
      {"10:30", "\"10:30\""},
      {"h:1", "h:1"},
      {"a: b", "'a: b'"},
      {"a:", "'a:'"},
      {" lead", "' lead'"},
      {"tail ", "'tail '"},
      {"# no", "'# no'"},
      {"a#b", "a#b"},
      {"a #b", "'a #b'"},
      {"it's", "it's"},
      {"'q'", "'''q'''"},
      {"a\"b", "a\"b"},
      {"a\\b", "a\\b"},
      {"*x", "'*x'"},
      {"-", "'-'"},
      {"- a", "'- a'"},
      {"-a", "-a"},
      {"@a", "'@a'"},
      {"%a", "'%a'"},
      {"{{x}}", "'{{x}}'"},
      {"=", "="},
      {";", ";"},
      {"(.*)", "(.*)"},
      {"$1", "$1"},
      {"<secret>", "<secret>"},
      {"\t", "\"\\t\""},
      {"ü", "ü"},
      {"😀", "\"\\U0001F600\""},
      {"a\nb", "|-\n  a\n  b"},
      {"x\n", "|\n  x"},
      {"x\n\n", "|+\n  x\n"},
      {" x\ny", "|2-\n   x\n  y"},
      {"a \nb", "\"a \\nb\""},
      {"\xff", "!!binary /w=="},
  };
  for (const auto& [text, expected] : cases) {
    EXPECT_EQ(Value::mapping().add("k", text).print(), "k: " + std::string(expected) + "\n");
  }
}

TEST(YamlWriter, Shapes) {
  Value inner = Value::mapping();
  inner.add("a", Value::strings({"x", "y: z"})).add("e", Value::mapping()).add("l", Value::sequence());
  Value out = Value::mapping();
  out.add("list", Value::sequence().push(inner).push(Value::text("t")).push(Value::sequence().push(Value::text("u"))));
  out.add("flow", Value::flow_strings({"a", "b,c"})).add("map", Value::mapping().add("n", Value::literal("5")));
  out.add("on", true).add_if("zero", uint64_t{0}).add_if("none", "");
  EXPECT_EQ(out.print(),
            "list:\n"
            "- a:\n"
            "  - x\n"
            "  - 'y: z'\n"
            "  e: {}\n"
            "  l: []\n"
            "- t\n"
            "- - u\n"
            "flow: [a, 'b,c']\n"
            "map:\n"
            "  \"n\": 5\n"
            "\"on\": true\n");
  EXPECT_EQ(Value::mapping().print(), "{}\n");
}

TEST(YamlWriter, LongLinesAreFolded) {
  const std::string text = std::string(40, 'a') + " " + std::string(45, 'b') + " " + std::string(10, 'c');
  EXPECT_EQ(Value::mapping().add("k", text).print(),
            "k: " + std::string(40, 'a') + " " + std::string(45, 'b') + "\n  " + std::string(10, 'c') + "\n");
}

// Whatever string is printed, it is read back.
TEST(YamlWriter, WhatIsPrintedIsReadBack) {
  std::mt19937 random(7);
  const std::vector<std::string> pieces = {
      "a",   "b ",  " ", "\n", ":",  ": ", "#", " #", "'",    "\"",     "\\",     "-",      "- ",
      "[",   "]",   "{", "}",  ",",  "&",  "*", "!",  "|",    ">",      "%",      "@",      "`",
      "\t",  "ü",   "😀", "1",  "0x", "~",  "?", "\r", "\x7f", "\u0085", "\ufeff", "\u2028", "aaaaaaaaaaaaaaaaaaaaaaaa ",
      "---", "\xff"};
  for (int round = 0; round < 5000; ++round) {
    std::string text;
    for (size_t n = random() % 12; n > 0; --n) text += pieces[random() % pieces.size()];
    Value out = Value::mapping();
    out.add("k", Value::sequence().push(Value::text(text)).push(Value::mapping().add("v", text)));
    out.add("flow", Value::flow_strings({text, text}));
    const std::string printed = out.print();
    auto document = yaml::Document::parse(printed, "f");
    ASSERT_TRUE(document) << document.error().str() << "\n" << printed;
    const auto entries = document->root().entries();
    ASSERT_EQ(entries.size(), 2u) << printed;
    EXPECT_EQ(entries[0].value.items()[0].text(), text) << printed;
    EXPECT_EQ(entries[0].value.items()[1].entries()[0].value.text(), text) << printed;
    EXPECT_EQ(entries[1].value.items()[1].text(), text) << printed;
  }
}

const char* const kDefaultProtocols =
    "  scrape_protocols:\n"
    "  - OpenMetricsText1.0.0\n"
    "  - OpenMetricsText0.0.1\n"
    "  - PrometheusText1.0.0\n"
    "  - PrometheusText0.0.4\n";

constexpr const char* kDefaultOtlp =
    "otlp:\n"
    "  translation_strategy: UnderscoreEscapingWithSuffixes\n"
    "  label_name_underscore_sanitization: true\n"
    "  label_name_preserve_multiple_underscores: true\n";

TEST(Marshal, DefaultsAreFilledIn) {
  EXPECT_EQ(
      load_or_fail("scrape_configs: [{job_name: j, static_configs: [{targets: ['h:1'], labels: {b: '1', a: x}}]}]")
          .yaml,
      "global:\n"
      "  scrape_interval: 1m\n"
      "  scrape_timeout: 10s\n" +
          std::string(kDefaultProtocols) +
          "  evaluation_interval: 1m\n"
          "  metric_name_validation_scheme: utf8\n"
          "  metric_name_escaping_scheme: allow-utf-8\n"
          "  scrape_native_histograms: false\n"
          "  extra_scrape_metrics: false\n"
          "runtime:\n"
          "  gogc: 75\n"
          "scrape_configs:\n"
          "- job_name: j\n"
          "  honor_timestamps: true\n"
          "  track_timestamps_staleness: false\n"
          "  scrape_interval: 1m\n"
          "  scrape_timeout: 10s\n" +
          kDefaultProtocols +
          "  scrape_native_histograms: false\n"
          "  always_scrape_classic_histograms: false\n"
          "  convert_classic_histograms_to_nhcb: false\n"
          "  extra_scrape_metrics: false\n"
          "  metrics_path: /metrics\n"
          "  scheme: http\n"
          "  enable_compression: true\n"
          "  metric_name_validation_scheme: utf8\n"
          "  metric_name_escaping_scheme: allow-utf-8\n"
          "  follow_redirects: true\n"
          "  enable_http2: true\n"
          "  static_configs:\n"
          "  - targets:\n"
          "    - h:1\n"
          "    labels:\n"
          "      a: x\n"
          "      b: \"1\"\n" +
          kDefaultOtlp);
}

TEST(Marshal, RulesAndAuthentication) {
  const std::string yaml = load_or_fail(job_with("  basic_auth: {username: u, password: hunter2}\n"
                                                 "  proxy_url: http://u:hunter2@h:1\n"
                                                 "  tls_config: {ca_file: x/ca.pem, cert: c, key: hunter2}\n"
                                                 "  http_headers: {X: {secrets: [hunter2], values: [v]}}\n"
                                                 "  relabel_configs:\n"
                                                 "  - {source_labels: [a, b], target_label: x, regex: ''}\n"
                                                 "  - {source_labels: [a], target_label: x, action: KeepEqual}\n"))
                               .yaml;
  EXPECT_NE(yaml.find("  basic_auth:\n"
                      "    username: u\n"
                      "    password: <secret>\n"
                      "  proxy_url: http://u:xxxxx@h:1\n"
                      "  tls_config:\n"
                      "    cert: c\n"
                      "    key: <secret>\n"
                      "    ca_file: x/ca.pem\n"
                      "    insecure_skip_verify: false\n"
                      "  follow_redirects: true\n"
                      "  enable_http2: true\n"
                      "  http_headers:\n"
                      "    X:\n"
                      "      values:\n"
                      "      - v\n"
                      "      secrets:\n"
                      "      - <secret>\n"
                      "  relabel_configs:\n"
                      "  - source_labels: [a, b]\n"
                      "    separator: ;\n"
                      "    regex: null\n"
                      "    target_label: x\n"
                      "    replacement: $1\n"
                      "    action: replace\n"
                      "  - source_labels: [a]\n"
                      "    target_label: x\n"
                      "    action: keepequal\n"),
            std::string::npos)
      << yaml;
}

TEST(Marshal, EachJobAlone) {
  const LoadResult loaded = load_text(job_with("  basic_auth: {username: u, password: hunter2}\n"), "f.yml");
  ASSERT_TRUE(loaded.config);
  const std::string& yaml = loaded.config->jobs.at(0).yaml;
  EXPECT_TRUE(yaml.starts_with("job_name: ")) << yaml;
  EXPECT_NE(yaml.find("\nbasic_auth:\n  username: u\n  password: <secret>\n"), std::string::npos) << yaml;
  EXPECT_EQ(yaml.find("hunter2"), std::string::npos);
}

// Places where a secret can stand, in used sections and in unused ones.
TEST(Marshal, NoSecretIsEverPrinted) {
  const char* const texts[] = {
      "scrape_configs: [{job_name: j, bearer_token: hunter2}]",
      "scrape_configs: [{job_name: j, authorization: {credentials: hunter2}}]",
      "scrape_configs: [{job_name: j, oauth2: {client_id: a, client_secret: hunter2, token_url: "
      "'http://u:hunter2@h'}}]",
      "scrape_configs: [{job_name: j, oauth2: {client_id: a, client_certificate_key: hunter2, token_url: b}}]",
      "scrape_configs: [{job_name: j, proxy_url: 'http://a', proxy_connect_header: {X: [hunter2]}}]",
      "scrape_configs: [{job_name: j, consul_sd_configs: [{token: hunter2, password: hunter2}]}]",
      "scrape_configs: [{job_name: j, ec2_sd_configs: [{region: r, access_key: x, secret_key: hunter2}]}]",
      "scrape_configs: [{job_name: j, http_sd_configs: [{url: 'http://u:hunter2@h'}]}]",
      "alerting: {alertmanagers: [{basic_auth: {password: hunter2}}]}",
      "remote_write: [{url: 'http://u:hunter2@h', tls_config: {cert: x, key: hunter2}}]",
      "remote_write: [{url: a, sigv4: {access_key: x, secret_key: hunter2}}]",
      "remote_write: [{url: a, azuread: {oauth: {client_id: 00000000-0000-0000-0000-000000000000, tenant_id: t,"
      " client_secret: hunter2}}}]",
      "tracing: {endpoint: a, tls_config: {cert: x, key: hunter2}}",
      "remote_read: [{url: a, http_headers: {X: {secrets: [hunter2]}}}]",
  };
  for (const char* text : texts) {
    const std::string yaml = load_or_fail(text).yaml;
    EXPECT_EQ(yaml.find("hunter2"), std::string::npos) << yaml;
  }
}

// Random valid jobs from a grammar.
class RandomConfig {
 public:
  explicit RandomConfig(unsigned seed) : random_(seed) {}

  std::string text() {
    std::string out = "global:\n  scrape_interval: " + pick({"1m", "30s", "90s"}) + "\n";
    maybe(out, "  external_labels: {a: '" + pick({"x", "1", "a b"}) + "'}\n");
    maybe(out, "  sample_limit: " + pick({"0", "10"}) + "\n");
    maybe(out, "  scrape_native_histograms: " + pick({"true", "false"}) + "\n");
    maybe(out, "  metric_name_escaping_scheme: " + pick({"dots", "values", "allow-utf-8"}) + "\n");
    out += "scrape_configs:\n";
    for (int i = 0; i < 3; ++i) out += job(i);
    return out;
  }

 private:
  std::string pick(const std::vector<std::string>& choices) { return choices[random_() % choices.size()]; }
  void maybe(std::string& out, const std::string& line) {
    if (random_() % 2) out += line;
  }

  std::string job(int number) {
    std::string out = "- job_name: 'job " + std::to_string(number) + pick({"", " #", ":", "''"}) + "'\n";
    maybe(out, "  scrape_interval: " + pick({"10s", "1h30m", "0s"}) + "\n");
    maybe(out, "  scrape_timeout: " + pick({"1s", "500ms"}) + "\n");
    maybe(out, "  honor_labels: " + pick({"true", "no"}) + "\n");
    maybe(out, "  honor_timestamps: " + pick({"on", "off"}) + "\n");
    maybe(out, "  params: {x: ['1', \"a\\nb\"], y: []}\n");
    maybe(out, "  body_size_limit: " + pick({"1KB", "1.5MiB", "-1B"}) + "\n");
    maybe(out,
          "  scrape_protocols: " + pick({"[PrometheusProto]", "[PrometheusText0.0.4, OpenMetricsText1.0.0]"}) + "\n");
    maybe(out, "  native_histogram_min_bucket_factor: " + pick({"1.1", "4", "1e-7"}) + "\n");
    maybe(out, "  metric_name_validation_scheme: " + pick({"utf8"}) + "\n");
    maybe(out, "  tls_config: " + pick({"{ca_file: /x, insecure_skip_verify: true}", "{min_version: TLS12}"}) + "\n");
    maybe(out, "  basic_auth: {username: '" + pick({"u", "", "a: b"}) + "', password_file: /p}\n");
    maybe(out, "  http_headers: {X-A: {values: [a, 'b c'], files: [/f]}}\n");
    maybe(out, "  relabel_configs:\n" + rule() + rule());
    maybe(out, "  metric_relabel_configs:\n" + rule());
    maybe(out, "  static_configs: [{targets: ['a:1', b], labels: {x: '', y: 'yes', z: \"\\xe9\"}}, {}]\n");
    return out;
  }

  std::string rule() {
    return "  - " +
           pick({"{target_label: a}", "{source_labels: [a, 'b,c'], regex: '(.+)x', target_label: '${1}'}",
                 "{regex: , target_label: x, replacement: ''}", "{action: Keep, source_labels: [x]}",
                 "{action: hashmod, modulus: 7, target_label: t}", "{action: labelmap, regex: '__(.*)'}",
                 "{action: keepequal, source_labels: [a], target_label: b}", "{action: labeldrop, regex: \"a\\tb|'\"}",
                 "{action: drop, separator: '', regex: ' '}"}) +
           "\n";
  }

  std::mt19937 random_;
};

TEST(Marshal, WhatIsPrintedLoadsToTheSameOptions) {
  for (unsigned seed = 0; seed < 300; ++seed) {
    const std::string text = RandomConfig(seed).text();
    const Config first = load_or_fail(text);
    const Config second = load_or_fail(first.yaml);
    ASSERT_EQ(first.jobs.size(), second.jobs.size()) << text;
    for (size_t i = 0; i < first.jobs.size(); ++i) {
      EXPECT_TRUE(first.jobs[i].scrape == second.jobs[i].scrape) << text << first.yaml;
      const auto& a = first.jobs[i].discovery.statics.groups;
      const auto& b = second.jobs[i].discovery.statics.groups;
      ASSERT_EQ(a.size(), b.size()) << text << first.yaml;
      for (size_t g = 0; g < a.size(); ++g) {
        EXPECT_EQ(a[g].targets, b[g].targets);
        EXPECT_EQ(a[g].labels, b[g].labels) << first.yaml;
      }
    }
    EXPECT_TRUE(first.global.external_labels == second.global.external_labels);
    EXPECT_EQ(first.yaml, second.yaml);
  }
}

}  // namespace
}  // namespace narthex::config
