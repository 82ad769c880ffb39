// Several files: scrape_config_files, relative paths, what cannot be read.
#include "tests/unit/config/support.h"

namespace narthex::config {
namespace {

TEST(Files, UnreadableOnesAreOneError) {
  const TemporaryFolder folder;
  const std::string missing = folder.path("missing.yml");
  const LoadResult result = load_file(missing);
  ASSERT_EQ(result.errors.size(), 1u);
  EXPECT_EQ(result.errors[0].code, Code::kIo);
  EXPECT_EQ(result.errors[0].str(), missing + ": open " + missing + ": no such file or directory");
  EXPECT_EQ(reference_text(missing, result.errors[0]), "open " + missing + ": no such file or directory");
  EXPECT_EQ(lines(load_file(folder.path("")).errors, folder.path("")),
            Lines({"read " + folder.path("") + ": is a directory"}));
}

TEST(Files, JobsComeFromScrapeConfigFilesToo) {
  const TemporaryFolder folder;
  const std::string main = folder.write("main.yml",
                                        "global: {scrape_interval: 7s}\n"
                                        "scrape_config_files: ['jobs/*.yml', jobs/b.yaml]\n"
                                        "scrape_configs: [{job_name: m}]\n");
  folder.write("jobs/z.yml", "scrape_configs: [{job_name: z}]\n");
  folder.write("jobs/a.yml", "scrape_configs:\n- job_name: a\n  bearer_token_file: token\n");
  folder.write("jobs/b.yaml", "scrape_configs: []\n");
  const LoadResult result = load_file(main);
  ASSERT_TRUE(result.config) << ::testing::PrintToString(lines(result.errors));
  EXPECT_EQ(lines(result.warnings), Lines());
  const auto& jobs = result.config->jobs;
  ASSERT_EQ(jobs.size(), 3u);
  EXPECT_EQ(jobs[0].scrape.job_name, "m");
  EXPECT_EQ(jobs[1].scrape.job_name, "a");
  EXPECT_EQ(jobs[2].scrape.job_name, "z");
  EXPECT_EQ(jobs[2].scrape.interval.str(), "7s");
  EXPECT_EQ(jobs[1].place, (Place{folder.path("jobs/a.yml"), 2, 3}));
  EXPECT_EQ(jobs[1].scrape.http.authorization->credentials.file, folder.path("jobs/token"));
  EXPECT_EQ(result.config->yaml.find("job_name: a"), std::string::npos);
  EXPECT_NE(result.config->jobs.at(1).yaml.find("job_name: a\n"), std::string::npos);
}

TEST(Files, MistakesInScrapeConfigFilesHaveTheirPlace) {
  const TemporaryFolder folder;
  const std::string main = folder.write("main.yml",
                                        "scrape_config_files: ['*.yaml', missing.yaml, 'x/*/y.yml']\n"
                                        "scrape_configs: [{job_name: m}]\n");
  const std::string a = folder.write("a.yaml", "scrape_configs: [{job_name: m}, {job_name: b}]\nglobal: {}\n");
  const std::string b = folder.write("b.yaml", "scrape_configs:\n- job_name: b\n- job_name: c\n  foo: 1\n");
  const std::string c = folder.write("c.yaml", "scrape_configs: [\n");
  const LoadResult result = load_file(main);
  EXPECT_EQ(lines(result.errors, main),
            Lines({
                a + ":1:29: found multiple scrape configs with job name \"m\", first found in main config file",
                a + ":2:1: line 2: field global not found in type config.ScrapeConfigs",
                b + ":2:13: found multiple scrape configs with job name \"b\", first found in \"" + a + "\"",
                b + ":4:3: line 4: field foo not found in type config.ScrapeConfig",
                c + ":1:17: yaml: line 1: did not find expected ',' or ']'",
                "1:47: invalid scrape config file path \"x/*/y.yml\"",
            }));
  EXPECT_EQ(lines(result.warnings, main),
            Lines({"1:22: \"" + folder.path("missing.yaml") + "\" does not point to an existing file"}));
  EXPECT_EQ(reference_text(main, result.errors.at(0)),
            "parsing YAML file " + main + ": \"" + a +
                "\": found multiple scrape configs with job name \"m\", first found in main config file");
}

TEST(Files, ReferenceTexts) {
  auto text = [](const char* yaml) { return reference_text("f.yml", load_text(yaml, "f.yml").errors.at(0)); };
  EXPECT_EQ(text("global: {foo: 1}"),
            "parsing YAML file f.yml: yaml: unmarshal errors:\n  line 1: field foo not found in type config.plain");
  EXPECT_EQ(text("a: b: c"), "parsing YAML file f.yml: yaml: line 1: mapping values are not allowed in this context");
  EXPECT_EQ(text("scrape_configs: [{}]"), "parsing YAML file f.yml: job_name is empty");
}

TEST(Files, RelativePathsStartAtTheFileThatMentionsThem) {
  const LoadResult result = load_text(
      "global: {query_log_file: q.log, scrape_failure_log_file: ../f.log}\n"
      "scrape_configs:\n"
      "- job_name: a\n"
      "  basic_auth: {username_file: u, password_file: ./p}\n"
      "  tls_config: {ca_file: ca, cert_file: sub/cert, key_file: /abs/key}\n"
      "  http_headers: {X: {files: [h]}}\n"
      "- job_name: b\n"
      "  scrape_failure_log_file: own.log\n"
      "  authorization: {credentials_file: c}\n"
      "- job_name: c\n"
      "  oauth2: {client_id: a, token_url: b, client_secret_file: s, tls_config: {ca_file: o}}\n",
      "/etc/prom/prometheus.yml");
  ASSERT_TRUE(result.config) << ::testing::PrintToString(lines(result.errors));
  EXPECT_EQ(result.config->global.query_log_file, "/etc/prom/q.log");
  const auto& a = result.config->jobs.at(0).scrape;
  EXPECT_EQ(a.failure_log_file, "/etc/f.log");
  EXPECT_EQ(a.http.basic_auth->username_file, "/etc/prom/u");
  EXPECT_EQ(a.http.basic_auth->password.file, "/etc/prom/p");
  EXPECT_EQ(a.http.tls.ca_file, "/etc/prom/ca");
  EXPECT_EQ(a.http.tls.cert_file, "/etc/prom/sub/cert");
  EXPECT_EQ(a.http.tls.key.file, "/abs/key");
  EXPECT_EQ(a.http.headers.at("X").files, std::vector<std::string>({"/etc/prom/h"}));
  const auto& b = result.config->jobs.at(1).scrape;
  EXPECT_EQ(b.failure_log_file, "/etc/prom/own.log");
  EXPECT_EQ(b.http.authorization->credentials.file, "/etc/prom/c");
  const auto& c = result.config->jobs.at(2).scrape;
  EXPECT_EQ(c.http.oauth2->client_secret.file, "/etc/prom/s");
  EXPECT_EQ(c.http.oauth2->tls.ca_file, "/etc/prom/o");
}

// Without a folder in its own name, paths stay relative to where the program runs.
TEST(Files, AFileWithoutFolderKeepsPathsAsTheyAre) {
  EXPECT_EQ(job_of(job_with("  bearer_token_file: a/b\n")).http.authorization->credentials.file, "a/b");
}

TEST(Files, ExamplesLoadWithoutErrorOrWarning) {
  size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(NARTHEX_SOURCE_DIR "/config/examples")) {
    const LoadResult result = load_file(entry.path().string());
    EXPECT_EQ(lines(result.errors), Lines()) << entry.path();
    EXPECT_EQ(lines(result.warnings), Lines()) << entry.path();
    ASSERT_TRUE(result.config) << entry.path();
    EXPECT_FALSE(result.config->jobs.empty()) << entry.path();
    ++count;
  }
  EXPECT_GE(count, 2u);
}

}  // namespace
}  // namespace narthex::config
