// What becomes of configurations: read, applied part by part, kept or refused.
#include "server/configuration.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

namespace narthex::server {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

// A configuration in a folder of its own, and two parts that remember what they were given.
class ConfigurationTest : public testing::Test {
 protected:
  ConfigurationTest() {
    std::string name = (fs::temp_directory_path() / "narthex_configuration_XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~ConfigurationTest() override { fs::remove_all(folder_); }

  void write(const std::string& name, const std::string& text) { std::ofstream(folder_ / name) << text; }
  std::string path() const { return folder_ / "p.yml"; }

  std::vector<Configuration::Part> parts() {
    return {{"first",
             [this](const config::Config& config) -> Result<> {
               if (first_refuses_) return invalid("no");
               first_.push_back(config.jobs.size());
               return {};
             }},
            {"second", [this](const config::Config& config) -> Result<> {
               second_.push_back(config.jobs.size());
               return {};
             }}};
  }

  void start(Configuration& configuration) {
    auto config = configuration.load();
    ASSERT_TRUE(config) << config.error().str();
    ASSERT_TRUE(configuration.start(parts(), std::move(*config)));
  }

  fs::path folder_;
  std::unique_ptr<Log> log_ = make_stderr_log(LogLevel::kError, LogFormat::kLogfmt);
  bool first_refuses_ = false;
  std::vector<size_t> first_;
  std::vector<size_t> second_;
};

TEST_F(ConfigurationTest, AFileThatCannotBeLoadedChangesNothing) {
  write("p.yml", "scrape_configs: [{job_name: a}]");
  Configuration configuration(path(), {}, system_clock(), *log_);
  start(configuration);
  const std::string yaml = configuration.yaml();
  write("p.yml", "scrape_configs: [{job_nam: a}]");
  auto reloaded = configuration.reload();
  ASSERT_FALSE(reloaded);
  EXPECT_THAT(reloaded.error().message, HasSubstr("couldn't load configuration (--config.file=\"" + path() + "\"): "));
  EXPECT_THAT(reloaded.error().message, HasSubstr("field job_nam not found in type config.ScrapeConfig"));
  EXPECT_THAT(first_, ElementsAre(1));
  EXPECT_EQ(configuration.yaml(), yaml);
  EXPECT_FALSE(configuration.state().last_successful);
  EXPECT_GT(configuration.state().last_success_seconds, 0);
}

TEST_F(ConfigurationTest, APartThatRefusesDoesNotKeepItFromTheOthers) {
  write("p.yml", "");
  Configuration configuration(path(), {}, system_clock(), *log_);
  start(configuration);
  first_refuses_ = true;
  write("p.yml", "scrape_configs: [{job_name: a}]");
  auto reloaded = configuration.reload();
  ASSERT_FALSE(reloaded);
  EXPECT_EQ(reloaded.error().message,
            "one or more errors occurred while applying the new configuration (--config.file=\"" + path() + "\")");
  EXPECT_THAT(first_, ElementsAre(0));
  EXPECT_THAT(second_, ElementsAre(0, 1));
  EXPECT_THAT(configuration.yaml(), HasSubstr("job_name: a"));
  EXPECT_FALSE(configuration.state().last_successful);
  EXPECT_TRUE(configuration.changed());
  first_refuses_ = false;
  EXPECT_TRUE(configuration.reload());
  EXPECT_TRUE(configuration.state().last_successful);
  EXPECT_FALSE(configuration.changed());
}

TEST_F(ConfigurationTest, ChangesOfAllItsFilesAreSeen) {
  write("p.yml", "rule_files: [r/*.yml, one.yml]\nscrape_config_files: [jobs_*.yml]\n");
  fs::create_directory(folder_ / "r");
  write("jobs_a.yml", "scrape_configs: [{job_name: a}]");
  Configuration configuration(path(), {}, system_clock(), *log_);
  start(configuration);
  EXPECT_FALSE(configuration.changed());
  const std::pair<const char*, const char*> changes[] = {
      {"r/a.yml", "groups: []"}, {"r/a.yml", "groups:  []"},
      {"one.yml", ""},           {"jobs_a.yml", "scrape_configs: [{job_name: b}]"},
      {"jobs_b.yml", ""},        {"p.yml", "rule_files: [r/*.yml]\n"},
  };
  for (const auto& [name, text] : changes) {
    write(name, text);
    EXPECT_TRUE(configuration.changed()) << name;
    EXPECT_TRUE(configuration.reload());
    EXPECT_FALSE(configuration.changed()) << name;
  }
  write("other.yml", "x");
  EXPECT_FALSE(configuration.changed());
  fs::remove(path());
  EXPECT_TRUE(configuration.changed());
}

TEST_F(ConfigurationTest, FlagsDecideWhatTheFileDoesNotSay) {
  write("p.yml", "scrape_configs: [{job_name: a}, {job_name: b, extra_scrape_metrics: false}]");
  Configuration configuration(path(), {.extra_scrape_metrics = true}, system_clock(), *log_);
  auto config = configuration.load();
  ASSERT_TRUE(config);
  EXPECT_TRUE(config->jobs[0].scrape.extra_scrape_metrics);
  EXPECT_FALSE(config->jobs[1].scrape.extra_scrape_metrics);
  write("p.yml", "global: {extra_scrape_metrics: false}\nscrape_configs: [{job_name: a}]");
  EXPECT_FALSE(configuration.load()->jobs[0].scrape.extra_scrape_metrics);
}

}  // namespace
}  // namespace narthex::server
