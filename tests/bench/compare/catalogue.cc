#include "tests/bench/compare/catalogue.h"

#include <cmath>
#include <span>
#include <string_view>

namespace narthex::bench {
namespace {

// A label of a family. Values are parted by '|' and come round; '#' is the number of the round, so only the last label
// of a family has one.
struct Label {
  const char* name = nullptr;
  const char* values = nullptr;
};

struct Family {
  const char* name;
  const char* type;
  Behaviour behaviour;
  int share;             // of 1000 series; of a container or a pod: series
  Label labels[3] = {};  // the rest has no name
  int decimals = 0;
  int64_t scale = 1000;
  int idle_percent = 0;
};

constexpr const char* kBounds[] = {"0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5",
                                   "1",     "2.5",  "5",     "10",   "30",  "60",   "+Inf"};
constexpr int kBuckets = std::size(kBounds);
constexpr int kHistogramSeries = kBuckets + 2;

using enum Behaviour;

constexpr Family kMixedFamilies[] = {
    {"app_build_info", "gauge", kConstant, 5, {{"goversion", "go1.20.4"}, {"module", "module-#"}}, 0, 1},
    {"app_cache_hit_ratio", "gauge", kFull, 12, {{"cache", "cache-#"}}},
    {"app_config_value", "gauge", kConstant, 35, {{"unit", "bytes|seconds"}, {"key", "key_#"}}, 1, 40},
    {"app_http_request_duration_seconds",
     "histogram",
     kHistogram,
     160,
     {{"method", "GET|POST"}, {"handler", "/api/v1/handler_#"}},
     0,
     12,
     55},
    {"app_http_requests_total",
     "counter",
     kCounter,
     120,
     {{"code", "200|204|400|404|500|503"}, {"method", "GET|POST|PUT"}, {"path", "/api/v1/resource_#"}},
     0,
     40,
     60},
    {"app_queue_latency_milliseconds", "gauge", kDecimal, 20, {{"queue", "queue-#"}}, 3, 250'000},
    {"app_queue_length", "gauge", kDecimal, 15, {{"queue", "queue-#"}}, 0, 40},
    {"app_worker_utilisation", "gauge", kFull, 8, {{"pool", "pool-#"}}},
    {"app_workers", "gauge", kRare, 35, {{"pool", "pool-#"}}, 0, 60},
    {"node_cpu_frequency_max_hertz", "gauge", kConstant, 20, {{"cpu", "#"}}, 0, 4'000'000'000},
    {"node_cpu_guest_seconds_total", "counter", kConstant, 30, {{"mode", "user|nice"}, {"cpu", "#"}}, 0, 1},
    {"node_cpu_seconds_total",
     "counter",
     kSeconds,
     60,
     {{"mode", "idle|iowait|irq|nice|softirq|steal|system|user"}, {"cpu", "#"}},
     2,
     400,
     40},
    {"node_disk_io_time_seconds_total", "counter", kSeconds, 10, {{"device", "nvme#n1"}}, 3, 300, 30},
    {"node_disk_read_bytes_total", "counter", kCounter, 10, {{"device", "nvme#n1"}}, 0, 4'000'000, 40},
    {"node_disk_reads_completed_total", "counter", kCounter, 10, {{"device", "nvme#n1"}}, 0, 200, 40},
    {"node_disk_written_bytes_total", "counter", kCounter, 10, {{"device", "nvme#n1"}}, 0, 9'000'000, 20},
    {"node_filesystem_avail_bytes",
     "gauge",
     kBytes,
     15,
     {{"device", "/dev/mapper/vg0-data#"}, {"fstype", "ext4"}, {"mountpoint", "/var/lib/data#"}},
     0,
     40'000'000,
     40},
    {"node_filesystem_files_free",
     "gauge",
     kRare,
     15,
     {{"fstype", "ext4"}, {"mountpoint", "/var/lib/data#"}},
     0,
     6'000'000},
    {"node_filesystem_readonly", "gauge", kConstant, 15, {{"fstype", "ext4"}, {"mountpoint", "/var/lib/data#"}}, 0, 1},
    {"node_filesystem_size_bytes",
     "gauge",
     kConstant,
     15,
     {{"fstype", "ext4"}, {"mountpoint", "/var/lib/data#"}},
     0,
     4'000'000'000'000},
    {"node_hwmon_temp_celsius", "gauge", kDecimal, 10, {{"chip", "platform_coretemp_0"}, {"sensor", "temp#"}}, 1, 600},
    {"node_load", "gauge", kDecimal, 5, {{"over", "1m|5m|15m"}, {"group", "#"}}, 2, 400},
    {"node_memory_bytes",
     "gauge",
     kBytes,
     35,
     {{"kind", "Active|Cached|Dirty|Slab|Mapped"}, {"zone", "#"}},
     0,
     8'000'000},
    {"node_network_receive_bytes_total", "counter", kCounter, 15, {{"device", "eth#"}}, 0, 900'000, 30},
    {"node_network_receive_drop_total", "counter", kConstant, 40, {{"device", "eth#"}}, 0, 3},
    {"node_network_receive_packets_total", "counter", kCounter, 15, {{"device", "eth#"}}, 0, 2'000, 30},
    {"node_network_transmit_bytes_total", "counter", kCounter, 15, {{"device", "eth#"}}, 0, 700'000, 30},
    {"node_network_transmit_errs_total", "counter", kConstant, 40, {{"device", "eth#"}}, 0, 3},
    {"node_scrape_collector_duration_seconds", "gauge", kDecimal, 40, {{"collector", "collector_#"}}, 9, 2'000'000},
    {"node_scrape_collector_success", "gauge", kConstant, 40, {{"collector", "collector_#"}}, 0, 1},
    {"node_timex_offset_seconds", "gauge", kFull, 5, {{"clock", "#"}}},
    {"node_systemd_unit_state",
     "gauge",
     kConstant,
     0,
     {{"state", "activating|active|deactivating|failed|inactive"}, {"type", "simple"}, {"name", "unit-#.service"}},
     0,
     1},
};

constexpr Family kContainerFamilies[] = {
    {"container_cpu_cfs_periods_total", "counter", kCounter, 1, {}, 0, 100},
    {"container_cpu_cfs_throttled_seconds_total", "counter", kSeconds, 1, {}, 9, 5'000'000, 70},
    {"container_cpu_usage_seconds_total", "counter", kSeconds, 1, {{"cpu", "total"}}, 9, 900'000'000},
    {"container_file_descriptors", "gauge", kRare, 1, {}, 0, 60},
    {"container_fs_reads_bytes_total", "counter", kCounter, 2, {{"device", "/dev/nvme#n1"}}, 0, 90'000, 60},
    {"container_fs_writes_bytes_total", "counter", kCounter, 2, {{"device", "/dev/nvme#n1"}}, 0, 90'000, 40},
    {"container_last_seen", "gauge", kCounter, 1, {}, 0, 14},
    {"container_memory_cache", "gauge", kBytes, 1, {}, 0, 20'000},
    {"container_memory_failures_total",
     "counter",
     kCounter,
     4,
     {{"failure_type", "pgfault|pgmajfault"}, {"scope", "container|hierarchy"}},
     0,
     50,
     60},
    {"container_memory_rss", "gauge", kBytes, 1, {}, 0, 60'000},
    {"container_memory_usage_bytes", "gauge", kBytes, 1, {}, 0, 60'000},
    {"container_memory_working_set_bytes", "gauge", kBytes, 1, {}, 0, 60'000},
    {"container_network_receive_bytes_total", "counter", kCounter, 1, {{"interface", "eth#"}}, 0, 90'000, 20},
    {"container_network_receive_errors_total", "counter", kConstant, 1, {{"interface", "eth#"}}, 0, 1},
    {"container_network_transmit_bytes_total", "counter", kCounter, 1, {{"interface", "eth#"}}, 0, 90'000, 20},
    {"container_oom_events_total", "counter", kConstant, 1, {}, 0, 1},
    {"container_processes", "gauge", kRare, 1, {}, 0, 20},
    {"container_sockets", "gauge", kRare, 1, {}, 0, 30},
    {"container_spec_cpu_quota", "gauge", kConstant, 1, {}, 0, 400'000},
    {"container_spec_cpu_shares", "gauge", kConstant, 1, {}, 0, 2048},
    {"container_spec_memory_limit_bytes", "gauge", kConstant, 1, {}, 0, 8'000'000'000},
    {"container_start_time_seconds", "gauge", kConstant, 1, {}, 0, 1'700'000'000},
    {"container_tasks_state",
     "gauge",
     kConstant,
     5,
     {{"state", "iowaiting|running|sleeping|stopped|uninterruptible"}},
     0,
     1},
    {"container_threads", "gauge", kRare, 1, {}, 0, 90},
    {"container_ulimits_soft", "gauge", kConstant, 1, {{"ulimit", "max_open_files"}}, 0, 1'000'000},
};

constexpr Family kPodFamilies[] = {
    {"app_build_info", "gauge", kConstant, 1, {{"goversion", "go1.20.4"}}, 0, 1},
    {"app_cache_hit_ratio", "gauge", kFull, 1},
    {"app_http_request_duration_seconds", "histogram", kHistogram, 16, {{"handler", "/api/v1/handler_#"}}, 0, 12, 55},
    {"app_http_requests_total",
     "counter",
     kCounter,
     12,
     {{"code", "200|400|404|500"}, {"method", "GET|POST|PUT"}},
     0,
     40,
     60},
    {"app_queue_latency_milliseconds", "gauge", kDecimal, 1, {}, 3, 250'000},
    {"app_workers", "gauge", kRare, 4, {{"pool", "pool-#"}}, 0, 60},
    {"process_cpu_seconds_total", "counter", kSeconds, 1, {}, 2, 90},
    {"process_max_fds", "gauge", kConstant, 1, {}, 0, 1'000'000},
    {"process_resident_memory_bytes", "gauge", kBytes, 1, {}, 0, 60'000},
    {"process_start_time_seconds", "gauge", kConstant, 2, {{"clock", "#"}}, 2, 170'000'000'000},
};

std::string numbered(std::string text, int64_t number) {
  const size_t at = text.find('#');
  return at == std::string::npos ? text : text.replace(at, 1, std::to_string(number));
}

// The labels of series `i` of a family.
std::vector<std::pair<std::string, std::string>> labels_of(const Family& family, int i) {
  std::vector<std::pair<std::string, std::string>> out;
  for (const Label& label : family.labels) {
    if (label.name == nullptr) break;
    const std::string_view values = label.values;
    std::vector<std::string> choices;
    for (size_t begin = 0; begin <= values.size();) {
      const size_t end = std::min(values.find('|', begin), values.size());
      choices.emplace_back(values.substr(begin, end - begin));
      begin = end + 1;
    }
    const auto size = static_cast<int>(choices.size());
    out.emplace_back(label.name, numbered(choices[static_cast<size_t>(i % size)], i));
    i /= size;
  }
  return out;
}

void append_histogram(const Family& family, int number, Catalogue& out) {
  SeriesShape shape{family.name,     family.name,  family.type,         {},      kFollows,
                    family.decimals, family.scale, family.idle_percent, kBuckets};
  for (int bucket = 0; bucket < kBuckets; ++bucket) {
    shape.name = std::string(family.name) + "_bucket";
    shape.labels = labels_of(family, number);
    shape.labels.emplace_back("le", kBounds[bucket]);
    shape.behaviour = bucket == 0 ? kHistogram : kFollows;
    out.push_back(shape);
  }
  shape.labels.pop_back();
  for (const char* suffix : {"_sum", "_count"}) {
    shape.name = std::string(family.name) + suffix;
    out.push_back(shape);
  }
}

void append_family(const Family& family, int series, Catalogue& out) {
  if (family.behaviour == kHistogram) {
    for (int i = 0; i < series / kHistogramSeries; ++i) append_histogram(family, i, out);
    return;
  }
  for (int i = 0; i < series; ++i) {
    out.push_back({family.name, family.name, family.type, labels_of(family, i), family.behaviour, family.decimals,
                   family.scale, family.idle_percent});
  }
}

Catalogue whole(std::span<const Family> families) {
  Catalogue out;
  for (const Family& family : families) append_family(family, family.share, out);
  return out;
}

}  // namespace

Catalogue mixed_catalogue(int series) {
  Catalogue out;
  for (const Family& family : kMixedFamilies) {
    const bool takes_the_rest = family.share == 0;
    const int count = takes_the_rest ? series - static_cast<int>(out.size()) : family.share * series / 1000;
    append_family(family, count, out);
  }
  return out;
}

Catalogue container_catalogue() { return whole(kContainerFamilies); }
Catalogue pod_catalogue() { return whole(kPodFamilies); }

}  // namespace narthex::bench
