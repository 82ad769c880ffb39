#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "server/addresses.h"
#include "server/cpu_quota.h"
#include "server/features.h"
#include "server/metrics.h"
#include "server/process_stats.h"

namespace narthex::server {
namespace {

using testing::HasSubstr;
using testing::Not;

// A folder that lives as long as the test.
class Folder {
 public:
  Folder() : path_(testing::TempDir() + "parts_test_" + std::to_string(::getpid())) {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_ + "/cpu");
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  void write(const std::string& name, const std::string& text) const { std::ofstream(path_ + "/" + name) << text; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

TEST(CpuQuota, CutsTheMachine) {
  const int machine = usable_cpus("/nowhere");
  ASSERT_GE(machine, 1);
  const std::pair<std::string, int> v2[] = {
      {"max 100000\n", machine},
      {"50000 100000\n", 1},
      {"100000 100000\n", 1},
      {"150000 100000\n", std::min(2, machine)},
      {"", machine},
      {"x y", machine},
      {"100000 0", machine},
  };
  for (const auto& [text, expected] : v2) {
    Folder folder;
    folder.write("cpu.max", text);
    EXPECT_EQ(usable_cpus(folder.path()), expected) << text;
  }
  Folder v1;
  v1.write("cpu/cpu.cfs_quota_us", "-1\n");
  v1.write("cpu/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(usable_cpus(v1.path()), machine);
  v1.write("cpu/cpu.cfs_quota_us", "20000\n");
  EXPECT_EQ(usable_cpus(v1.path()), 1);
}

TEST(CpuQuota, AtMostFourReactors) {
  EXPECT_EQ(reactor_count(1), 1);
  EXPECT_EQ(reactor_count(3), 3);
  EXPECT_EQ(reactor_count(64), 4);
}

TEST(Features, ServedUnservedUnknown) {
  const EnabledFeatures features =
      read_features({"promql-experimental-functions,exemplar-storage,old-ui", "", "x,promql-duration-expr"});
  EXPECT_TRUE(features.promql.experimental_functions);
  EXPECT_FALSE(features.promql.binop_fill);
  EXPECT_TRUE(features.scrape.exemplar_storage);
  EXPECT_FALSE(features.scrape.st_storage);
  EXPECT_FALSE(features.auto_reload);
  EXPECT_THAT(features.without_effect, testing::ElementsAre("old-ui"));
  EXPECT_THAT(features.unknown, testing::ElementsAre("x"));
}

TEST(Features, EachTurnsOnItsSwitch) {
  EXPECT_TRUE(read_features({"extra-scrape-metrics"}).scrape.extra_scrape_metrics);
  EXPECT_TRUE(read_features({"st-storage"}).scrape.st_storage);
  EXPECT_TRUE(read_features({"type-and-unit-labels"}).scrape.type_and_unit_labels);
  EXPECT_TRUE(read_features({"auto-reload-config"}).auto_reload);
}

TEST(Addresses, DefaultsAndPrefixes) {
  const struct {
    std::string url, prefix, expected_url, expected_prefix;
  } cases[] = {
      {"", "", "http://box:9090", ""},
      {"https://mon.example/", "", "https://mon.example", ""},
      {"https://mon.example/prom/", "", "https://mon.example/prom", "/prom"},
      {"https://mon.example/prom", "/", "https://mon.example/prom", ""},
      {"https://mon.example:8443", "/x/y/", "https://mon.example:8443", "/x/y"},
      {"", "x", "http://box:9090", "/x"},
  };
  for (const auto& c : cases) {
    auto addresses = resolve_addresses(c.url, c.prefix, 9090, "box");
    ASSERT_TRUE(addresses) << c.url;
    EXPECT_EQ(addresses->external_url, c.expected_url);
    EXPECT_EQ(addresses->route_prefix, c.expected_prefix);
  }
  for (const char* bad : {"mon.example", "not a url", "http://", "\"http://x\""}) {
    EXPECT_FALSE(resolve_addresses(bad, "", 9090, "box")) << bad;
  }
}

TEST(ProcessStats, KnowsThisProcess) {
  const ProcessStats stats = read_process_stats();
  EXPECT_GT(stats.resident_bytes, 1u << 20);
  EXPECT_GT(stats.virtual_bytes, stats.resident_bytes);
  EXPECT_GT(stats.open_fds, 2u);
  EXPECT_GE(stats.max_fds, stats.open_fds);
  EXPECT_GE(stats.threads, 1u);
  EXPECT_NEAR(stats.start_time_seconds, static_cast<double>(system_clock().now_ms()) / 1000, 600);
}

TEST(OwnMetrics, PartsThatDoNotRunAreAbsent) {
  OwnMetrics metrics;
  const std::string text = metrics.text({});
  EXPECT_THAT(text, HasSubstr("prometheus_ready 0\n"));
  EXPECT_THAT(text, HasSubstr("prometheus_config_last_reload_successful 0\n"));
  EXPECT_THAT(text, HasSubstr("# TYPE process_cpu_seconds_total counter\n"));
  EXPECT_THAT(text, Not(HasSubstr("prometheus_tsdb_head_series")));
  EXPECT_THAT(text, Not(HasSubstr("scrape")));
}

TEST(OwnMetrics, CountersGetTheirNames) {
  OwnMetrics metrics;
  metrics.observe({"/api/v1/query", 200, 0.3});
  metrics.observe({"/api/v1/query", 200, 0.5});
  Snapshot now;
  now.ready = true;
  now.reload = {true, 12.5};
  now.storage.emplace();
  now.storage->series = 7;
  now.storage->samples_appended = 1234567890123;
  now.storage->min_time = 1500;
  now.storage->segments = 5;
  now.storage->seals = 3;
  now.storage->merges = 1;
  now.storage->damaged_frames = 2;
  now.storage->head_max_time = 1'700'000'000'123;
  now.storage->codecs = {{"constant", 4, 40, 9}, {"decimal", 1, 10, 20}};
  now.limits.retention_ms = 86'400'500;
  now.limits.retention_bytes = 1 << 20;
  now.scrape = scrape::Stats{.sample_out_of_order = 3};
  now.pools = {{"node \"x\"", 2, 3}};
  const std::string text = metrics.text(now);
  for (const char* line : {
           "prometheus_build_info{version=\"3.14.0\",narthex_version=",
           "prometheus_ready 1\n",
           "prometheus_config_last_reload_success_timestamp_seconds 12.5\n",
           "prometheus_tsdb_head_series 7\n",
           "prometheus_tsdb_head_samples_appended_total{type=\"float\"} 1234567890123\n",
           "prometheus_tsdb_lowest_timestamp_seconds 1.5\n",
           "prometheus_tsdb_blocks_loaded 5\n",
           "prometheus_tsdb_compactions_total 4\n",
           "prometheus_tsdb_wal_corruptions_total 2\n",
           "prometheus_tsdb_head_max_time 1700000000123\n",
           "prometheus_tsdb_retention_limit_seconds 86400.5\n",
           "prometheus_tsdb_retention_limit_bytes 1048576\n",
           "narthex_storage_segment_samples{codec=\"constant\"} 40\n",
           "narthex_storage_segment_value_bytes{codec=\"decimal\"} 20\n",
           "prometheus_target_scrapes_sample_out_of_order_total 3\n",
           "prometheus_target_scrape_pool_targets{scrape_job=\"node \\\"x\\\"\"} 2\n",
           "prometheus_http_requests_total{code=\"200\",handler=\"/api/v1/query\"} 2\n",
           "prometheus_http_request_duration_seconds_bucket{handler=\"/api/v1/query\",le=\"0.4\"} 1\n",
           "prometheus_http_request_duration_seconds_bucket{handler=\"/api/v1/query\",le=\"+Inf\"} 2\n",
       }) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

}  // namespace
}  // namespace narthex::server
